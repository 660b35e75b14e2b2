package storetest

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// code makes a contact code.
func (w *world) code(owner dm.UserID, uses int) (*dm.ContactCode, string) {
	w.Helper()
	c, secret, err := w.service.CreateContactCode(w.Context(), owner, dm.ContactCodeInput{Label: "card", For: 48 * time.Hour, MaxUses: uses})
	w.must(err)
	return c, secret
}

func (w *world) tryBearing(from, to dm.UserID, body, key, code string) (dm.Sent, error) {
	return w.service.Send(w.Context(), from, dm.SendInput{To: to, Body: body, ClientMessageID: key, ContactCode: &code})
}

// kept is a code as its owner's list has it.
func (w *world) kept(owner dm.UserID, id dm.ContactCodeID) *dm.ContactCode {
	w.Helper()
	page, err := w.service.ContactCodes(w.Context(), owner, dm.PageRequest{First: dm.MaxPage})
	w.must(err)
	for _, c := range page.Items {
		if c.ID == id {
			return c
		}
	}
	w.Fatalf("%v is not in the list of %v", id, owner)
	return nil
}

// testContactCode: a code lets each bearer write one message to the inbox under any audience, and
// counts only where it is needed.
func testContactCode(t *testing.T, b Backend) {
	w := newWorld(t, b)
	ctx := t.Context()
	u := w.users(6)
	owner, alice, bob, carol, friend, late := u[0], u[1], u[2], u[3], u[4], u[5]
	w.audience(owner, policy.NoOne)
	at := w.cursor(owner)
	made, secret := w.code(owner, 2)
	if w.cursor(owner) == at {
		t.Error("the owner's devices are not told")
	}
	if made.Uses != 0 || made.MaxUses != 2 || !made.EndsAt.Equal(made.ExpiresAt) || !made.ExpiresAt.Equal(w.clock.Now().Add(48*time.Hour)) {
		t.Errorf("it is made as %+v", made)
	}
	if diff := cmp.Diff(made, w.kept(owner, made.ID)); diff != "" {
		t.Errorf("-made +kept:\n%s", diff)
	}
	w.denied(second(w.trySend(alice, owner, "no code", w.key())), policy.DenialNotAccepting)
	c, err := w.service.Contact(ctx, alice, secret)
	w.must(err)
	if c.Owner != owner || c.Permission.Folder != dm.FolderInbox || c.Permission.Remaining != nil {
		t.Errorf("it offers %+v", c)
	}
	key := w.key()
	for range 3 { // I2: a retry uses nothing
		sent, err := w.tryBearing(alice, owner, "with it", key, " "+secret)
		w.must(err)
		if sent.Remaining != nil || sent.Outreach != nil || sent.Message.ID.Seq != 1 {
			t.Errorf("the send answers %+v", sent)
		}
	}
	if n := w.kept(owner, made.ID).Uses; n != 1 {
		t.Errorf("one send used %d", n)
	}
	if v := w.view(owner, alice); v.Folder != dm.FolderInbox {
		t.Errorf("it landed in folder %v", v.Folder)
	}
	// Once is once: with it and without.
	w.denied(second(w.tryBearing(alice, owner, "again", w.key(), secret)), policy.DenialContactCode)
	w.denied(second(w.trySend(alice, owner, "again", w.key())), policy.DenialNotAccepting)
	w.refused(second(w.service.Contact(ctx, alice, secret)), dm.CodeNotFound)
	// A welcome sender needs no code and redeems none.
	w.audience(owner, policy.Friends)
	w.friends(owner, friend)
	w.must(second(w.tryBearing(friend, owner, "hi", w.key(), secret)))
	w.must(second(w.tryBearing(friend, owner, "hi", w.key(), "garbage")))
	if n := w.kept(owner, made.ID).Uses; n != 1 {
		t.Errorf("who is welcome used it: %d", n)
	}
	// The last use ends it.
	w.must(second(w.tryBearing(bob, owner, "second", w.key(), secret)))
	w.denied(second(w.tryBearing(carol, owner, "third", w.key(), secret)), policy.DenialContactCode)
	if now := w.kept(owner, made.ID); now.Uses != 2 || !now.EndsAt.Equal(w.clock.Now()) {
		t.Errorf("used up it is %+v", now)
	}
	// Expired; of somebody else; and it counts for no request.
	other, expiring := w.code(owner, 5)
	// Under EVERYONE it would be a request.
	w.denied(second(w.tryBearing(carol, alice, "to another", w.key(), expiring)), policy.DenialContactCode)
	w.audience(owner, policy.Everyone)
	budget := w.outreach(carol)
	w.must(second(w.tryBearing(carol, owner, "fresh", w.key(), expiring)))
	w.wantUnread(owner, 4, 0, 5)
	if after := w.outreach(carol); after != budget {
		t.Errorf("a code costs outreach: %+v after %+v", after, budget)
	}
	w.clock.advance(48 * time.Hour)
	w.denied(second(w.tryBearing(late, owner, "late", w.key(), expiring)), policy.DenialContactCode)
	w.refused(second(w.service.Contact(ctx, late, expiring)), dm.CodeNotFound)
	if at := w.cursor(owner); w.revoke(owner, other.ID).RevokedAt != (time.Time{}) || w.cursor(owner) != at {
		t.Error("an expired code was revoked")
	}
	// The usual rules follow: the answer makes them known.
	w.send(owner, alice, "welcome")
	w.send(alice, owner, "thanks")
	w.consistent(owner, alice, bob, carol)
}

