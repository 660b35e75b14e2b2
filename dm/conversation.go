package dm

import (
	"time"

	"github.com/aparte-im/aparte/dm/policy"
)

// Folder is where a conversation stands in one user's inbox.
type Folder uint8

// The folders. FolderNone: not in this user's view.
const (
	FolderNone Folder = iota
	FolderInbox
	FolderRequests
	FolderHidden
	FolderArchive
)

// Membership is one user's side of a Conversation.
type Membership struct {
	User   UserID
	Folder Folder
	// ReadSeq is the newest seq that this user has read.
	ReadSeq int64
	// ClearedSeq: messages up to here are out of this user's view, imported history with a seq
	// below 1 too. 0: all are in it.
	ClearedSeq int64
	// Known: this user has written here, or has accepted the other's request.
	Known bool
	// Pending counts the messages of the request that waits for this user, or that they have
	// declined. A decline or a block leaves it as it is, and so does the end of either: the other
	// would learn of it from the messages that they have left.
	Pending int
	// Held is why the request is in the folder HIDDEN.
	HoldReason policy.HoldReason
	// DeclinedUntil: until then the other's messages are kept out of this user's view, and the
	// other is answered as if the request waited. Zero: not declined.
	DeclinedUntil time.Time
	Muted         bool
	// FrozenSeq, less one, is the read position that the other goes on seeing since their messages
	// were silently kept from this user's inbox. 0: they see ReadSeq.
	FrozenSeq int64
	// Blocks: this user has blocked the other. It keeps the conversation out of this user's unread
	// counts, and changes nothing that the other can see.
	Blocks bool
}

// Conversation is two people and their ordered messages. It changes only under the lock of both
// members' heads, so it needs no lock of its own.
type Conversation struct {
	ID ConversationID
	// Members are in rising order of user id.
	Members   [2]Membership
	LastSeq   int64
	LastAt    time.Time
	CreatedAt time.Time
}

// NewConversation returns the empty conversation of two users.
func NewConversation(a, b UserID, now time.Time) *Conversation {
	low, high := Ordered(a, b)
	return &Conversation{
		ID: ConversationOf(a, b), Members: [2]Membership{{User: low}, {User: high}}, LastAt: now, CreatedAt: now,
	}
}

// Sides returns the user's membership and the other's, or nils when the user is not a member.
func (c *Conversation) Sides(user UserID) (mine, theirs *Membership) {
	switch user {
	case c.Members[0].User:
		return &c.Members[0], &c.Members[1]
	case c.Members[1].User:
		return &c.Members[1], &c.Members[0]
	}
	return nil, nil
}

// Unread is how many messages of this conversation the member has not read. It is derived, so it
// cannot drift (I6).
func (c *Conversation) Unread(m *Membership) int64 {
	if m.Blocks || m.Folder == FolderNone {
		return 0
	}
	return max(0, c.LastSeq-max(m.ReadSeq, m.ClearedSeq))
}

// sees reports whether a message of this conversation is in the member's view.
func (m *Membership) sees(seq int64) bool { return m.ClearedSeq == 0 || seq > m.ClearedSeq }

// pendingRequest: the member has not answered, so nothing of what they do may show to the other.
func (m *Membership) pendingRequest() bool {
	return m.Folder == FolderRequests || m.Folder == FolderHidden || m.Folder == FolderNone
}

// asks: a request waits here. A conversation that a restriction moved to the requests is none. One
// that is hidden for its content is a request, also where its sender sees an inbox.
func (m *Membership) asks() bool {
	return m.Folder == FolderHidden || m.Folder == FolderRequests && m.FrozenSeq == 0
}

// freeze keeps what the other sees of this member's reading as it is.
func (m *Membership) freeze() {
	if m.FrozenSeq == 0 {
		m.FrozenSeq = m.ReadSeq + 1
	}
}

// receipt is the read position that the other may see, if any.
func (m *Membership) receipt() (seq int64, ok bool) {
	switch {
	case m.FrozenSeq > 0:
		return m.FrozenSeq - 1, true
	case m.pendingRequest():
		return 0, false
	}
	return m.ReadSeq, true
}

// View is a Conversation as one of its members sees it, at one moment.
type View struct {
	ID     ConversationID
	Viewer UserID
	With   UserID
	Folder Folder
	// LastSeq is the newest seq; ClearedSeq the newest that is out of the viewer's view.
	LastSeq, ClearedSeq int64
	LastAt              time.Time
	Unread              int64
	ReadSeq             int64
	// TheirReadSeq is nil when receipts are off on either side, this is a request, or the viewer
	// has blocked the other.
	TheirReadSeq *int64
	Muted        bool
	// Withheld: it is a request whose words the viewer has not allowed to show before they open it.
	Withheld bool
	// Last is the newest message when it was read along; a reader loads it by LastSeq otherwise.
	Last *Message
}

// ViewOf shows c to one member. receipts: both members have read receipts on.
func ViewOf(c *Conversation, user UserID, receipts bool) *View {
	mine, theirs := c.Sides(user)
	v := &View{
		ID: c.ID, Viewer: user, With: theirs.User, Folder: mine.Folder,
		LastSeq: c.LastSeq, ClearedSeq: mine.ClearedSeq, LastAt: c.LastAt,
		Unread: c.Unread(mine), ReadSeq: mine.ReadSeq, Muted: mine.Muted,
	}
	// One who has not answered sees nothing of the other either; a silent change of folder changes
	// neither.
	_, answered := mine.receipt()
	if seq, ok := theirs.receipt(); ok && answered && receipts && !mine.Blocks {
		v.TheirReadSeq = &seq
	}
	return v
}

// Unread is a user's absolute counts. Muted and archived conversations count like others; those
// with a person whom the user has blocked do not.
type Unread struct {
	// Conversations in the folder INBOX with an unread message.
	Conversations int64
	// Requests in the folder REQUESTS with an unread message.
	Requests int64
	// Messages unread in the folder INBOX.
	Messages int64
}

func (u Unread) add(o Unread, sign int64) Unread {
	return Unread{u.Conversations + sign*o.Conversations, u.Requests + sign*o.Requests, u.Messages + sign*o.Messages}
}

// UnreadOf is what the conversation adds to the member's counts; a user's counts are its sum over
// all of theirs.
func (c *Conversation) UnreadOf(m *Membership) Unread {
	n := c.Unread(m)
	switch {
	case n == 0:
		return Unread{}
	case m.Folder == FolderInbox:
		return Unread{Conversations: 1, Messages: n}
	case m.Folder == FolderRequests:
		return Unread{Requests: 1}
	}
	return Unread{}
}
