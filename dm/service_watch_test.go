package dm_test

import (
	"testing"

	"github.com/aparte-im/aparte/dm"
)

func TestAWatcherGetsEachEventOnce(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.friends(w.alice, w.bob)
	start, err := w.Unread(ctx, w.bob)
	w.must(err)
	w.send(w.alice, w.bob, "before")
	watcher, err := w.Watch(ctx, w.bob, &start.Cursor)
	w.must(err)
	defer watcher.Close()
	w.send(w.alice, w.bob, "live")
	for i, want := range []string{"before", "live"} {
		e, err := watcher.Next(ctx)
		w.must(err)
		if e.Position != start.Cursor.Position+int64(i)+1 || e.Message == nil || e.Message.Body != want {
			t.Fatalf("event %d is %+v (I4)", i, e)
		}
	}
	w.send(w.bob, w.alice, "answer")
	_, err = watcher.Next(ctx)
	w.must(err)
	_, err = w.Typing(ctx, w.alice, dm.ConversationOf(w.alice, w.bob))
	w.must(err)
	e, err := watcher.Next(ctx)
	w.must(err)
	if e.Kind != dm.EventTyping || e.View.With != w.alice {
		t.Errorf("the signal is %+v", e)
	}
	other := start.Cursor
	other.Epoch++
	reset, err := w.Watch(ctx, w.bob, &other)
	w.must(err)
	defer reset.Close()
	if e, err = reset.Next(ctx); err != nil || e.Kind != dm.EventReset {
		t.Errorf("another epoch gives %+v, %v", e, err)
	}
	beyond := start.Cursor
	beyond.Position += 1000
	_, err = w.Watch(ctx, w.bob, &beyond)
	w.refused(err, dm.CodeInvalidCursor)
	_, err = w.Watch(ctx, dm.NewUserID(), nil)
	w.refused(err, dm.CodeNotFound)
}

func TestSomeoneLooksPeopleUp(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	found, err := w.SearchUsers(ctx, w.alice, "@B", dm.PageRequest{First: 5})
	w.must(err)
	if len(found.Items) != 1 || found.Items[0].ID != w.bob {
		t.Errorf("found %+v", found.Items)
	}
	w.friends(w.alice, w.carol)
	w.friends(w.bob, w.carol)
	w.send(w.alice, w.bob, "hello")
	contexts, err := w.SenderContexts(ctx, w.bob, []dm.UserID{w.alice})
	w.must(err)
	if contexts[w.alice] == nil {
		t.Error("the sender of a request has no context")
	}
	relationships, err := w.Relationships(ctx, w.alice, []dm.UserID{w.bob, w.carol})
	w.must(err)
	if len(relationships) != 2 {
		t.Errorf("the relationships are %+v", relationships)
	}
	budget, err := w.Outreach(ctx, w.alice)
	w.must(err)
	if budget == nil {
		t.Errorf("the outreach budget is %+v", budget)
	}
	users, err := w.Users(ctx, []dm.UserID{w.alice, dm.NewUserID()})
	w.must(err)
	if len(users) != 1 {
		t.Errorf("%d users", len(users))
	}
}