func (w *world) outreach(user dm.UserID) dm.OutreachBudget {
	w.Helper()
	b, err := w.service.Outreach(w.Context(), user)
	w.must(err)
	return *b
}

func (w *world) revoke(owner dm.UserID, id dm.ContactCodeID) *dm.ContactCode {
	w.Helper()
	c, err := w.service.RevokeContactCode(w.Context(), owner, id)
	w.must(err)
	return c
}

// testContactCodeStops: what is stronger than a code, and that its bearer cannot tell which it is.
func testContactCodeStops(t *testing.T, b Backend) {
	w := newWorld(t, b)
	ctx := t.Context()
	owner := w.users(1)[0]
	w.audience(owner, policy.PeopleIMessaged)
	_, secret := w.code(owner, 100)
	taken, revoked := w.code(owner, 100)
	first := w.revoke(owner, taken.ID)
	if first.RevokedAt.IsZero() || first.EndsAt != first.RevokedAt {
		t.Errorf("revoked it is %+v", first)
	}
	w.clock.advance(time.Second)
	if again := w.revoke(owner, taken.ID); again.RevokedAt != first.RevokedAt {
		t.Error("revoked twice")
	}
	none := func(user dm.UserID) *dm.Error {
		return w.denied(second(w.tryBearing(user, owner, "x", w.key(), "no such code")), policy.DenialContactCode)
	}
	nothing := none(w.users(1)[0])
	for name, stop := range map[string]func(user dm.UserID) string{
		"revoked": func(dm.UserID) string { return revoked },
		"block":   func(u dm.UserID) string { w.must(w.service.Block(ctx, owner, u)); return secret },
		"never": func(u dm.UserID) string {
			w.must(w.service.SetListed(ctx, owner, u, policy.ListedNever))
			return secret
		},
		"not mine": func(u dm.UserID) string { _, s := w.code(u, 1); return s },
	} {
		user := w.users(1)[0]
		code := stop(user)
		before := w.cursor(owner)
		got := w.denied(second(w.tryBearing(user, owner, "x", w.key(), code)), policy.DenialContactCode)
		if diff := cmp.Diff(nothing, got); diff != "" {
			t.Errorf("%s reads unlike a code that does not exist: %s", name, diff)
		}
		if w.cursor(owner) != before {
			t.Errorf("%s: the owner is told", name)
		}
		if name != "not mine" {
			w.refused(second(w.service.Contact(ctx, user, code)), dm.CodeNotFound)
		}
	}
	// A declined sender is answered as one whose request waits, and does not reach the owner.
	declined := w.users(1)[0]
	w.audience(owner, policy.Everyone)
	w.send(declined, owner, "request")
	w.must(third(w.service.DeclineRequests(ctx, owner, []dm.ConversationID{dm.ConversationOf(declined, owner)})))
	w.audience(owner, policy.PeopleIMessaged)
	w.must(second(w.tryBearing(declined, owner, "x", w.key(), secret)))
	w.noView(owner, declined)
	w.consistent(owner, declined)
	// Limits of the bearer's own bring no name out of a code that is not for them.
	blocked := w.users(1)[0]
	w.must(w.service.Block(ctx, owner, blocked))
	w.age(blocked, policy.Under16)
	w.refused(second(w.service.Contact(ctx, blocked, secret)), dm.CodeNotFound)
	w.denied(second(w.tryBearing(blocked, owner, "x", w.key(), secret)), policy.DenialAgeRestricted)

	// Restricted: it reads as if it had gone to the inbox.
	user := w.users(1)[0]
	w.must(w.service.Restrict(ctx, owner, user))
	if sent, err := w.tryBearing(user, owner, "x", w.key(), secret); err != nil || sent.Remaining != nil || w.view(owner, user).Folder != dm.FolderRequests {
		t.Errorf("restricted: %+v, %v", sent, err)
	}
	// The age goes before: a code that was made before it was known lets nobody in, and none is
	// made.
	w.age(owner, policy.Age16To17)
	w.denied(second(w.tryBearing(w.users(1)[0], owner, "x", w.key(), secret)), policy.DenialContactCode)
	_, _, err := w.service.CreateContactCode(ctx, owner, dm.ContactCodeInput{Label: "x", For: time.Hour, MaxUses: 1})
	w.refused(err, dm.CodeInvalidInput)
	w.consistent(owner, user)
}

