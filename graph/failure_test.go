package graph_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aparte-im/aparte/dm"
)

// failing is a store some of whose calls fail or panic once it is armed.
type failing struct {
	dm.Store
	how atomic.Int32
}

const (
	failsNot int32 = iota
	fails
	panics
	// never is a promise that is broken: what must be there is not.
	never
)

const failureDetail = "the inside of it: 10.0.0.7"

func (f *failing) fail() error {
	switch f.how.Load() {
	case fails:
		return errors.New(failureDetail)
	case panics:
		panic(failureDetail)
	}
	return nil
}

func (f *failing) Users(ctx context.Context, ids []dm.UserID) (map[dm.UserID]*dm.User, error) {
	if err := f.fail(); err != nil {
		return nil, err
	}
	if f.how.Load() == never {
		return nil, nil
	}
	return f.Store.Users(ctx, ids)
}

func (f *failing) Change(ctx context.Context, scope dm.Scope, change func(*dm.Tx) error) error {
	if err := f.fail(); err != nil {
		return err
	}
	return f.Store.Change(ctx, scope, change)
}

func (f *failing) History(ctx context.Context, viewer dm.UserID, after *dm.TimePlace, limit int) ([]dm.SettingsChange, error) {
	if err := f.fail(); err != nil {
		return nil, err
	}
	return f.Store.History(ctx, viewer, after, limit)
}

// A failure anywhere stays alone: the rest of the response is there, the path says
// where, the client learns no more than a request id, and the log has the rest without the client's
// words.
func TestAFailureStaysWhereItIs(t *testing.T) {
	for name, how := range map[string]int32{"an error": fails, "a panic": panics, "a broken promise": never} {
		t.Run(name, func(t *testing.T) {
			f := &failing{}
			w := newWorld(t, setup{wrap: func(s dm.Store) dm.Store {
				f.Store = s
				return f
			}})
			w.befriend("alice", "bob")
			w.befriend("carol", "bob")
			w.say("alice", "bob", "a private word")
			w.say("carol", "bob", "another")
			bob, sub := w.as("bob"), w.socket("bob")
			sub.follow(w, "bob")
			stream := bob.stream(`subscription($a: Cursor) { mine: inboxEvents(after: $a) { ... on MessageAdded { preview { sender { handle } } } } }`, vars{"a": w.cursorOf("bob")})
			f.how.Store(how)

			// A list: each of its elements fails where a person is missing, and both are told.
			a := bob.post(`{ secretword: inbox { totals: pageInfo { hasNextPage } edges { node { id lastMessage { body sender { id } } } } } unread { messages } }`, nil)
			w.failed(a.Errors, 2, `["secretword","edges",0,"node","lastMessage","sender"]`, `["secretword","edges",1,"node","lastMessage","sender"]`)
			n := a.node()
			n.is("unread.messages", "2")
			n.is("secretword.totals.hasNextPage", "false")
			n.is("secretword.edges.1.node.lastMessage", "null")

			if how != never {
				a = bob.post(`{ settingsHistory { nodes { at } } unread { messages } }`, nil)
				w.failed(a.Errors, 1, `["settingsHistory"]`)
				a = bob.post(`mutation { first: setReadReceipts(on: false) { __typename } second: markRead(conversationId: "cnv_", upToSeq: 1) { __typename } }`, nil)
				w.failed(a.Errors, 1, `["first"]`)
			}

			// A subscription: the event that cannot be told is null as a whole, and the next one
			// comes.
			f.how.Store(failsNot)
			w.say("alice", "bob", "one")
			sub.next()
			stream.next().is("data.mine.preview.sender.handle", `"alice"`)
			f.how.Store(how)
			// From somebody whom no live event has shown yet: the others' profiles are still at
			// hand.
			if _, err := w.service.Send(t.Context(), w.ids["carol"], dm.SendInput{To: w.ids["bob"], Body: "two", ClientMessageID: "two"}); err != nil {
				t.Fatal(err)
			}
			m := parse(t, sub.hear("next").Payload)
			m.is("data", "null")
			m.is("errors.0.path", `["inboxEvents","message","sender"]`)
			m = stream.next()
			m.is("data", "null")
			m.is("errors.0.path", `["mine","preview","sender"]`)
			m.is("errors.0.extensions.code", `"INTERNAL"`)
			f.how.Store(failsNot)
			w.say("alice", "bob", "three")
			sub.next().is("inboxEvents.message.body", `"three"`)
			stream.next().is("data.mine.preview.sender.handle", `"alice"`)

			logged := w.logs.String()
			for _, word := range []string{"private", "secretword", "mine", token(t, "bob")} {
				if strings.Contains(logged, word) {
					t.Errorf("%q is logged: %s", word, logged)
				}
			}
			if how != never && !strings.Contains(logged, failureDetail) {
				t.Errorf("what happened is not logged: %s", logged)
			}
		})
	}
}

// failed checks errors that must be internal, and their paths.
func (w *world) failed(errs []apiError, count int, paths ...string) {
	w.t.Helper()
	if len(errs) != count {
		w.t.Fatalf("%d errors: %v", len(errs), errs)
	}
	for _, e := range errs {
		id, _ := e.Extensions["requestId"].(string)
		if e.code() != "INTERNAL" || len(id) != 16 || strings.Contains(e.Message, failureDetail) {
			w.t.Errorf("%+v", e)
		}
		if !strings.Contains(w.logs.String(), id) {
			w.t.Errorf("%s is not in the log", id)
		}
		at := jsonOf(w.t, e.Path)
		found := false
		for _, p := range paths {
			found = found || at == p
		}
		if !found {
			w.t.Errorf("failed at %s", at)
		}
	}
}

// A failure before anything is resolved answers 500.
func TestAFailureAtTheDoor(t *testing.T) {
	f := &atTheDoor{}
	w := newWorld(t, setup{wrap: func(s dm.Store) dm.Store {
		f.Store = s
		return f
	}})
	for _, how := range []int32{fails, panics} {
		f.how.Store(how)
		a := w.as("alice").post(me, nil)
		a.fails(http.StatusInternalServerError, "INTERNAL")
		if strings.Contains(a.body, failureDetail) {
			t.Error(a.body)
		}
	}
	f.how.Store(failsNot)
	w.as("alice").do(me, nil)
}

type atTheDoor struct{ failing }

func (f *atTheDoor) UserByExternalID(ctx context.Context, id string) (*dm.User, error) {
	if err := f.fail(); err != nil {
		return nil, err
	}
	return f.Store.UserByExternalID(ctx, id)
}
