package dm

import (
	"context"
	"time"

	"github.com/aparte-im/aparte/dm/policy"
)

// Send is one message on its way into a conversation, validated and normalised.
type Send struct {
	Sender, Recipient UserID
	Body              string
	Video             *VideoCard
	ClientMessageID   string
	// Classification is the classifier's answer.
	Classification policy.Classification
	// Unclassified is set when a classifier is configured and has not been asked. Then Tx.Send
	// returns ErrUnclassified for a message that needs a classification.
	Unclassified bool
	// Code is the contact code that the sender presents; zero is none.
	Code CodeHash
	// History is set by an import: the message was sent elsewhere, at At, and is not judged again.
	History bool
	At      time.Time
	// Unread: the recipient has not read this message of history. It counts only where it becomes
	// the newest message.
	Unread bool
}

// Key is what makes the send unique.
func (s *Send) Key() SendKey {
	return SendKey{ConversationOf(s.Sender, s.Recipient), s.Sender, s.ClientMessageID}
}

// Sent is the result of a send.
type Sent struct {
	Message *Message
	// View is the conversation as the sender sees it now.
	View *View
	// Remaining is how many more fit into the request. Nil: no limit.
	Remaining *int
	// Outreach is what is left of the sender's budget, beside Remaining. Nil: no limit.
	Outreach *OutreachBudget
	// Repeated: the message had been written before; this is the first result again.
	Repeated bool
	// Displaced: the message is history whose time lies between messages that were there before, so
	// it stands before a message that is older.
	Displaced bool
}

// SendInput is a send as a client asks for it. Exactly one of To and Conversation is set.
type SendInput struct {
	To              UserID
	Conversation    ConversationID
	Body            string
	Video           *VideoCard
	ClientMessageID string
	// ContactCode is a code of the recipient's as the viewer typed it. Nil: none.
	ContactCode *string
}

// Send writes a message, or returns the first result when the same clientMessageID was used before
// (I2). It returns after the commit (I10). Errors: NOT_FOUND, INVALID_INPUT, MESSAGE_NOT_ALLOWED,
// IDEMPOTENCY_CONFLICT, RATE_LIMITED. When ctx ends first, the message may or may not have been
// written; the same call again tells.
func (s *Service) Send(ctx context.Context, viewer UserID, in SendInput) (Sent, error) {
	send, refusal := in.normalize(viewer)
	if refusal != nil {
		return Sent{}, refusal
	}
	if in.To.IsZero() {
		other, err := s.inbox.OtherMember(ctx, viewer, in.Conversation)
		if err != nil {
			return Sent{}, err
		}
		send.Recipient = other
	}
	return s.appendClassified(ctx, send)
}

func (in SendInput) normalize(sender UserID) (Send, *Error) {
	if in.To.IsZero() == in.Conversation.IsZero() {
		return Send{}, Invalid("to", "Give exactly one of userId and conversationId.")
	}
	key, err := normalizeLine("clientMessageId", in.ClientMessageID, MaxClientMessageID)
	if err == nil && (key == "" || key != in.ClientMessageID) {
		err = Invalid("clientMessageId", "Give 1 to %d characters; a UUID is best.", MaxClientMessageID)
	}
	if err != nil {
		return Send{}, err
	}
	body, err := normalizeBody(in.Body)
	if err != nil {
		return Send{}, err
	}
	video, err := normalizeVideo(in.Video)
	if err != nil {
		return Send{}, err
	}
	if video == nil && blank(body) {
		return Send{}, Invalid("body", "A message needs a text or a video.")
	}
	send := Send{Sender: sender, Recipient: in.To, Body: body, Video: video, ClientMessageID: key}
	if in.ContactCode != nil {
		send.Code = ParseContactCode(*in.ContactCode)
	}
	return send, nil
}

