package dm_test

import (
	"errors"
	"testing"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/dm/policy/policytest"
	"github.com/aparte-im/aparte/internal/testsample"
)

var (
	noon    = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	folders = []dm.Folder{dm.FolderNone, dm.FolderInbox, dm.FolderRequests, dm.FolderHidden, dm.FolderArchive}
)

// row is one case as a store would load it.
type row struct {
	audience  string
	low       bool // the sender is the lower of the pair
	folder    dm.Folder
	declined  time.Duration // until, from now; 0: never declined
	situation policytest.Situation
	sender    *dm.Head
	recipient *dm.Head
	state     dm.PairState
}

// Every audience × relations × folder × quota × blocks × ages × decline, as rows of a Tx: the
// answer before the send, the send and the rows that it leaves agree with the tables.
func TestTheSendMatchesTheTables(t *testing.T) {
	s := policytest.Load(t)
	allowed, sw := 0, testsample.NewSweep(t, 20)
	for audience, grid := range s.Grids {
		eachRow(sw, func(r row) {
			r.audience, r.situation.Grid, r.situation.SenderGrid = audience, grid, s.Grids["EVERYONE"]
			r.recipient.Settings.Audience = policytest.Audiences[audience]
			want := s.Answer(r.situation)
			if want.Denial == "" {
				allowed++
			}
			checkSend(t, r, want)
		})
	}
	if sw.Cases < 200_000 || allowed < sw.Enough(5000) {
		t.Fatalf("%d cases, %d ran, %d allowed: too few to show anything", sw.Cases, sw.Taken, allowed)
	}
}

func checkSend(t *testing.T, r row, want policytest.Expected) {
	t.Helper()
	tx, c := r.tx()
	from, to := r.sender.User, r.recipient.User
	relationship := tx.Relationship(from, to)
	folder := map[string]dm.Folder{"INBOX": dm.FolderInbox, "REQUESTS": dm.FolderRequests, "HIDDEN": dm.FolderRequests}[want.Route]
	if p := relationship.Permission; p.Denial != policytest.Denials[want.Denial] || p.Folder != folder || p.CanReply != want.CanReply {
		t.Fatalf("%+v:\nbefore the send the sender sees %+v, want %+v", r, p, want)
	}
	before := *c
	sent, err := tx.Send(dm.Send{Sender: from, Recipient: to, Body: "hello", ClientMessageID: "k"})
	if want.Denial != "" {
		var refusal *dm.Error
		if !errors.As(err, &refusal) || refusal.Denial != policytest.Denials[want.Denial] {
			t.Fatalf("%+v:\nthe send answers %v, want %s", r, err, want.Denial)
		}
		if !tx.Changes().Empty() || *c != before {
			t.Fatalf("%+v:\na refused send writes rows", r)
		}
		return
	}
	if err != nil {
		t.Fatalf("%+v:\nthe send answers %v, want %s", r, err, want.Route)
	}
	mine, theirs := c.Sides(from)
	pending := r.situation.Pending + 1
	if want.Route == "INBOX" {
		pending = 0
	}
	landed := map[string]dm.Folder{
		"INBOX": dm.FolderInbox, "REQUESTS": dm.FolderRequests, "HIDDEN": dm.FolderHidden, "REFUSE": dm.FolderNone,
	}[want.Lands]
	// A message that is silently kept from the inbox freezes the receipt that the sender sees.
	if frozen := want.Route == "INBOX" && want.Lands != "INBOX"; frozen != (theirs.FrozenSeq == 6) {
		t.Fatalf("%+v:\nthe recipient has %+v, frozen: want %v", r, theirs, frozen)
	}
	withheld := want.Lands == "REFUSE"
	if theirs.Folder != landed || theirs.Pending != pending || theirs.DeclinedUntil.IsZero() == withheld || withheld && theirs.ClearedSeq != c.LastSeq {
		t.Fatalf("%+v:\nthe recipient has %+v, want folder %v and %d pending", r, theirs, landed, pending)
	}
	if mine.Folder != dm.FolderInbox || !mine.Known || mine.ReadSeq != c.LastSeq || mine.Pending != 0 {
		t.Fatalf("%+v:\nthe sender has %+v; sending marks the peer as known and accepts their request", r, mine)
	}
	if c.LastSeq != before.LastSeq+1 || sent.Message.ID.Seq != c.LastSeq {
		t.Fatalf("%+v:\nseq %d follows %d (I3)", r, c.LastSeq, before.LastSeq)
	}
	if got := sent.Remaining; (got == nil) != (want.Remaining < 0) || got != nil && *got != want.Remaining-1 {
		t.Fatalf("%+v:\n%v remain, want %d", r, got, want.Remaining-1)
	}
}

