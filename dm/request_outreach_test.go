package dm_test

import (
	"testing"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// crowd is a ledger of one sender and many people who take requests from everybody.
func crowd(rules dm.Rules, sender *dm.Head, n int) (*dm.Tx, []dm.UserID) {
	in := dm.Loaded{
		Heads:         map[dm.UserID]*dm.Head{sender.User: sender},
		Conversations: map[dm.ConversationID]*dm.Conversation{}, Pairs: map[dm.Pair]dm.PairState{},
	}
	var ids []dm.UserID
	for i := range n {
		id := dm.UserID{2, byte(i), byte(i >> 8)}
		in.Heads[id] = &dm.Head{User: id, Settings: dm.Settings{Audience: policy.Everyone}}
		ids = append(ids, id)
	}
	return dm.NewTx(rules, 1, noon, in), ids
}

// reach writes to people until one is refused for it, and returns how many were written to.
func reach(t *testing.T, rules dm.Rules, sender *dm.Head) int {
	t.Helper()
	tx, ids := crowd(rules, sender, 200)
	for i, id := range ids {
		before := tx.Relationship(sender.User, id).Permission
		sent, err := tx.Send(dm.Send{Sender: sender.User, Recipient: id, Body: "hello", ClientMessageID: "k"})
		if err != nil {
			refusal, _ := err.(*dm.Error) //nolint:errorlint // a ledger returns it as it is
			if refusal == nil || refusal.Denial != policy.DenialOutreachLimit || before.Denial != policy.DenialOutreachLimit {
				t.Fatalf("send %d: %v; before: %+v", i, err, before)
			}
			if o := refusal.Outreach; o == nil || o.Remaining != 0 || o.RetryAfter <= 0 || o.RetryAfter > 24*time.Hour {
				t.Fatalf("the refusal tells %+v", refusal.Outreach)
			}
			return i
		}
		if before.Outreach == nil || sent.Outreach.Remaining != before.Outreach.Remaining-1 {
			t.Fatalf("send %d: told %+v before and %+v after", i, before.Outreach, sent.Outreach)
		}
		// A second message to the same person, and a retry, cost nothing.
		for _, key := range []string{"k2", "k"} {
			again, err := tx.Send(dm.Send{Sender: sender.User, Recipient: id, Body: "hello", ClientMessageID: key})
			if err != nil || again.Outreach.Remaining != sent.Outreach.Remaining {
				t.Fatalf("%s: %+v, %v", key, again.Outreach, err)
			}
		}
	}
	return len(ids)
}

func TestOutreachIsTighterForNewAccountsAndAfterRefusals(t *testing.T) {
	rules := dm.DefaultRules()
	today := noon.Unix() / 86400
	for name, c := range map[string]struct {
		head dm.Head
		want int
	}{
		"an account of a year":        {dm.Head{JoinedAt: noon.AddDate(-1, 0, 0)}, 50},
		"an account of an hour":       {dm.Head{JoinedAt: noon.Add(-time.Hour)}, 10},
		"new until the last moment":   {dm.Head{JoinedAt: noon.Add(time.Microsecond - rules.NewAccountFor)}, 10},
		"no longer new":               {dm.Head{JoinedAt: noon.Add(-rules.NewAccountFor)}, 50},
		"four refusals":               {refused(today, 4, 0), 50},
		"five refusals":               {refused(today, 5, 0), 25},
		"of today, which do not show": {refused(today, 0, 50), 50},
		"of yesterday":                {refused(today-1, 0, 5), 25},
		"of a week ago":               {refused(today-7, 0, 5), 50},
		"fifteen":                     {refused(today-1, 0, 15), 12},
		"very many":                   {refused(today-1, 0, 30000), 1},
		"exempt":                      {dm.Head{Exempt: true, JoinedAt: noon}, 200},
	} {
		t.Run(name, func(t *testing.T) {
			head := c.head
			head.User = dm.UserID{1}
			if c.head.Exempt {
				tx, ids := crowd(rules, &head, 200)
				for _, id := range ids {
					sent, err := tx.Send(dm.Send{Sender: head.User, Recipient: id, Body: "b", ClientMessageID: "k"})
					if err != nil || sent.Outreach != nil {
						t.Fatalf("%+v, %v", sent.Outreach, err)
					}
				}
				return
			}
			if got := reach(t, rules, &head); got != c.want {
				t.Errorf("%d people can be written to, want %d", got, c.want)
			}
		})
	}
}

func refused(day int64, past, today int) dm.Head {
	return dm.Head{Outreach: dm.Outreach{Refusals: dm.Refusals{Day: day, Past: past, Today: today}}}
}

// The budget fills evenly, and what RetryAfter says is when there is room.
func TestOutreachComesBack(t *testing.T) {
	rules := dm.DefaultRules()
	head := dm.Head{User: dm.UserID{1}}
	if n := reach(t, rules, &head); n != 50 {
		t.Fatalf("%d people", n)
	}
	tx, _ := crowd(rules, &head, 0)
	wait := tx.Outreach(head.User).RetryAfter
	for after, want := range map[time.Duration]int{wait - time.Microsecond: 0, wait: 1, 12 * time.Hour: 25, 24 * time.Hour: 50, 48 * time.Hour: 50} {
		tx := dm.NewTx(rules, 1, noon.Add(after), dm.Loaded{Heads: map[dm.UserID]*dm.Head{head.User: &head}})
		if got := tx.Outreach(head.User).Remaining; got != want {
			t.Errorf("after %v %d remain, want %d", after, got, want)
		}
	}
}

// Only those count to whom the sender wrote: a crowd of strangers cannot silence somebody by
// blocking them.
func TestRefusalsCountOnlyFromWhoWasWrittenTo(t *testing.T) {
	tx, low, high := people(dm.PairState{})
	if _, err := tx.Send(dm.Send{Sender: low.User, Recipient: high.User, Body: "hello", ClientMessageID: "k"}); err != nil {
		t.Fatal(err)
	}
	c := tx.Conversation(low.User, high.User)
	if !tx.Decline(high.User, c) || low.Outreach.Refusals.Today != 1 {
		t.Fatalf("a decline counts %+v", low.Outreach.Refusals)
	}
	if !tx.Decline(high.User, c) || low.Outreach.Refusals.Today != 1 {
		t.Fatalf("a second decline counts %+v", low.Outreach.Refusals)
	}
	if high.Outreach.Refusals != (dm.Refusals{}) {
		t.Fatalf("who declines is refused: %+v", high.Outreach.Refusals)
	}
}