// Send decides about one send and records the message when it is allowed. A store calls it for each
// send of a batch, in order. It returns ErrUnclassified, and records nothing, for a send that is
// Unclassified, allowed, and from a sender whose messages are filtered.
func (tx *Tx) Send(s Send) (Sent, error) {
	facts, ok := tx.facts(s.Sender, s.Recipient)
	if !ok || tx.in.Heads[s.Sender].Gone {
		return Sent{}, NotFound("user")
	}
	if first := tx.in.Used[s.Key()]; first != nil {
		return tx.repeated(s, first, facts)
	}
	facts.Classification, facts.HiddenWord = s.Classification, tx.holdsHidden(&s, &facts)
	facts.Kinds = s.kinds(facts.RecipientRefuses.Any()&policy.KindLink != 0)
	codeFact, code := tx.codeOf(s.Code, s.Sender, s.Recipient)
	verdict, used := policy.DecideWithCode(facts, codeFact)
	if s.History && !facts.Self {
		if c := tx.in.Conversations[s.Key().Conversation]; c != nil && tx.precedes(&s, c) {
			return tx.prepend(s, c), nil
		}
		verdict, used = policy.Verdict{Route: policy.RouteInbox, Shown: policy.RouteInbox}, false
	}
	if !verdict.Allowed() {
		return Sent{}, tx.notAllowed(s.Sender, verdict.Denial)
	}
	if s.Unclassified && !s.History && !used && !facts.Familiar() {
		return Sent{}, ErrUnclassified
	}
	m := tx.deliver(s, verdict)
	sent := Sent{Message: m, View: tx.View(s.Sender, s.Recipient)}
	sent.View.Last = m
	if used {
		tx.redeemCode(code, s.Sender)
	}
	if verdict.Remaining != nil {
		left := *verdict.Remaining - 1
		sent.Remaining = &left
		if facts.NewPerson {
			tx.openRequest(s, facts, verdict)
		}
		sent.Outreach = tx.Outreach(s.Sender)
	}
	return sent, nil
}

// openRequest counts a request on both sides.
func (tx *Tx) openRequest(s Send, facts policy.Facts, verdict policy.Verdict) {
	tx.spendOutreach(tx.in.Heads[s.Sender])
	if verdict.Route == policy.RouteRequests && !facts.HostSuggested && !facts.RecipientFollows {
		tx.countRequest(s.Recipient)
	}
}

func (tx *Tx) repeated(s Send, first *Message, facts policy.Facts) (Sent, error) {
	if !first.sameContent(&s) {
		return Sent{}, conflict()
	}
	sent := Sent{Message: first, View: tx.View(s.Sender, s.Recipient), Repeated: true}
	if sent.View.Folder == FolderNone {
		// The sender has declined the other's answer since; the result has to show the conversation
		// all the same.
		sent.View.Folder = FolderHidden
	}
	// From the side's own count: a retry must not show that the request was declined or its sender
	// blocked.
	if _, theirs := tx.Conversation(s.Sender, s.Recipient).Sides(s.Sender); theirs.Pending > 0 {
		left := max(0, facts.RequestLimit-theirs.Pending)
		sent.Remaining, sent.Outreach = &left, tx.Outreach(s.Sender)
	}
	return sent, nil
}

