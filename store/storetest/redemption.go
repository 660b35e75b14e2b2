package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// came is by which code of the owner's somebody came; nil: by none.
func (w *world) came(owner, who dm.UserID) *dm.Redemption {
	w.Helper()
	found, err := w.service.CameByCode(w.Context(), owner, []dm.UserID{who, dm.NewUserID(), owner})
	w.must(err)
	if len(found) > 1 || len(found) == 1 && found[who] == nil {
		w.Fatalf("asked about one, told about others: %v", found)
	}
	return found[who]
}

func (w *world) usesOf(owner dm.UserID, code dm.ContactCodeID, first int) (all []dm.Redemption) {
	w.Helper()
	for page := (dm.PageRequest{First: first}); ; {
		found, err := w.service.ContactCodeRedemptions(w.Context(), owner, code, page)
		w.must(err)
		for _, u := range found.Items {
			all = append(all, u)
			page.After = u.Place()
		}
		if !found.More {
			return all
		}
	}
}

// testContactCodeUses: the owner sees who came by which code and when; the bearer and everybody
// else see nothing of it (I9).
func testContactCodeUses(t *testing.T, b Backend) {
	w := newWorld(t, b)
	ctx := t.Context()
	people := w.users(9)
	owner, other, friend, bearers := people[0], people[1], people[2], people[3:]
	w.audience(owner, policy.Friends)
	made, secret := w.code(owner, 100)
	later, laterSecret := w.code(owner, 100)
	theirs, _ := w.code(other, 1)
	if found := w.usesOf(owner, made.ID, 10); found != nil {
		t.Errorf("unused it was used by %v", found)
	}
	var want []dm.Redemption
	for i, bearer := range bearers {
		if i%2 == 0 { // two came in the same microsecond
			w.clock.advance(time.Minute)
		}
		key := w.key()
		for range 2 { // I2: a retry is no use
			w.must(second(w.tryBearing(bearer, owner, "in", key, secret)))
		}
		use := dm.Redemption{Code: made.ID, Redeemer: bearer, Owner: owner, Label: "card", At: w.clock.Now()}
		want = append([]dm.Redemption{use}, want...)
		if diff := cmp.Diff(&use, w.came(owner, bearer)); diff != "" {
			t.Errorf("who came by it, -want +got:\n%s", diff)
		}
	}
	for _, size := range []int{1, 2, 4, dm.MaxPage} {
		got := w.usesOf(owner, made.ID, size)
		for i := 1; i < len(got); i++ {
			if got[i].At.After(got[i-1].At) {
				t.Errorf("%d a page: the newest are not first", size)
			}
		}
		if diff := cmp.Diff(byRedeemer(want), byRedeemer(got)); diff != "" || len(got) != len(want) {
			t.Errorf("%d a page, %d uses, -want +got:\n%s", size, len(got), diff)
		}
	}
	// A person who is welcome without it, or refused with it, has not redeemed it.
	w.friends(owner, friend)
	w.must(second(w.tryBearing(friend, owner, "hi", w.key(), secret)))
	w.must(w.service.Block(ctx, owner, other))
	w.denied(second(w.tryBearing(other, owner, "in", w.key(), secret)), policy.DenialContactCode)
	for _, user := range []dm.UserID{friend, other, owner} {
		if use := w.came(owner, user); use != nil {
			t.Errorf("%v is said to have used a code: %+v", user, use)
		}
	}
	// It is the owner's alone.
	for _, stranger := range []dm.UserID{bearers[0], other, dm.NewUserID()} {
		if found := w.usesOf(stranger, made.ID, 10); found != nil {
			t.Errorf("another sees the uses: %v", found)
		}
		if use := w.came(stranger, owner); use != nil {
			t.Errorf("another sees by which code the owner came: %+v", use)
		}
		if use := w.came(stranger, bearers[1]); use != nil {
			t.Errorf("another sees by which code of the owner's somebody came: %+v", use)
		}
	}
	if found := w.usesOf(owner, theirs.ID, 10); found != nil {
		t.Errorf("the uses of somebody else's code: %v", found)
	}
	if _, err := w.service.ContactCodeRedemptions(ctx, owner, made.ID, dm.PageRequest{First: 1, After: "nowhere"}); dm.CodeOf(err) != dm.CodeInvalidInput {
		t.Errorf("a place that is none: %v", err)
	}
	// A second redemption keeps the first source. A revoked code still lists its redemptions.
	w.clock.advance(time.Minute)
	w.must(second(w.tryBearing(bearers[0], owner, "again", w.key(), laterSecret)))
	w.revoke(owner, made.ID)
	if use := w.came(owner, bearers[0]); use == nil || use.Code != made.ID {
		t.Errorf("by two codes they came as %+v", use)
	}
	if found := w.usesOf(owner, later.ID, 10); len(found) != 1 || found[0].Redeemer != bearers[0] {
		t.Errorf("the second code was used by %v", found)
	}
}

// byRedeemer is without the order of those who came in the same microsecond.
func byRedeemer(uses []dm.Redemption) map[dm.UserID]dm.Redemption {
	out := map[dm.UserID]dm.Redemption{}
	for _, u := range uses {
		out[u.Redeemer] = u
	}
	return out
}

// testContactCodeUsesLookedAt: among how many codes it is looked is a bound, not a promise broken:
// the newest used ones count, and codes that nobody used push none of them out.
func testContactCodeUsesLookedAt(t *testing.T, b Backend) {
	w := newWorld(t, b)
	owner := w.users(1)[0]
	w.audience(owner, policy.NoOne)
	var bearers []dm.UserID
	for range 3 {
		bearer := w.users(1)[0]
		_, secret := w.code(owner, 1)
		w.must(second(w.tryBearing(bearer, owner, "in", w.key(), secret)))
		w.clock.advance(time.Second)
		w.code(owner, 1) // that nobody uses
		bearers = append(bearers, bearer)
	}
	found, err := w.store.RedemptionsFrom(t.Context(), owner, bearers, 2)
	w.must(err)
	got := byRedeemer(found)
	if _, old := got[bearers[0]]; old || len(got) != 2 {
		t.Errorf("among the two newest that were used are %v", found)
	}
}

// checkUses compares who the owner is told has come by their codes.
func (r *modelRun) checkUses(owner int) {
	came, err := r.service.CameByCode(r.Context(), r.ids[owner], r.ids)
	r.must(err)
	by := map[dm.ContactCodeID]*code{}
	want := map[dm.UserID]bool{}
	for _, c := range r.m.codes {
		if c.owner != owner {
			continue
		}
		by[c.id] = c
		page, err := r.service.ContactCodeRedemptions(r.Context(), r.ids[owner], c.id, dm.PageRequest{First: dm.MaxPage})
		r.must(err)
		got := byRedeemer(page.Items)
		for bearer := range c.used {
			want[r.ids[bearer]] = true
			if _, ok := got[r.ids[bearer]]; !ok {
				r.Fatalf("user %d came by a code of user %d, who is not told", bearer, owner)
			}
		}
		if len(got) != len(c.used) {
			r.Fatalf("a code of user %d was used by %v, the model says %v", owner, got, c.used)
		}
	}
	for i, id := range r.ids {
		use := came[id]
		if (use != nil) != want[id] || use != nil && (by[use.Code] == nil || !by[use.Code].used[i]) {
			r.Fatalf("user %d came to user %d by %+v", i, owner, use)
		}
	}
}
