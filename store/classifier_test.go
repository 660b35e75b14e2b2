package store_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aparte-im/aparte/classify"
	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/internal/testdb"
	"github.com/aparte-im/aparte/live"
	"github.com/aparte-im/aparte/store"
)

// The classifier is asked about what strangers write, and only that; what it says, or that it says
// nothing, holds.
func TestClassifier(t *testing.T) {
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		body, _ := io.ReadAll(r.Body)
		switch {
		case strings.Contains(string(body), "hide me"):
			_, _ = io.WriteString(w, `{"verdict":"HIDE"}`)
		case strings.Contains(string(body), "refuse me"):
			_, _ = io.WriteString(w, `{"verdict":"REFUSE"}`)
		case strings.Contains(string(body), "say nothing"):
			<-r.Context().Done()
		default:
			_, _ = io.WriteString(w, `{"verdict":"ALLOW"}`)
		}
	}))
	defer server.Close()
	testdb.Each(t, func(t *testing.T, url string) {
		hub := live.NewHub()
		rules := dm.DefaultRules()
		rules.DefaultAudience = policy.Everyone
		s, err := store.Open(t.Context(), store.Config{URL: url, Rules: rules, Publisher: hub})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		webhook, err := classify.New(classify.Config{URL: server.URL, Secret: make([]byte, 32), Timeout: 2 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		defer webhook.Close()
		quick, err := classify.New(classify.Config{URL: server.URL, Secret: make([]byte, 32), Timeout: time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		defer quick.Close()
		service := func(c dm.Classifier, failed policy.Classification) *dm.Service {
			return dm.New(dm.Config{Store: s, Bus: hub, Classification: dm.ClassifierConfig{Classifier: c, Failed: failed}})
		}
		names := 0
		person := func() dm.UserID {
			names++
			name := fmt.Sprint("p", names)
			users, err := dm.New(dm.Config{Store: s}).UpsertUsers(t.Context(), []dm.UserInput{{ExternalID: name, Handle: name, Exempt: true}})
			if err != nil {
				t.Fatal(err)
			}
			return users[0].ID
		}
		bob := person()
		for _, c := range []struct {
			body    string
			service *dm.Service
			folder  dm.Folder
			denial  policy.Denial
		}{
			{"hello", service(webhook, policy.ClassifiedHide), dm.FolderRequests, policy.DenialNone},
			{"hide me", service(webhook, policy.ClassifiedNone), dm.FolderHidden, policy.DenialNone},
			{"refuse me", service(webhook, policy.ClassifiedNone), dm.FolderNone, policy.DenialKind},
			{"say nothing", service(quick, policy.ClassifiedNone), dm.FolderRequests, policy.DenialNone},
			{"say nothing", service(quick, policy.ClassifiedHide), dm.FolderHidden, policy.DenialNone},
		} {
			alice := person()
			sent, err := c.service.Send(t.Context(), alice, dm.SendInput{To: bob, Body: c.body, ClientMessageID: "k"})
			var refusal *dm.Error
			if e, ok := err.(*dm.Error); ok { //nolint:errorlint // services return it as it is
				refusal = e
			} else if err != nil {
				t.Fatal(err)
			}
			if c.denial != policy.DenialNone {
				if refusal == nil || refusal.Denial != c.denial {
					t.Errorf("%q is answered with %v", c.body, err)
				}
				continue
			}
			if err != nil || sent.View.Folder != dm.FolderInbox || *sent.Remaining != rules.RequestLimit-1 {
				t.Errorf("the sender of %q is told %+v, %v", c.body, sent, err)
				continue
			}
			view, err := c.service.ConversationWith(t.Context(), bob, alice)
			if err != nil || view.Folder != c.folder {
				t.Errorf("%q is in %+v, %v", c.body, view, err)
			}
			// A retry is the first result, whatever the classifier thinks of it by now.
			again, err := service(webhook, policy.ClassifiedHide).Send(t.Context(), alice, dm.SendInput{To: bob, Body: c.body, ClientMessageID: "k"})
			if c.service == nil || err != nil && c.body != "say nothing" || err == nil && !again.Repeated {
				t.Errorf("a retry of %q is answered with %+v, %v", c.body, again, err)
			}
		}
		// The classifier is not asked about known or refused senders.
		all, friend := service(webhook, policy.ClassifiedNone), person()
		if _, err := all.Send(t.Context(), bob, dm.SendInput{To: friend, Body: "hello", ClientMessageID: "f"}); err != nil {
			t.Fatal(err)
		}
		if err := all.Block(t.Context(), bob, person()); err != nil {
			t.Fatal(err)
		}
		before := asked.Load()
		if _, err := all.Send(t.Context(), friend, dm.SendInput{To: bob, Body: "hide me", ClientMessageID: "g"}); err != nil {
			t.Fatal(err)
		}
		if _, err := all.SetWhoCanMessageMe(t.Context(), bob, policy.NoOne, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := all.Send(t.Context(), person(), dm.SendInput{To: bob, Body: "hide me", ClientMessageID: "h"}); dm.CodeOf(err) != dm.CodeMessageNotAllowed {
			t.Errorf("under NO_ONE a stranger is answered with %v", err)
		}
		if asked.Load() != before {
			t.Error("the classifier was asked about somebody who is known, or refused anyway")
		}
	})
}

// counting is a classifier that counts its calls.
type counting struct{ asked atomic.Int64 }

func (c *counting) Classify(context.Context, dm.Content) (policy.Classification, error) {
	c.asked.Add(1)
	return policy.ClassifiedNone, nil
}

// A classifier costs a send nothing between people who know each other, and one more attempt
// otherwise.
func TestAClassifierReadsNothingBetweenAcquaintances(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		rules := dm.DefaultRules()
		rules.DefaultAudience = policy.Everyone
		var mu sync.Mutex
		var asked []string
		s, closeAll, err := store.OpenRecording(t.Context(), store.Config{URL: url, Rules: rules}, func(a store.Asked) {
			mu.Lock()
			defer mu.Unlock()
			asked = append(asked, a.Text)
		})
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := closeAll(); err != nil {
				t.Error(err)
			}
		}()
		classifier := new(counting)
		plain := dm.New(dm.Config{Store: s})
		filtered := dm.New(dm.Config{Store: s, Classification: dm.ClassifierConfig{Classifier: classifier}})
		var people []dm.UserID
		for _, name := range []string{"alice", "bob", "carol", "dave"} {
			users, err := plain.UpsertUsers(t.Context(), []dm.UserInput{{ExternalID: name, Handle: name, Exempt: true}})
			if err != nil {
				t.Fatal(err)
			}
			people = append(people, users[0].ID)
		}
		alice, bob, carol, dave := people[0], people[1], people[2], people[3]
		keys := 0
		statements := func(service *dm.Service, from, to dm.UserID) []string {
			mu.Lock()
			asked = nil
			mu.Unlock()
			keys++
			_, err := service.Send(t.Context(), from, dm.SendInput{To: to, Body: "hello", ClientMessageID: fmt.Sprint(keys)})
			if err != nil {
				t.Fatal(err)
			}
			mu.Lock()
			defer mu.Unlock()
			return slices.Clone(asked)
		}
		// After these the sessions are connected and prepared, and both users know each other.
		statements(plain, alice, bob)
		statements(plain, bob, alice)
		without := statements(plain, alice, bob)
		with := statements(filtered, alice, bob)
		if classifier.asked.Load() != 0 || !slices.Equal(with, without) {
			t.Errorf("with a classifier (asked %d times):\n%s\nwithout:\n%s", classifier.asked.Load(),
				strings.Join(with, "\n"), strings.Join(without, "\n"))
		}

		without = statements(plain, carol, bob)
		with = statements(filtered, dave, bob)
		if classifier.asked.Load() != 1 {
			t.Errorf("the classifier was asked %d times about a stranger, want 1", classifier.asked.Load())
		}
		if len(with) > 2*len(without) {
			t.Errorf("a stranger's send takes %d statements, %d without a classifier", len(with), len(without))
		}
	})
}