func (w *world) age(user dm.UserID, band policy.AgeBand) {
	w.Helper()
	found, err := w.service.Users(w.Context(), []dm.UserID{user})
	w.must(err)
	u := found[user]
	w.upsert(dm.UserInput{ExternalID: u.ExternalID, Handle: u.Handle, DisplayName: u.DisplayName, AgeBand: band})
}

// testContactCodeBounds: what may be asked for, whose list it is, and its pages (I9).
func testContactCodeBounds(t *testing.T, b Backend) {
	w := newWorld(t, b)
	ctx := t.Context()
	alice, bob := w.pair()
	good := dm.ContactCodeInput{Label: " my card ", For: time.Hour, MaxUses: 1}
	for _, change := range []func(*dm.ContactCodeInput){
		func(in *dm.ContactCodeInput) { in.Label = " " },
		func(in *dm.ContactCodeInput) { in.Label = fmt.Sprintf("%065d", 1) },
		func(in *dm.ContactCodeInput) { in.Label = "a\nb" },
		func(in *dm.ContactCodeInput) { in.For = time.Minute },
		func(in *dm.ContactCodeInput) { in.For = dm.MaxContactFor + 1 },
		func(in *dm.ContactCodeInput) { in.MaxUses = 0 },
		func(in *dm.ContactCodeInput) { in.MaxUses = dm.MaxContactUses + 1 },
	} {
		in := good
		change(&in)
		_, _, err := w.service.CreateContactCode(ctx, alice, in)
		w.refused(err, dm.CodeInvalidInput)
	}
	_, _, err := w.service.CreateContactCode(ctx, dm.NewUserID(), good)
	w.refused(err, dm.CodeNotFound)
	var ids []dm.ContactCodeID
	for i := range w.config.Rules.ContactCodes {
		in := good
		in.For = time.Duration(i+1) * time.Hour
		c, _, err := w.service.CreateContactCode(ctx, alice, in)
		w.must(err)
		if c.Label != "my card" {
			t.Errorf("the label is %q", c.Label)
		}
		ids = append([]dm.ContactCodeID{c.ID}, ids...)
		w.clock.advance(time.Second)
	}
	_, _, err = w.service.CreateContactCode(ctx, alice, good)
	if e := w.refused(err, dm.CodeRateLimited); e.RetryAfter != time.Hour-time.Duration(len(ids))*time.Second {
		t.Errorf("wait %v", e.RetryAfter)
	}
	w.code(bob, 1) // another's do not count
	w.refused(second(w.service.RevokeContactCode(ctx, bob, ids[0])), dm.CodeNotFound)
	w.refused(second(w.service.RevokeContactCode(ctx, alice, dm.ContactCodeID{})), dm.CodeNotFound)
	var listed []dm.ContactCodeID
	for page := (dm.PageRequest{First: 7}); ; {
		found, err := w.service.ContactCodes(ctx, alice, page)
		w.must(err)
		for _, c := range found.Items {
			listed = append(listed, c.ID)
			page.After = c.Place()
		}
		if !found.More {
			break
		}
	}
	if diff := cmp.Diff(ids, listed); diff != "" {
		t.Errorf("the list, -want +got:\n%s", diff)
	}
	// To revoke makes room, but not for ever on one day.
	w.revoke(alice, ids[0])
	for made := len(ids); made < 50; made++ {
		c, _ := w.code(alice, 1)
		w.revoke(alice, c.ID)
	}
	_, _, err = w.service.CreateContactCode(ctx, alice, good)
	if e := w.refused(err, dm.CodeRateLimited); e.RetryAfter != 24*time.Hour-time.Duration(len(ids))*time.Second {
		t.Errorf("wait %v", e.RetryAfter)
	}
	w.clock.advance(24 * time.Hour)
	w.code(alice, 1)
	w.consistent(alice, bob)
}

