package dm

import (
	"slices"
	"time"
)

// Head is the one hot row of a user: what is locked when anything of theirs changes.
type Head struct {
	User UserID
	// Position is the newest position of the user's log; TrimmedTo the newest that was trimmed.
	Position, TrimmedTo int64
	Settings            Settings
	AgeBand             AgeBand
	Exempt              bool
	// Gone: the user was deleted.
	Gone bool
	// Words is the version of the user's hidden words. 0: they have none.
	Words int64
	// SuspendedUntil and OutreachUntil: until then the user may write to nobody, or to nobody new. Zero: never.
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

// Edges is what lies between the users of a Pair in the graph.
type Edges struct {
	LowFollows, HighFollows bool
	// LowStance is what the lower has decided about the higher.
	LowStance, HighStance Stance
	// Suggested: the host supplied the pair.
	Suggested bool
	// SharedFriends is counted up to Rules.SharedFriends, and only where it matters.
	SharedFriends int
}

// SendKey is what makes a send unique (I2).
type SendKey struct {
	Conversation    ConversationID
	Sender          UserID
	ClientMessageID string
}

// Scope names the rows that a change needs: the heads to lock (those of Pairs are implied), and the pairs whose
// conversation and edges are read after the lock.
type Scope struct {
	Users []UserID
	Pairs []Pair
	Keys  []SendKey
	// Messages are read after the lock; a Change only, and its Pairs must hold their members.
	Messages []MessageID
	// ReportKey asks for what is known of a reporter; Reports for those reports. A Change only.
	ReportKey *ReportKey
	Reports   []ReportID
	// Job asks for the last job of this kind of the first of Users; zero asks for none. A Change only.
	Job JobKind
	// Code asks for this contact code, whosever it is; RecentCodes for those of the first of Users that are live or were made in
	// the last 24 hours. A Change only.
	Code        ContactCodeID
	RecentCodes bool
	// Shared: shared friends are counted, for both directions of the pairs, where they matter. A Change only; an Inspect
	// always does.
	Shared bool
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

// Loaded is what a store read for a Scope, under lock where the ledger is going to be written. A user that is missing
// from Heads does not exist; a conversation that is missing has no message yet.
type Loaded struct {
	Heads         map[UserID]*Head
	Conversations map[ConversationID]*Conversation
	Edges         map[Pair]Edges
	Used          map[SendKey]*Message
	Messages      map[MessageID]*Message
	Reported      PastReports
	Reports       map[ReportID]*Report
	LastJob       *Job
	// Codes are contact codes, CodesUsed who has used them: only of those who bear one here.
	Codes     map[CodeHash]*ContactCode
	CodesUsed map[codeUseKey]bool
}

// Ledger is the working set of one transaction: the rows it holds and what it is going to write. Its methods are the
// rules of how an inbox changes; a method that returns an error has changed nothing.
type Ledger struct {
	rules Rules
	epoch int64
	now   time.Time
	in    Loaded
	out   Changes
	// words are the matchers that the store added, of recipients.
	words map[UserID]*WordMatcher
	// judge is Decide, but in a measurement of what it costs.
	judge Policy
}

// Changes is what a ledger wants written, in one transaction, all or nothing.
type Changes struct {
	Heads         map[UserID]*Head
	Conversations map[ConversationID]*Conversation
	Edges         map[Pair]EdgesChange
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
	NewCodes []*ContactCode
	Codes    map[ContactCodeID]*ContactCode
	CodeUses []CodeUse
}

// EdgesChange is what lay between a pair and what shall.
type EdgesChange struct{ Before, After Edges }

// Empty reports whether there is nothing to write.
func (c *Changes) Empty() bool {
	return len(c.Heads)+len(c.Conversations)+len(c.Edges)+len(c.Messages)+len(c.Removed)+len(c.Events)+len(c.History)+len(c.Words)+
		len(c.NewReports)+len(c.Reports)+len(c.Audit)+len(c.NewJobs)+len(c.Restricted)+
		len(c.NewCodes)+len(c.Codes)+len(c.CodeUses) == 0
}

// NewLedger starts a ledger over loaded rows, which it then owns. now is the transaction's clock, kept in microseconds
// UTC because that is what every database keeps.
func NewLedger(rules Rules, epoch int64, now time.Time, in Loaded) *Ledger {
	return &Ledger{judge: Decide, rules: rules, epoch: epoch, now: now.UTC().Truncate(time.Microsecond), in: in, out: Changes{
		Heads: map[UserID]*Head{}, Conversations: map[ConversationID]*Conversation{}, Edges: map[Pair]EdgesChange{},
	}}
}

// MeasureWith puts another policy into the place of Decide for the sends of this ledger, so that what Decide costs can be
// measured. The product never calls it: package archtest sees to that.
func (l *Ledger) MeasureWith(policy Policy) { l.judge = policy }

// Changes returns what is to be written.
func (l *Ledger) Changes() *Changes { return &l.out }

// Head returns a loaded head, or nil for a user that does not exist.
func (l *Ledger) Head(id UserID) *Head { return l.in.Heads[id] }

// Conversation returns the loaded conversation of two users, or nil before the first message.
func (l *Ledger) Conversation(a, b UserID) *Conversation {
	return l.in.Conversations[ConversationOf(a, b)]
}

// Edges returns what lies between two users.
func (l *Ledger) Edges(a, b UserID) Edges { return l.in.Edges[PairOf(a, b)] }

// CountShared is for the store: it adds a count that it read because NeedsShared asked for it.
func (l *Ledger) CountShared(p Pair, n int) {
	e := l.in.Edges[p]
	e.SharedFriends = n
	l.in.Edges[p] = e
}

// AddMessage is for the store: it adds a message that it read because the Scope names it.
func (l *Ledger) AddMessage(m *Message) {
	if l.in.Messages == nil {
		l.in.Messages = map[MessageID]*Message{}
	}
	l.in.Messages[m.ID] = m
}

// AddPastReports and AddReports are for the store: they add what it read because the Scope asks for it.
func (l *Ledger) AddPastReports(past PastReports) { l.in.Reported = past }

// AddReports adds reports.
func (l *Ledger) AddReports(reports ...*Report) {
	if l.in.Reports == nil {
		l.in.Reports = map[ReportID]*Report{}
	}
	for _, r := range reports {
		l.in.Reports[r.ID] = r
	}
}

// AddLastJob is for the store: it adds the job that the Scope asks for.
func (l *Ledger) AddLastJob(j *Job) { l.in.LastJob = j }

// NeedsShared reports whether the verdict of a send depends on how many friends the two share.
func (l *Ledger) NeedsShared(sender, recipient UserID) bool {
	f, ok := l.facts(sender, recipient)
	return ok && f.SharedFriendsMatter()
}

// facts gathers what Decide needs; ok is false when either user does not exist.
func (l *Ledger) facts(sender, recipient UserID) (f Facts, ok bool) {
	from, to := l.in.Heads[sender], l.in.Heads[recipient]
	if from == nil || to == nil {
		return Facts{}, false
	}
	pair := PairOf(sender, recipient)
	e := l.in.Edges[pair]
	f = Facts{
		Self: sender == recipient, SenderAge: from.AgeBand, RecipientAge: to.AgeBand,
		SenderGone: from.Gone, RecipientGone: to.Gone,
		Suspended: from.SuspendedUntil.After(l.now), OutreachStopped: from.OutreachUntil.After(l.now),
		SenderFollows: e.LowFollows, RecipientFollows: e.HighFollows,
		HostSuggested: e.Suggested, SharedFriends: e.SharedFriends, SharedFriendsNeeded: l.rules.SharedFriends,
		RecipientGrid: l.rules.Grid(to.Settings, to.AgeBand), SenderGrid: l.rules.Grid(from.Settings, from.AgeBand),
		RecipientRefuses: to.Settings.Refused, RequestLimit: l.rules.RequestLimit,
	}
	if sender != pair.Low {
		f.SenderFollows, f.RecipientFollows = f.RecipientFollows, f.SenderFollows
	}
	f.SenderStance, f.RecipientStance = l.Stance(sender, recipient), l.Stance(recipient, sender)
	var theirs *Membership
	if c := l.in.Conversations[ConversationOf(sender, recipient)]; c != nil {
		if _, theirs = c.Sides(sender); theirs != nil {
			f.Known = theirs.Known
			f.Pending = theirs.waiting()
			f.Declined = theirs.DeclinedUntil.After(l.now)
			f.HeldFor = theirs.Held
		}
	}
	f.RequestFacts = l.requestFacts(from, to, theirs)
	return f, true
}

// changeConversation runs change and carries what it does to the unread counts over to both heads (I6).
func (l *Ledger) changeConversation(c *Conversation, change func()) {
	var before [2]Unread
	for i := range c.Members {
		before[i] = c.UnreadOf(&c.Members[i])
	}
	change()
	l.out.Conversations[c.ID] = c
	for i := range c.Members {
		m := &c.Members[i]
		if after := c.UnreadOf(m); after != before[i] {
			head := l.in.Heads[m.User]
			head.Unread = head.Unread.add(after, 1).add(before[i], -1)
			l.out.Heads[m.User] = head
		}
	}
}

// view shows a loaded conversation to one member as it stands now.
func (l *Ledger) view(c *Conversation, user UserID) *View {
	receipts := true
	for i := range c.Members {
		receipts = receipts && l.in.Heads[c.Members[i].User].Settings.ReadReceipts
	}
	v := ViewOf(c, user, receipts)
	v.preview(l.in.Heads[user].Settings.RequestPreviews)
	return v
}

// View returns what the user sees of the conversation with another, or nil when there is none in their view.
func (l *Ledger) View(user, other UserID) *View {
	c := l.Conversation(user, other)
	if c == nil {
		return nil
	}
	return l.view(c, user)
}

// Unread returns the user's counts and the cursor they hold at.
func (l *Ledger) Unread(user UserID) Counted {
	h := l.in.Heads[user]
	return Counted{Unread: h.Unread, Cursor: Cursor{User: user, Epoch: l.epoch, Position: h.Position}}
}

// event appends to a user's log (I3: the head is locked until commit, so positions commit in their order).
func (l *Ledger) event(user UserID, kind EventKind, c *Conversation, m *Message) {
	h := l.in.Heads[user]
	h.Position++
	l.out.Heads[user] = h
	e := &Event{User: user, Position: h.Position, Kind: kind, At: l.now, Unread: h.Unread, Message: m, Epoch: l.epoch}
	switch {
	case kind == EventMessageRemoved || kind == EventWordsErased:
		_, theirs := c.Sides(user)
		e.View = &View{ID: c.ID, Viewer: user, With: theirs.User}
		if m != nil {
			e.View.LastSeq = m.ID.Seq
		}
	case c != nil:
		e.View = l.view(c, user)
		// The log does not keep what is out of view, so a live event must not tell it either.
		e.View.ClearedSeq, e.View.Last = 0, m
		e.Preview(h.Settings.RequestPreviews)
	default:
		s := h.Settings
		e.Settings, e.AgeBand = &s, h.AgeBand
	}
	l.out.Events = append(l.out.Events, e)
}

// Now is the transaction's clock.
func (l *Ledger) Now() time.Time { return l.now }
