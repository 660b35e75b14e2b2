package store_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/internal/testdb"
	"github.com/aparte-im/aparte/live"
	"github.com/aparte-im/aparte/store"
)

// tourOfCodes asks what contact codes ask of the store, the hub being their owner and their bearer.
func tourOfCodes(t *testing.T, s *store.Store, service *dm.Service, user func(int) dm.UserID) {
	t.Helper()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	hub := user(0)
	for i, owner := range []dm.UserID{hub, user(70)} {
		c, secret, err := service.CreateContactCode(ctx, owner, dm.ContactCodeInput{Label: "l", For: time.Hour, MaxUses: 3})
		must(err)
		bearer := []dm.UserID{user(71), hub}[i]
		_, err = service.Contact(ctx, bearer, secret)
		must(err)
		_, err = service.Send(ctx, bearer, dm.SendInput{To: owner, Body: "hello", ClientMessageID: fmt.Sprint("tour-code-", i), ContactCode: &secret})
		must(err)
		uses := dm.PageRequest{First: 50}
		for range 2 {
			found, err := service.ContactCodeRedemptions(ctx, owner, c.ID, uses)
			must(err)
			if len(found.Items) > 0 {
				uses.After = found.Items[len(found.Items)-1].Place()
			}
		}
		_, err = service.RevokeContactCode(ctx, owner, c.ID)
		must(err)
		people := []dm.UserID{bearer}
		for n := range 50 {
			people = append(people, user(1+n))
		}
		_, err = service.CameByCode(ctx, owner, people)
		must(err)
	}
	page := dm.PageRequest{First: 50}
	for range 2 {
		found, err := service.ContactCodes(ctx, hub, page)
		must(err)
		if len(found.Items) > 0 {
			page.After = found.Items[len(found.Items)-1].Place()
		}
	}
	_, err := s.RedemptionsBy(ctx, hub, dm.ContactCodeID{}, 500)
	must(err)
	_, err = s.SweepContactCodes(ctx, time.UnixMicro(3))
	must(err)
}

// A send without a contact code asks nothing about contact codes.
func TestASendWithoutACodeAsksNothingMore(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		rules := dm.DefaultRules()
		rules.DefaultAudience = policy.Everyone
		var mu sync.Mutex
		asked, about := 0, 0
		s, closeAll, err := store.OpenRecording(t.Context(), store.Config{URL: url, Rules: rules}, func(a store.Asked) {
			mu.Lock()
			defer mu.Unlock()
			asked++
			if strings.Contains(a.Text, "contact_code") {
				about++
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		service := dm.New(dm.Config{Store: s, Bus: live.NewHub()})
		users := planPeople(t, service)
		_, secret, err := service.CreateContactCode(t.Context(), users(1), dm.ContactCodeInput{Label: "l", For: time.Hour, MaxUses: 1})
		if err != nil {
			t.Fatal(err)
		}
		for i, code := range []*string{nil, nil, &secret} {
			mu.Lock()
			asked, about = 0, 0
			mu.Unlock()
			_, err := service.Send(t.Context(), users(0), dm.SendInput{To: users(1), Body: "x", ClientMessageID: fmt.Sprint(i), ContactCode: code})
			if err != nil {
				t.Fatal(err)
			}
			mu.Lock()
			if asked == 0 || (about > 0) != (code != nil) {
				t.Errorf("send %d asks %d statements, %d about contact codes", i, asked, about)
			}
			mu.Unlock()
		}
		if err := closeAll(); err != nil {
			t.Error(err)
		}
	})
}