// testContactCodeRace: bearers on all nodes race for a code, and its owner takes it back. No more
// get in than it serves, and nobody once the revocation has returned (I1).
func testContactCodeRace(t *testing.T, b Backend) {
	w := newWorld(t, b)
	nodes := []*world{w}
	if b.Shared {
		nodes = append(nodes, w.node(t))
	}
	const bearers, serves, rounds = 24, 5, 6
	cut := 0
	for round := range rounds {
		u := w.users(1 + 2*bearers)
		owner, early, late := u[0], u[1:1+bearers], u[1+bearers:]
		w.audience(owner, policy.NoOne)
		uses := serves
		if revokes := round%2 == 1; revokes {
			uses = 2 * bearers
		}
		c, secret := w.code(owner, uses)
		var wg sync.WaitGroup
		var mu sync.Mutex
		let := 0
		began := make(chan struct{}, bearers)
		for i, bearer := range early {
			key := w.key()
			// Each tries twice at once with the same key (I2), on both nodes.
			for retry := range 2 {
				node := nodes[(i+retry)%len(nodes)]
				wg.Go(func() {
					sent, err := node.tryBearing(bearer, owner, "in", key, secret)
					if retry == 0 {
						began <- struct{}{}
					}
					mu.Lock()
					defer mu.Unlock()
					switch {
					case err == nil && !sent.Repeated:
						let++
					case err != nil && dm.CodeOf(err) != dm.CodeMessageNotAllowed:
						t.Errorf("%v", err)
					}
				})
			}
		}
		if uses > serves {
			for range 3 {
				<-began
			}
			last := nodes[len(nodes)-1]
			revoked, err := last.service.RevokeContactCode(t.Context(), owner, c.ID)
			w.must(err)
			for i, bearer := range late {
				wg.Go(func() {
					_, err := nodes[i%len(nodes)].tryBearing(bearer, owner, "late", w.key(), secret)
					if e, ok := err.(*dm.Error); !ok || e.Denial != policy.DenialContactCode { //nolint:errorlint // services return it as it is
						t.Errorf("the code was revoked, and a send is answered with %v (I1)", err)
					}
				})
			}
			wg.Wait()
			if revoked.Uses != let || w.kept(owner, c.ID).Uses != let {
				t.Errorf("%d got in, %d before the revocation returned (I1)", let, revoked.Uses)
			}
			if let < bearers {
				cut++
			}
			continue
		}
		wg.Wait()
		if now := w.kept(owner, c.ID); let != serves || now.Uses != serves {
			t.Errorf("%d got in and %d are counted by a code for %d", let, now.Uses, serves)
		}
		w.consistent(owner)
	}
	t.Logf("%d revocations of %d came between", cut, rounds/2)
}

// testContactCodeData: the export has them, a deletion and an erasure leave nothing of them.
func testContactCodeData(t *testing.T, b Backend) {
	w := newWorld(t, b)
	ctx := t.Context()
	w.upsert(dm.UserInput{ExternalID: "owner", Handle: "owner"}, dm.UserInput{ExternalID: "bearer", Handle: "bearer"})
	byName := func(name string) dm.UserID {
		u, err := w.service.UserByExternalID(ctx, name)
		w.must(err)
		return u.ID
	}
	owner, bearer := byName("owner"), byName("bearer")
	w.audience(owner, policy.NoOne)
	c, secret := w.code(owner, 3)
	w.must(second(w.tryBearing(bearer, owner, "in", w.key(), secret)))
	files := w.exported(owner)
	if strings.Contains(fmt.Sprint(files), secret) {
		t.Error("the export tells the secret")
	}
	mine := files["contact-codes.jsonl"]
	if len(mine) != 1 || mine[0]["label"] != "card" || mine[0]["uses"] != 1.0 || mine[0]["id"] != c.ID.String() || mine[0]["maxUses"] != 3.0 {
		t.Errorf("the owner's export has %v", mine)
	}
	used := w.exported(bearer)["contact-codes-used.jsonl"]
	if len(used) != 1 || used[0]["ownerId"] != owner.String() || used[0]["id"] != c.ID.String() {
		t.Errorf("the bearer's export has %v", used)
	}
	_, err := w.service.EraseUser(ctx, host, "bearer")
	w.must(err)
	job, err := w.service.TakeJob(ctx, dm.JobErase, "n", hold)
	w.must(err)
	w.must(w.service.Erase(ctx, job, hold))
	if left, err := w.store.RedemptionsBy(ctx, bearer, dm.ContactCodeID{}, 10); err != nil || len(left) > 0 {
		t.Errorf("left of the bearer: %v, %v", left, err)
	}
	if n := w.kept(owner, c.ID).Uses; n != 1 {
		t.Errorf("the erasure of a bearer changed the count to %d", n)
	}
	w.must(w.service.DeleteUser(ctx, "owner"))
	w.denied(second(w.tryBearing(w.users(1)[0], owner, "x", w.key(), secret)), policy.DenialContactCode)
	if left, err := w.store.ContactCodes(ctx, owner, nil, 10); err != nil || len(left) > 0 {
		t.Errorf("left of the owner: %v, %v", left, err)
	}
}
