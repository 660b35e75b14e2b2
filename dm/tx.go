package dm

import (
	"slices"
	"time"

	"github.com/aparte-im/aparte/dm/policy"
)

// Head is the one hot row of a user: what is locked when anything of theirs changes.
type Head struct {
	User UserID
	// Position is the newest position of the user's log; TrimmedTo the newest that was trimmed.
	Position, TrimmedTo int64
	Settings            Settings
	AgeBand             policy.AgeBand
	Exempt              bool
	// Gone: the user was deleted.
	Gone bool
	// Words is the version of the user's hidden words. 0: they have none.
	Words int64
	// SuspendedUntil and OutreachUntil: until then the user may write to nobody, or to nobody new.
	// Zero: never.
	SuspendedUntil, OutreachUntil time.Time

	Unread Unread
	// JoinedAt is when the account was made, as far as the host has said.
	JoinedAt time.Time
	Outreach Outreach
	Surge    Surge
	// ShieldAt is when the surge shield went up; zero: it is down.
	ShieldAt time.Time
}

// Pair is two users in rising order.
type Pair struct{ Low, High UserID }

// PairOf orders two users.
func PairOf(a, b UserID) Pair {
	low, high := Ordered(a, b)
	return Pair{low, high}
}

// PairState is what lies between the users of a Pair in the graph.
type PairState struct {
	LowFollows, HighFollows bool
	// LowOverride is what the lower has decided about the higher.
	LowOverride, HighOverride policy.Override
	// Suggested: the host supplied the pair.
	Suggested bool
	// SharedFriends is counted up to Rules.SharedFriends, and only where NeedsShared.
	SharedFriends int
}

// SendKey is what makes a send unique (I2).
type SendKey struct {
	Conversation    ConversationID
	Sender          UserID
	ClientMessageID string
}

// Scope names the rows that a change needs: the heads to lock (those of Pairs are implied), and the
// pairs whose conversation and edges are read after the lock.
type Scope struct {
	Users []UserID
	Pairs []Pair
	Keys  []SendKey
	// Messages are read after the lock; a Change only, and its Pairs must hold their members.
	Messages []MessageID
	// ReportKey asks for what is known of a reporter; Reports for those reports. A Change only.
	ReportKey *ReportKey
	Reports   []ReportID
	// Job asks for the last job of this kind of the first of Users; zero asks for none. A Change
	// only.
	Job JobKind
	// Code asks for this contact code, whosever it is; RecentCodes for those of the first of Users
	// that are live or were made in the last 24 hours. A Change only.
	Code        ContactCodeID
	RecentCodes bool
	// Shared: shared friends are counted where a verdict about either direction of a pair needs
	// them (NeedsShared). A Change only; an Inspect always does.
	Shared bool
	// Relations: shared friends are counted for every pair, so that Holds is true of each relation.
	// An Inspect only.
	Relations bool
}