func (r row) tx() (*dm.Tx, *dm.Conversation) {
	from, to := r.sender, r.recipient
	c := dm.NewConversation(from.User, to.User, noon)
	c.LastSeq = 5
	mine, theirs := c.Sides(from.User)
	*mine = dm.Membership{User: from.User, Folder: dm.FolderInbox, Known: true, ReadSeq: 5}
	*theirs = dm.Membership{
		User: to.User, Folder: r.folder, Known: r.situation.Holds["known"], Pending: r.situation.Pending, ReadSeq: 5,
	}
	c.Members[0].Blocks, c.Members[1].Blocks = r.state.LowOverride.Blocked, r.state.HighOverride.Blocked
	if r.declined != 0 {
		theirs.DeclinedUntil = noon.Add(r.declined)
	}
	return dm.NewTx(dm.DefaultRules(), 1, noon, dm.Loaded{
		Heads:         map[dm.UserID]*dm.Head{from.User: from, to.User: to},
		Conversations: map[dm.ConversationID]*dm.Conversation{c.ID: c},
		Pairs:         map[dm.Pair]dm.PairState{dm.PairOf(from.User, to.User): r.state},
	}), c
}

func eachRow(sw *testsample.Sweep, visit func(row)) {
	low, high := dm.UserID{1}, dm.UserID{2}
	overrides := []policy.Override{
		{}, {Restricted: true}, {Listed: policy.ListedAlways}, {Listed: policy.ListedNever}, {Restricted: true, Listed: policy.ListedAlways},
	}
	turn := 0
	ages := [][2]string{{"ADULT", "ADULT"}, {"UNDER 16", "ADULT"}, {"ADULT", "UNDER 16"}, {"16 TO 17", "16 TO 17"}}
	policytest.EachRelation(func(holds map[string]bool, f policy.Facts) {
		for bits := range 1 << 4 {
			on := func(i int) bool { return bits>>i&1 == 1 }
			for _, age := range ages {
				for i, folder := range folders {
					for j, declined := range []time.Duration{0, -time.Second, time.Second} {
						pending := (i + j) % 5
						turn++
						if !sw.Takes() {
							continue
						}
						holds["sender blocks"], holds["recipient blocks"] = on(0), on(1)
						holds["recipient gone"], holds["declined"] = on(2), declined > 0
						holds["sender under 16"] = age[0] == "UNDER 16"
						holds["recipient under 16"] = age[1] == "UNDER 16"
						// One override after the other, so that each meets all the rest.
						override := overrides[turn%len(overrides)]
						override.Blocked = on(1)
						holds["recipient restricts"] = override.Restricted
						holds["recipient lists always"] = override.Listed == policy.ListedAlways
						holds["recipient lists never"] = override.Listed == policy.ListedNever
						r := row{
							low: on(3), folder: folder, declined: declined,
							situation: policytest.Situation{Holds: holds, SenderAge: age[0], RecipientAge: age[1], Pending: pending, Limit: 3},
							sender:    &dm.Head{User: low, AgeBand: policytest.Bands[age[0]], Settings: dm.Settings{Audience: policy.Everyone}},
							recipient: &dm.Head{User: high, AgeBand: policytest.Bands[age[1]], Gone: on(2)},
							state: dm.PairState{
								LowFollows: f.SenderFollows, HighFollows: f.RecipientFollows,
								LowOverride: policy.Override{Blocked: on(0)}, HighOverride: override,
								Suggested: f.HostSuggested, SharedFriends: f.SharedFriends,
							},
						}
						if !r.low {
							r.sender.User, r.recipient.User = high, low
							e := &r.state
							e.LowFollows, e.HighFollows = e.HighFollows, e.LowFollows
							e.LowOverride, e.HighOverride = e.HighOverride, e.LowOverride
						}
						visit(r)
					}
				}
			}
		}
	})
}

func TestImportedHistoryIsNotDecidedAgain(t *testing.T) {
	s := policytest.Load(t)
	sw := testsample.NewSweep(t, 20)
	for audience := range s.Grids {
		eachRow(sw, func(r row) {
			if r.recipient.Gone || r.folder != dm.FolderNone || r.situation.Pending != 0 {
				return
			}
			r.recipient.Settings.Audience = policytest.Audiences[audience]
			tx, c := r.tx()
			at := noon.Add(-time.Hour)
			sent, err := tx.Send(dm.Send{
				Sender: r.sender.User, Recipient: r.recipient.User, Body: "then", ClientMessageID: "k", History: true, At: at,
			})
			if err != nil || !sent.Message.CreatedAt.Equal(at) || sent.Message.ID.Seq != 0 || !c.LastAt.Equal(noon) {
				t.Fatalf("%+v: an import of history answers %v", r, err)
			}
		})
	}
}
