package graph

import (
	"context"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/singleflight"

	"github.com/aparte-im/aparte/dm"
)

const (
	// profileTTL bounds how old a person's profile in a live event may be, when it was changed or
	// erased on another node.
	profileTTL = 3 * time.Second
	// profileCount bounds how many are kept: some hundred bytes each.
	profileCount = 4096
)

// profiles remember, for a moment, how the people look who stand in live events: a burst of
// messages from one person would otherwise read the same row for each event of each follower.
// Nothing is decided by them, and only events are made with them. A change on this node is seen at
// once, one on another node after profileTTL.
type profiles struct {
	known *lru.Cache[dm.UserID, profile]
	now   func() time.Time
	// changes counts the changes of profiles here. A profile that was read before a change is not
	// cached after it.
	changes atomic.Int64
	reads   singleflight.Group
}

type profile struct {
	user  *dm.User
	until time.Time
}

func newProfiles(now func() time.Time) *profiles {
	known, _ := lru.New[dm.UserID, profile](profileCount) // fails for a size below one only
	return &profiles{known: known, now: now}
}

// get returns those of the users whom it knows, and who is to be read.
func (p *profiles) get(ids []dm.UserID) (known map[dm.UserID]*dm.User, rest []dm.UserID) {
	now := p.now()
	known = make(map[dm.UserID]*dm.User, len(ids))
	for _, id := range ids {
		if it, ok := p.known.Get(id); ok && now.Before(it.until) {
			known[id] = it.user
			continue
		}
		rest = append(rest, id)
	}
	return known, rest
}

// read returns users, and reads those whom it does not know. Followers who wait for the same person
// share one read.
func (p *profiles) read(ctx context.Context, ids []dm.UserID,
	fetch func(context.Context, []dm.UserID) (map[dm.UserID]*dm.User, error),
) (map[dm.UserID]*dm.User, error) {
	known, rest := p.get(ids)
	switch len(rest) {
	case 0:
		return known, nil
	case 1:
		// It is everybody's, so it does not end with who began it.
		got, err, _ := p.reads.Do(string(rest[0][:]), func() (any, error) {
			return p.fetch(context.WithoutCancel(ctx), rest, fetch)
		})
		if err != nil {
			return nil, err
		}
		for id, u := range got.(map[dm.UserID]*dm.User) {
			known[id] = u
		}
		return known, nil
	}
	got, err := p.fetch(ctx, rest, fetch)
	for id, u := range got {
		known[id] = u
	}
	return known, err
}

func (p *profiles) fetch(ctx context.Context, ids []dm.UserID,
	fetch func(context.Context, []dm.UserID) (map[dm.UserID]*dm.User, error),
) (map[dm.UserID]*dm.User, error) {
	began, changes := p.now(), p.changes.Load()
	found, err := fetch(ctx, ids)
	if err == nil && p.changes.Load() == changes {
		for id, u := range found {
			p.known.Add(id, profile{u, began.Add(profileTTL)})
		}
	}
	return found, err
}

// changed forgets what is known: somebody's profile was changed here, or they were deleted. Changes
// are few beside events, and who is read again costs one statement.
func (p *profiles) changed() {
	p.changes.Add(1)
	p.known.Purge()
}
