package dm_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/aparte-im/aparte/dm"
)

// Everybody locks in one order, each head once; two transactions over the same users therefore
// cannot deadlock.
func TestAScopeLocksEachHeadOnceInOrder(t *testing.T) {
	a, b, c := dm.UserID{1}, dm.UserID{2}, dm.UserID{3}
	s := dm.Scope{Users: []dm.UserID{c, a}, Pairs: []dm.Pair{dm.PairOf(c, b), dm.PairOf(b, a)}}
	if got := s.Heads(); !slices.Equal(got, []dm.UserID{a, b, c}) {
		t.Errorf("locks %v", got)
	}
	if s.Users[0] != c {
		t.Error("Heads reorders its caller's users")
	}
	if dm.PairOf(b, a) != dm.PairOf(a, b) {
		t.Error("a pair depends on who is named first")
	}
}

func TestCodeOf(t *testing.T) {
	for want, err := range map[dm.Code]error{
		"":                  errors.New("disk full"),
		dm.CodeNotFound:     fmt.Errorf("while reading: %w", dm.NotFound("user")),
		dm.CodeInvalidInput: dm.Invalid("body", "Too long."),
		dm.CodeRateLimited:  dm.Overloaded(1),
	} {
		if got := dm.CodeOf(err); got != want {
			t.Errorf("%v: %q, want %q", err, got, want)
		}
	}
	if dm.CodeOf(nil) != "" {
		t.Error("no error has a code")
	}
}
