package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// The accepted kinds depend on the sender's relation to the recipient, not on the audience. A
// sender learns only that the kind is refused.
func testAcceptedKinds(t *testing.T, b Backend) {
	w := newWorld(t, b)
	ctx := t.Context()
	alice, bob := w.pair()
	video := &dm.VideoCard{URL: "https://v.example/1"}
	set := func(r policy.Relation, k policy.Kinds) {
		t.Helper()
		_, err := w.service.SetAcceptedKinds(ctx, bob, map[policy.Relation]policy.Kinds{r: k})
		w.must(err)
	}
	try := func(body string, video *dm.VideoCard) error {
		_, err := w.service.Send(ctx, alice, dm.SendInput{To: bob, Body: body, Video: video, ClientMessageID: w.key()})
		return err
	}
	set(policy.Stranger, policy.KindText)
	if p := w.standing(alice, bob).Permission; p.Kinds != policy.KindText || !p.Allowed() {
		t.Errorf("before the send she hears %+v", p)
	}
	w.denied(try("", video), policy.DenialKind)
	w.denied(try("look at example.com", nil), policy.DenialKind)
	title := "more on example.com"
	w.denied(try("", &dm.VideoCard{URL: "https://v.example/1", Title: &title}), policy.DenialKind)
	w.must(try("hello", nil))
	w.must(w.service.Follow(ctx, bob, alice))
	w.must(try("look at example.com", video))
	set(policy.Followed, policy.KindText|policy.KindVideo)
	w.denied(try("look at example.com", nil), policy.DenialKind)
	w.must(try("", video))
	w.must(w.service.SetListed(ctx, bob, alice, policy.ListedAlways))
	w.must(try("look at example.com", nil))
	_, err := w.service.SetAcceptedKinds(ctx, bob, map[policy.Relation]policy.Kinds{policy.Friend: policy.KindLink})
	w.refused(err, dm.CodeInvalidInput)

	// A setting like any other: kept by a second node, in the history, for the devices.
	m, err := w.service.SetRequestLinks(ctx, bob, true)
	w.must(err)
	read, err := w.service.Messaging(ctx, bob)
	w.must(err)
	if diff := cmp.Diff(m, read); diff != "" || !read.RequestLinks || read.Refused[policy.Stranger] != policy.KindVideo|policy.KindLink {
		t.Errorf("read back %+v, -set +read:\n%s", read, diff)
	}
	history, err := historyOf(ctx, w.service, bob, 10)
	w.must(err)
	if len(history) != 3 || !history[0].After.RequestLinks || history[0].Before.RequestLinks ||
		history[2].Before.Refused != (policy.KindGrid{}) || history[2].After.Refused[policy.Stranger] != policy.KindVideo|policy.KindLink {
		t.Errorf("the history is %+v", history)
	}
	var paged []dm.SettingsChange
	for after, more := "", true; more; {
		page, err := w.service.History(ctx, bob, dm.PageRequest{First: 1, After: after})
		w.must(err)
		paged, more = append(paged, page.Items...), page.More
		after = page.Items[len(page.Items)-1].Place()
	}
	if diff := cmp.Diff(history, paged); diff != "" {
		t.Errorf("page by page, -at once +paged:\n%s", diff)
	}
	w.consistent(alice, bob)
}

// The newest change can be taken back, which is a change itself; the history says who made each,
// when and on what device.
func testUndoSettings(t *testing.T, b Backend) {
	w := newWorld(t, b)
	alice, bob := w.pair()
	ctx := dm.WithOrigin(t.Context(), dm.Origin{Device: " Pixel\n 9\u0000 of\tAlice " + "🍐" + string(make([]byte, 500))})
	newest := func() dm.SettingsChange {
		t.Helper()
		history, err := historyOf(ctx, w.service, alice, 1)
		w.must(err)
		return history[0]
	}
	w.clock.advance(time.Second)
	_, err := w.service.SetWhoCanMessageMe(ctx, alice, policy.Custom, map[policy.Relation]policy.Route{policy.Stranger: policy.RouteHidden})
	w.must(err)
	chosen := newest()
	if chosen.Device != "Pixel 9 of Alice 🍐" || chosen.By != dm.BySelf || !chosen.At.Equal(w.clock.Now()) {
		t.Errorf("the history says %+v", chosen)
	}
	w.clock.advance(time.Second)
	_, err = w.service.SetReadReceipts(dm.WithOrigin(ctx, dm.Origin{By: dm.ByHost}), alice, false)
	w.must(err)
	if c := newest(); c.By != dm.ByHost || c.Device != "" {
		t.Errorf("the history says %+v", c)
	}
	_, err = w.service.UndoSettingsChange(ctx, alice, chosen.ID)
	w.refused(err, dm.CodeInvalidInput)
	_, err = w.service.UndoSettingsChange(ctx, bob, newest().ID)
	w.refused(err, dm.CodeNotFound)
	_, err = w.service.UndoSettingsChange(ctx, alice, dm.ChangeID(dm.NewUserID()))
	w.refused(err, dm.CodeNotFound)

	w.clock.advance(time.Second)
	at := w.cursor(alice)
	undone := newest()
	m, err := w.service.UndoSettingsChange(ctx, alice, undone.ID)
	w.must(err)
	if c := newest(); !m.ReadReceipts || m.Audience != policy.Custom || c.Undoes != undone.ID || !c.After.ReadReceipts {
		t.Errorf("after the undo %+v, kept as %+v", m, c)
	}
	if tail := w.events(alice, at.Position); len(tail) != 1 || tail[0].Kind != dm.EventSettingsChanged {
		t.Errorf("the devices are told %+v", tail)
	}
	w.clock.advance(time.Second)
	m, err = w.service.UndoSettingsChange(ctx, alice, newest().ID)
	w.must(err)
	if m.ReadReceipts {
		t.Error("the undo was not undone")
	}
	// Back to no choice at all: the default of the operator holds again.
	w.clock.advance(time.Second)
	w.audience(bob, policy.NoOne)
	history, err := historyOf(ctx, w.service, bob, 1)
	w.must(err)
	m, err = w.service.UndoSettingsChange(ctx, bob, history[0].ID)
	w.must(err)
	if m.Settings.Audience != policy.NotChosen || m.Audience != policy.Everyone {
		t.Errorf("after the first choice was taken back: %+v", m)
	}
	w.send(alice, bob, "by the default")
}

