package storetest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/live"
)

// never is a poll interval that no test lives to see: whatever arrives, arrives by its wake.
const never = time.Hour

// T is what the tests and the checks of the model have in common.
type T interface {
	Helper()
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Context() context.Context
}

// world is a store with the service over it, as a node has them.
type world struct {
	T
	backend Backend
	url     string
	config  Config
	clock   *clock
	store   Store
	hub     *live.Hub
	service *dm.Service
	names   *atomic.Int64
	// shut closes the store, once; it answers that one time's result.
	shut func() error
}

// newWorld opens a store on a fresh database, after change. Its default audience is EVERYONE.
func newWorld(t *testing.T, b Backend, change ...func(*world)) *world {
	t.Helper()
	w := &world{T: t, backend: b, url: b.Fresh(t), clock: newClock(), hub: live.NewHub(), names: &atomic.Int64{}}
	rules := dm.DefaultRules()
	rules.DefaultAudience = policy.Everyone
	w.config = Config{Rules: rules, Publisher: w.hub, Clock: w.clock.Now}
	for _, c := range change {
		c(w)
	}
	w.open(t)
	return w
}

func (w *world) open(t testing.TB) {
	t.Helper()
	s := w.backend.Open(t, w.url, w.config)
	w.shut = sync.OnceValue(s.Close)
	shut := w.shut
	t.Cleanup(func() {
		if err := shut(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	w.store = s
	w.service = dm.New(dm.Config{Store: s, Bus: w.hub, PollInterval: never})
}

// node opens another store on the same database, with the same clock and hub, as a second node
// would.
func (w *world) node(t testing.TB) *world {
	t.Helper()
	other := *w
	other.open(t)
	return &other
}

// in returns the same world, whose failures are another test's.
func (w *world) in(t T) *world {
	other := *w
	other.T = t
	return &other
}

// clock is the time of a test: it stands unless it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// users makes users. Their handles are u1, u2 … in the order of their making.
func (w *world) users(n int) []dm.UserID {
	w.Helper()
	in := make([]dm.UserInput, n)
	for i := range in {
		handle := fmt.Sprintf("u%d", w.names.Add(1))
		in[i] = dm.UserInput{ExternalID: "ext-" + handle, Handle: handle, DisplayName: handle}
	}
	return w.upsert(in...)
}

func (w *world) pair() (alice, bob dm.UserID) {
	w.Helper()
	u := w.users(2)
	return u[0], u[1]
}

func (w *world) upsert(in ...dm.UserInput) []dm.UserID {
	w.Helper()
	users, err := w.service.UpsertUsers(w.Context(), in)
	w.must(err)
	if len(users) != len(in) {
		w.Fatalf("%d users for %d", len(users), len(in))
	}
	ids := make([]dm.UserID, len(users))
	for i, u := range users {
		if u.ExternalID != in[i].ExternalID {
			w.Fatalf("user %d is %q, want %q: not in the order given", i, u.ExternalID, in[i].ExternalID)
		}
		ids[i] = u.ID
	}
	return ids
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatalf("%v", err)
	}
}

// refused checks that err is the expected refusal and returns it.
func (w *world) refused(err error, code dm.Code) *dm.Error {
	w.Helper()
	if dm.CodeOf(err) != code {
		w.Fatalf("got %v, want the refusal %s", err, code)
	}
	e, _ := err.(*dm.Error) //nolint:errorlint // services return it as it is, and callers may rely on that
	if e == nil {
		w.Fatalf("the refusal comes wrapped: %v", err)
	}
	return e
}

func (w *world) denied(err error, denial policy.Denial) *dm.Error {
	w.Helper()
	e := w.refused(err, dm.CodeMessageNotAllowed)
	if e.Denial != denial {
		w.Fatalf("denied with %v, want %v", e.Denial, denial)
	}
	return e
}

// key returns a clientMessageId that was not used before.
func (w *world) key() string { return fmt.Sprintf("key-%d", w.names.Add(1)) }

func (w *world) trySend(from, to dm.UserID, body, key string) (dm.Sent, error) {
	return w.service.Send(w.Context(), from, dm.SendInput{To: to, Body: body, ClientMessageID: key})
}

func (w *world) send(from, to dm.UserID, body string) dm.Sent {
	w.Helper()
	sent, err := w.trySend(from, to, body, w.key())
	w.must(err)
	return sent
}

func (w *world) audience(user dm.UserID, a policy.Audience) {
	w.Helper()
	_, err := w.service.SetWhoCanMessageMe(w.Context(), user, a, nil)
	w.must(err)
}

// friends makes two users follow each other.
func (w *world) friends(a, b dm.UserID) {
	w.Helper()
	w.must(w.service.Follow(w.Context(), a, b))
	w.must(w.service.Follow(w.Context(), b, a))
}

func (w *world) view(viewer, other dm.UserID) *dm.View {
	w.Helper()
	v, err := w.service.ConversationWith(w.Context(), viewer, other)
	w.must(err)
	return v
}

func (w *world) noView(viewer, other dm.UserID) {
	w.Helper()
	v, err := w.service.ConversationWith(w.Context(), viewer, other)
	if dm.CodeOf(err) != dm.CodeNotFound {
		w.Fatalf("got the view %+v, %v; want none", v, err)
	}
}

func (w *world) unread(user dm.UserID) dm.Unread {
	w.Helper()
	c, err := w.service.Unread(w.Context(), user)
	w.must(err)
	return c.Unread
}

func (w *world) wantUnread(user dm.UserID, conversations, requests, messages int64) {
	w.Helper()
	want := dm.Unread{Conversations: conversations, Requests: requests, Messages: messages}
	if got := w.unread(user); got != want {
		w.Fatalf("unread is %+v, want %+v", got, want)
	}
}

func (w *world) standing(viewer, other dm.UserID) dm.Relationship {
	w.Helper()
	s, err := w.service.Relationships(w.Context(), viewer, []dm.UserID{other})
	w.must(err)
	return s[other]
}

// cursor is the user's place now.
func (w *world) cursor(user dm.UserID) dm.Cursor {
	w.Helper()
	c, err := w.service.Unread(w.Context(), user)
	w.must(err)
	return c.Cursor
}

// events reads the user's whole log after a position, in steps, and checks that it is gapless (I3).
func (w *world) events(user dm.UserID, after int64) []*dm.Event {
	w.Helper()
	var out []*dm.Event
	for {
		log, err := w.store.Log(w.Context(), user, after, 37)
		w.must(err)
		for _, e := range log.Events {
			if after++; e.Position != after {
				w.Fatalf("the log has position %d where %d is due (I3)", e.Position, after)
			}
		}
		out = append(out, log.Events...)
		if after == log.Head {
			return out
		}
		if len(log.Events) == 0 {
			w.Fatalf("the log ends at %d, its head is %d (I3)", after, log.Head)
		}
	}
}
