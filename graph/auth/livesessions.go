package auth

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aparte-im/aparte/dm"
)

const (
	// DefaultRevocationPoll is how often a node asks who was revoked or deleted, on whatever node.
	DefaultRevocationPoll = 2 * time.Second
	// revocationOverlap is how much further back it asks than it has looked already: for commits
	// that took long and clocks that differ.
	revocationOverlap = time.Minute
	// revocationKept is how long a revocation is remembered here: for longer than an identity is,
	// which then is read anew.
	revocationKept = identityTTL + 2*revocationOverlap
)

// ErrRevoked ends a socket or a stream whose token counts no more.
var ErrRevoked = errors.New("the token was revoked")

// LiveSessions knows the identities of open sockets and streams, and ends those whose tokens are
// revoked. Its reads of the store do not grow with the number of sessions: it asks for the
// revocations of the last minute. It is safe for concurrent use.
type LiveSessions struct {
	service *dm.Service
	now     func() time.Time
	looked  time.Time // of Run alone
	// revoked are those of the last minutes, nil when there are none: the usual case costs one
	// load.
	revoked atomic.Pointer[map[dm.UserID]dm.Revocation]

	mu     sync.Mutex
	inside map[dm.UserID][]*liveSession
}

type liveSession struct {
	id  *Identity
	end context.CancelCauseFunc
}

// NewLiveSessions returns LiveSessions without sessions.
func NewLiveSessions(service *dm.Service, clock func() time.Time) *LiveSessions {
	return &LiveSessions{service: service, now: clock, inside: map[dm.UserID][]*liveSession{}}
}

// Enter registers something that lasts until leave: end is called with ErrRevoked when its token
// counts no more. Every transport that answers one identity for longer than a request calls it.
func (g *LiveSessions) Enter(id *Identity, end context.CancelCauseFunc) (leave func()) {
	users := id.users()
	one := &liveSession{id, end}
	g.mu.Lock()
	for _, user := range users {
		g.inside[user] = append(g.inside[user], one)
	}
	g.mu.Unlock()
	// The revocation may have come between the look at the token and now.
	if g.out(id) {
		end(ErrRevoked)
	}
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		for _, user := range users {
			rest := g.inside[user]
			if i := slices.Index(rest, one); i >= 0 {
				rest = slices.Delete(rest, i, i+1)
			}
			if g.inside[user] = rest; len(rest) == 0 {
				delete(g.inside, user)
			}
		}
	}
}

// out reports whether an identity was revoked in the last minutes. The store has earlier
// revocations.
func (g *LiveSessions) out(id *Identity) bool {
	revoked := g.revoked.Load()
	if revoked == nil {
		return false
	}
	return slices.ContainsFunc(id.users(), func(user dm.UserID) bool {
		r, ok := (*revoked)[user]
		return ok && ends(r, id)
	})
}

// users returns the users whose revocations may end an identity.
func (id *Identity) users() []dm.UserID {
	switch {
	case id.Viewer == id.Owner && id.Viewer.IsZero():
		return nil
	case id.Viewer == id.Owner || id.Owner.IsZero():
		return []dm.UserID{id.Viewer}
	case id.Viewer.IsZero():
		return []dm.UserID{id.Owner}
	}
	return []dm.UserID{id.Viewer, id.Owner}
}

// ends reports whether a revocation is about an identity. A token ends with its owner's tokens and
// with the account of a user for whom it acts, but not with that user's tokens.
func ends(r dm.Revocation, id *Identity) bool {
	return r.Gone || r.User == id.Owner && id.Issued.Before(r.At)
}

// Run looks for revocations until ctx ends.
func (g *LiveSessions) Run(ctx context.Context, every time.Duration, failed func(error)) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		now := g.now()
		if err := g.look(ctx); err == nil {
			g.looked = now
		} else if ctx.Err() == nil {
			failed(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (g *LiveSessions) look(ctx context.Context) error {
	since := g.looked
	if since.IsZero() {
		since = g.now()
	}
	return g.lookSince(ctx, since.Add(-revocationOverlap))
}

// LookNow finds what this node has just done itself.
func (g *LiveSessions) LookNow(ctx context.Context) error {
	return g.lookSince(ctx, g.now().Add(-revocationOverlap))
}

func (g *LiveSessions) lookSince(ctx context.Context, since time.Time) error {
	found, err := g.service.Revocations(ctx, since)
	if err == nil {
		g.Revoke(found...)
	}
	return err
}

// Revoke ends the sessions of revoked users, and the identities that are remembered of them.
func (g *LiveSessions) Revoke(found ...dm.Revocation) {
	g.remember(found)
	var out []*liveSession
	g.mu.Lock()
	for _, r := range found {
		for _, one := range g.inside[r.User] {
			if ends(r, one.id) {
				out = append(out, one)
			}
		}
	}
	g.mu.Unlock()
	for _, one := range out {
		one.end(ErrRevoked) // may leave at once, which takes the lock
	}
}

// remember merges into a copy: readers take no lock.
func (g *LiveSessions) remember(found []dm.Revocation) {
	g.mu.Lock()
	defer g.mu.Unlock()
	old := g.revoked.Load()
	if len(found) == 0 && old == nil {
		return
	}
	fresh := make(map[dm.UserID]dm.Revocation, len(found))
	oldest := g.now().Add(-revocationKept)
	if old != nil {
		for user, r := range *old {
			if r.At.After(oldest) {
				fresh[user] = r
			}
		}
	}
	for _, r := range found {
		if r.At.After(oldest) && !r.At.Before(fresh[r.User].At) {
			fresh[r.User] = r
		}
	}
	if len(fresh) == 0 {
		g.revoked.Store(nil)
		return
	}
	g.revoked.Store(&fresh)
}