// Young people: under 16 nothing goes either way; at 16 and 17 nobody may write until they choose,
// and strangers cannot be chosen. A change of age holds at once, also for what was chosen before
// (I1).
func testYoungPeople(t *testing.T, b Backend) {
	w := newWorld(t, b)
	ctx := t.Context()
	alice, bob := w.pair()
	aged := func(band policy.AgeBand) {
		w.upsert(dm.UserInput{ExternalID: "ext-u2", Handle: "u2", DisplayName: "u2", AgeBand: band})
	}
	w.clock.advance(time.Second)
	w.audience(bob, policy.Everyone)
	chosen, err := historyOf(ctx, w.service, bob, 1)
	w.must(err)
	w.send(alice, bob, "to an adult")
	w.clock.advance(time.Second)
	aged(policy.Age16To17)
	_, err = w.trySend(alice, bob, "to a young person", w.key())
	w.denied(err, policy.DenialNotAccepting)
	if m, err := w.service.Messaging(ctx, bob); err != nil || m.Audience != policy.Followers || m.Grid[policy.Stranger] != policy.RouteRefuse {
		t.Errorf("EVERYONE at 16 is %+v, %v", m, err)
	}
	_, err = w.service.SetWhoCanMessageMe(ctx, bob, policy.Everyone, nil)
	w.refused(err, dm.CodeInvalidInput)
	_, err = w.service.SetWhoCanMessageMe(ctx, bob, policy.Custom, map[policy.Relation]policy.Route{policy.Stranger: policy.RouteHidden})
	w.refused(err, dm.CodeInvalidInput)
	history, err := historyOf(ctx, w.service, bob, 10)
	w.must(err)
	if len(history) != 2 || history[0].By != dm.ByHost || history[0].AgeBefore != policy.Adult || history[0].AgeAfter != policy.Age16To17 {
		t.Errorf("the history is %+v", history)
	}
	_, err = w.service.UndoSettingsChange(ctx, bob, history[0].ID)
	w.refused(err, dm.CodeInvalidInput)
	w.clock.advance(time.Second)
	w.audience(bob, policy.NoOne)
	history, err = historyOf(ctx, w.service, bob, 1)
	w.must(err)
	_, err = w.service.UndoSettingsChange(ctx, bob, history[0].ID)
	w.refused(err, dm.CodeInvalidInput) // back to EVERYONE, which is not theirs to choose any more
	w.audience(bob, policy.Followers)
	w.must(w.service.Follow(ctx, alice, bob))
	w.send(alice, bob, "as a follower")

	aged(policy.Under16)
	_, err = w.trySend(alice, bob, "to a child", w.key())
	w.denied(err, policy.DenialNotAccepting)
	_, err = w.trySend(bob, alice, "from a child", w.key())
	w.denied(err, policy.DenialAgeRestricted)
	aged(policy.Adult)
	w.send(alice, bob, "grown up")
	if len(chosen) != 1 || chosen[0].Device != "" {
		t.Errorf("without a device the history says %+v", chosen)
	}
	w.consistent(alice, bob)
}

// historyOf returns the newest changes of a user's settings, up to n.
func historyOf(ctx context.Context, service *dm.Service, user dm.UserID, n int) ([]dm.SettingsChange, error) {
	page, err := service.History(ctx, user, dm.PageRequest{First: n})
	return page.Items, err
}