func (tx *Tx) deliver(s Send, verdict policy.Verdict) *Message {
	id := ConversationOf(s.Sender, s.Recipient)
	at := tx.now
	if s.History {
		at = s.At.UTC().Truncate(time.Microsecond)
	}
	c := tx.in.Conversations[id]
	if c == nil {
		c = NewConversation(s.Sender, s.Recipient, tx.now)
		tx.AddFirst(id, First{Seq: 1, At: at})
		e := tx.PairState(s.Sender, s.Recipient)
		// Only history comes here under a block.
		c.Members[0].Blocks, c.Members[1].Blocks = e.LowOverride.Blocked, e.HighOverride.Blocked
		tx.in.Conversations[id] = c
	}
	tx.changeConversation(c, func() {
		mine, theirs := c.Sides(s.Sender)
		caughtUp := max(theirs.ReadSeq, theirs.ClearedSeq) >= c.LastSeq
		c.LastSeq++
		if c.LastSeq == 1 || at.After(c.LastAt) {
			c.LastAt = at
		}
		// Sending marks the recipient as known, accepts their pending request and marks the
		// conversation as read.
		mine.Known, mine.ReadSeq, mine.Pending, mine.DeclinedUntil = true, c.LastSeq, 0, time.Time{}
		if mine.FrozenSeq > 0 && mine.Folder == FolderRequests && tx.Override(s.Sender, s.Recipient).Restricted {
			mine.FrozenSeq = c.LastSeq + 1 // a restricted person stays there, read by now
		} else {
			mine.Folder, mine.FrozenSeq = FolderInbox, 0
		}
		theirs.receive(verdict, c.LastSeq)
		if s.History && !s.Unread && caughtUp {
			theirs.ReadSeq = c.LastSeq
		}
	})
	m := tx.write(s, MessageID{c.ID, c.LastSeq}, at)
	tx.event(s.Sender, EventMessageAdded, c, m)
	if verdict.Route == policy.RouteRefuse {
		// The recipient has declined the sender. Their log repeats that the conversation is out of
		// view, so that a declined send writes as much, and takes as long, as another.
		tx.event(s.Recipient, EventConversationRemoved, c, nil)
	} else {
		tx.event(s.Recipient, EventMessageAdded, c, m)
	}
	return m
}

// write adds a message to what is written, and its key to those that are used.
func (tx *Tx) write(s Send, id MessageID, at time.Time) *Message {
	m := &Message{
		ID: id, Sender: s.Sender, Body: s.Body, Video: s.Video, ClientMessageID: s.ClientMessageID, CreatedAt: at,
	}
	tx.out.Messages = append(tx.out.Messages, m)
	if tx.in.Used == nil {
		tx.in.Used = map[SendKey]*Message{}
	}
	tx.in.Used[s.Key()] = m
	return m
}

var routeFolders = [...]Folder{
	policy.RouteRefuse: FolderNone, policy.RouteHidden: FolderHidden, policy.RouteRequests: FolderRequests, policy.RouteInbox: FolderInbox,
}

// receive puts the message with this seq where it belongs on its recipient's side. With RouteRefuse
// the recipient has declined the sender: the message stays out of view, and the decline goes on.
func (m *Membership) receive(v policy.Verdict, seq int64) {
	m.HoldReason, m.Folder = v.HoldReason, routeFolders[v.Route]
	if v.Route == policy.RouteRefuse {
		m.ClearedSeq = seq
	} else {
		m.DeclinedUntil = time.Time{}
	}
	switch {
	case v.Route == policy.RouteInbox:
		m.Pending, m.FrozenSeq = 0, 0
	case v.Shown == policy.RouteInbox:
		m.Pending = 0
		m.freeze()
	default:
		m.Pending, m.FrozenSeq = m.Pending+1, 0
	}
}

// denialMessages say what a person may be told. A block, NO_ONE and a closed audience share one
// text.
var denialMessages = map[policy.Denial]string{
	policy.DenialSelf:             "You cannot write to yourself.",
	policy.DenialAgeRestricted:    "Messages are off for your age.",
	policy.DenialViewerBlocksThem: "You have blocked this person. Unblock them to write.",
	policy.DenialNotAccepting:     "This person does not accept messages from you.",
	policy.DenialRequestLimit:     "Your request is waiting. You can write again when this person answers or accepts.",
	policy.DenialContactCode:      "This contact code is not valid here. It may have expired, been used or been taken back.",
	policy.DenialKind:             "This kind of message is not accepted.",
	policy.DenialSuspended:        "Moderators have suspended your messaging. Your notices say why and until when.",
	policy.DenialOutreachLimit:    "You have written to many new people. Try again later.",
}

func (tx *Tx) notAllowed(sender UserID, d policy.Denial) *Error {
	e := &Error{Code: CodeMessageNotAllowed, Denial: d, Detail: denialMessages[d]}
	if d == policy.DenialOutreachLimit {
		e.Outreach = tx.Outreach(sender)
	}
	return e
}