// Heads lists the users to lock, each once, in the one order in which everybody locks.
func (s Scope) Heads() []UserID {
	ids := slices.Clone(s.Users)
	for _, p := range s.Pairs {
		ids = append(ids, p.Low, p.High)
	}
	slices.SortFunc(ids, func(a, b UserID) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(ids)
}

// Loaded is what a store has read for a Scope, under lock when the Tx is going to be written. A
// user that is missing from Heads does not exist; a conversation that is missing has no message
// yet.
type Loaded struct {
	Heads         map[UserID]*Head
	Conversations map[ConversationID]*Conversation
	Pairs         map[Pair]PairState
	Used          map[SendKey]*Message
	Firsts        map[ConversationID]First
	Messages      map[MessageID]*Message
	Reported      PastReports
	Reports       map[ReportID]*Report
	LastJob       *Job
	// Codes are contact codes. CodesRedeemed has the redemptions by the senders of this Tx.
	Codes         map[CodeHash]*ContactCode
	CodesRedeemed map[redemptionKey]bool
}

// Tx is the unit of work of one transaction: the rows that were loaded and the changes to write.
// Its methods are the rules of how an inbox changes. A method that returns an error has changed
// nothing. A Tx belongs to one goroutine.
type Tx struct {
	rules Rules
	epoch int64
	now   time.Time
	in    Loaded
	out   Changes
	// words are the matchers that the store added, of recipients.
	words map[UserID]*WordMatcher
}

// Changes is what a Tx writes, in one transaction, all or nothing.
type Changes struct {
	Heads         map[UserID]*Head
	Conversations map[ConversationID]*Conversation
	Pairs         map[Pair]PairChange
	Messages      []*Message
	// Removed are messages that are there and lose their words.
	Removed []*Message
	Events  []*Event
	History []SettingsChange
	// Words are lists of hidden words that change, with their new versions.
	Words []HiddenWords
	// NewReports are inserted, Reports overwritten.
	NewReports, Reports []*Report
	Evidence            []*Evidence
	Audit               []AuditEntry
	NewJobs             []*Job
	// Restricted are heads whose restrictions change.
	Restricted []*Head
	// NewCodes are inserted, Codes overwritten.
	NewCodes    []*ContactCode
	Codes       map[ContactCodeID]*ContactCode
	Redemptions []Redemption
}

// PairChange is what lay between a pair and what shall.
type PairChange struct{ Before, After PairState }

// Empty reports whether there is nothing to write.
func (c *Changes) Empty() bool {
	return len(c.Heads)+len(c.Conversations)+len(c.Pairs)+len(c.Messages)+len(c.Removed)+len(c.Events)+len(c.History)+len(c.Words)+
		len(c.NewReports)+len(c.Reports)+len(c.Audit)+len(c.NewJobs)+len(c.Restricted)+
		len(c.NewCodes)+len(c.Codes)+len(c.Redemptions) == 0
}

// NewTx returns a Tx over loaded rows, which it then owns. now is the transaction's clock, kept
// in microseconds UTC because that is what every database keeps.
func NewTx(rules Rules, epoch int64, now time.Time, in Loaded) *Tx {
	return &Tx{rules: rules, epoch: epoch, now: now.UTC().Truncate(time.Microsecond), in: in, out: Changes{
		Heads: map[UserID]*Head{}, Conversations: map[ConversationID]*Conversation{}, Pairs: map[Pair]PairChange{},
	}}
}

// Changes returns what is to be written.
func (tx *Tx) Changes() *Changes { return &tx.out }

// Head returns a loaded head, or nil for a user that does not exist.
func (tx *Tx) Head(id UserID) *Head { return tx.in.Heads[id] }

// Conversation returns the loaded conversation of two users, or nil before the first message.
func (tx *Tx) Conversation(a, b UserID) *Conversation {
	return tx.in.Conversations[ConversationOf(a, b)]
}

// PairState returns what lies between two users.
func (tx *Tx) PairState(a, b UserID) PairState { return tx.in.Pairs[PairOf(a, b)] }

// CountShared is for the store: it adds a count that it read because NeedsShared asked for it.
func (tx *Tx) CountShared(p Pair, n int) {
	e := tx.in.Pairs[p]
	e.SharedFriends = n
	tx.in.Pairs[p] = e
}

// AddMessage is for the store: it adds a message that it read because the Scope names it.
func (tx *Tx) AddMessage(m *Message) {
	if tx.in.Messages == nil {
		tx.in.Messages = map[MessageID]*Message{}
	}
	tx.in.Messages[m.ID] = m
}

// AddPastReports and AddReports are for the store: they add what it read because the Scope asks for
// it.
func (tx *Tx) AddPastReports(past PastReports) { tx.in.Reported = past }

// AddReports adds reports.
func (tx *Tx) AddReports(reports ...*Report) {
	if tx.in.Reports == nil {
		tx.in.Reports = map[ReportID]*Report{}
	}
	for _, r := range reports {
		tx.in.Reports[r.ID] = r
	}
}

// AddLastJob is for the store: it adds the job that the Scope asks for.
func (tx *Tx) AddLastJob(j *Job) { tx.in.LastJob = j }

// NeedsShared reports whether the shared friends of the two have to be counted before a send is
// decided. The answer depends on what the sender may know only (policy.Facts.SharedFriendsMatter).
func (tx *Tx) NeedsShared(sender, recipient UserID) bool {
	f, ok := tx.facts(sender, recipient)
	return ok && f.SharedFriendsMatter()
}

// facts gathers what Decide needs; ok is false when either user does not exist.
func (tx *Tx) facts(sender, recipient UserID) (f policy.Facts, ok bool) {
	from, to := tx.in.Heads[sender], tx.in.Heads[recipient]
	if from == nil || to == nil {
		return policy.Facts{}, false
	}
	pair := PairOf(sender, recipient)
	e := tx.in.Pairs[pair]
	f = policy.Facts{
		Self: sender == recipient, SenderAge: from.AgeBand, RecipientAge: to.AgeBand,
		SenderGone: from.Gone, RecipientGone: to.Gone,
		Suspended: from.SuspendedUntil.After(tx.now), OutreachStopped: from.OutreachUntil.After(tx.now),
		SenderFollows: e.LowFollows, RecipientFollows: e.HighFollows,
		HostSuggested: e.Suggested, SharedFriends: e.SharedFriends, SharedFriendsNeeded: tx.rules.SharedFriends,
		RecipientGrid: tx.rules.Grid(to.Settings, to.AgeBand), SenderGrid: tx.rules.Grid(from.Settings, from.AgeBand),
		RecipientRefuses: to.Settings.Refused, RequestLimit: tx.rules.RequestLimit,
	}
	if sender != pair.Low {
		f.SenderFollows, f.RecipientFollows = f.RecipientFollows, f.SenderFollows
	}
	f.SenderOverride, f.RecipientOverride = tx.Override(sender, recipient), tx.Override(recipient, sender)
	var theirs *Membership
	if c := tx.in.Conversations[ConversationOf(sender, recipient)]; c != nil {
		if _, theirs = c.Sides(sender); theirs != nil {
			f.Known = theirs.Known
			f.Pending = theirs.Pending
			f.Declined = theirs.DeclinedUntil.After(tx.now)
			f.HoldReason = theirs.HoldReason
		}
	}
	f.RequestFacts = tx.requestFacts(from, to, theirs)
	return f, true
}

// changeConversation runs change and carries what it does to the unread counts over to both heads
// (I6).
func (tx *Tx) changeConversation(c *Conversation, change func()) {
	var before [2]Unread
	for i := range c.Members {
		before[i] = c.UnreadOf(&c.Members[i])
	}
	change()
	tx.out.Conversations[c.ID] = c
	for i := range c.Members {
		m := &c.Members[i]
		if after := c.UnreadOf(m); after != before[i] {
			head := tx.in.Heads[m.User]
			head.Unread = head.Unread.add(after, 1).add(before[i], -1)
			tx.out.Heads[m.User] = head
		}
	}
}

// view shows a loaded conversation to one member as it stands now.
func (tx *Tx) view(c *Conversation, user UserID) *View {
	receipts := true
	for i := range c.Members {
		receipts = receipts && tx.in.Heads[c.Members[i].User].Settings.ReadReceipts
	}
	v := ViewOf(c, user, receipts)
	v.preview(tx.in.Heads[user].Settings.RequestPreviews)
	return v
}

// View returns what the user sees of the conversation with another, or nil when there is none in
// their view.
func (tx *Tx) View(user, other UserID) *View {
	c := tx.Conversation(user, other)
	if c == nil {
		return nil
	}
	return tx.view(c, user)
}

// Unread returns the user's counts and the cursor they hold at.
func (tx *Tx) Unread(user UserID) Counted {
	h := tx.in.Heads[user]
	return Counted{Unread: h.Unread, Cursor: Cursor{User: user, Epoch: tx.epoch, Position: h.Position}}
}

// event appends to a user's log (I3: the head is locked until commit, so positions commit in their
// order).
func (tx *Tx) event(user UserID, kind EventKind, c *Conversation, m *Message) {
	h := tx.in.Heads[user]
	h.Position++
	tx.out.Heads[user] = h
	e := &Event{User: user, Position: h.Position, Kind: kind, At: tx.now, Unread: h.Unread, Message: m, Epoch: tx.epoch}
	switch {
	case kind == EventMessageRemoved || kind == EventWordsErased:
		_, theirs := c.Sides(user)
		e.View = &View{ID: c.ID, Viewer: user, With: theirs.User}
		if m != nil {
			e.View.LastSeq = m.ID.Seq
		}
	case c != nil:
		e.View = tx.view(c, user)
		// The log does not keep what is out of view, so a live event must not tell it either.
		e.View.ClearedSeq, e.View.Last = 0, m
		e.Preview(h.Settings.RequestPreviews)
	default:
		s := h.Settings
		e.Settings, e.AgeBand = &s, h.AgeBand
	}
	tx.out.Events = append(tx.out.Events, e)
}

// Now is the transaction's clock.
func (tx *Tx) Now() time.Time { return tx.now }
