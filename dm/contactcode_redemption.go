package dm

import (
	"bytes"
	"context"
	"time"
)

// Redemption is one bearer's use of a contact code: the message that it let in. There is one of
// each. Only the code's owner sees it, and its bearer's export has it.
type Redemption struct {
	Code     ContactCodeID
	Redeemer UserID
	// Owner is whose code it is; a store gives it where it lists, and does not keep it.
	Owner UserID
	// Label is the code's. A store gives it to the code's owner alone.
	Label string
	At    time.Time
}

// Place is the use's place in the list of its code, for the next page.
func (u Redemption) Place() string { return TimePlace{At: u.At, ID: u.Redeemer}.String() }

// before puts uses of one person's in order, those of the same microsecond too.
func (u *Redemption) before(other *Redemption) bool {
	if !u.At.Equal(other.At) {
		return u.At.Before(other.At)
	}
	return bytes.Compare(u.Code[:], other.Code[:]) < 0
}

// CodesLookedAt is among how many of a person's codes, the newest that were used, it is looked for
// the one by which somebody came: the read stays bounded however many they have made.
const CodesLookedAt = 200

// ContactCodeRedemptions lists the redemptions of one of the viewer's codes, newest first. It is
// empty for a code of another owner (I9). Errors: INVALID_INPUT.
func (s *Service) ContactCodeRedemptions(ctx context.Context, viewer UserID, code ContactCodeID, page PageRequest) (Page[Redemption], error) {
	return listPlaced(page, func(after *TimePlace, limit int) ([]Redemption, error) {
		return s.codes.Redemptions(ctx, viewer, code, after, limit)
	})
}

// CameByCode tells by which code of the viewer's each of some people came: the first that they
// used. People who came without a code are left out. It is read when it is asked for, so that no
// send and no event carries it.
func (s *Service) CameByCode(ctx context.Context, viewer UserID, people []UserID) (map[UserID]*Redemption, error) {
	uses, err := s.codes.RedemptionsFrom(ctx, viewer, people, CodesLookedAt)
	if err != nil {
		return nil, err
	}
	first := make(map[UserID]*Redemption, len(uses))
	for i := range uses {
		u := &uses[i]
		if f := first[u.Redeemer]; f == nil || u.before(f) {
			first[u.Redeemer] = u
		}
	}
	return first, nil
}
