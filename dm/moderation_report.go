package dm

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"slices"
	"time"

	"github.com/aparte-im/aparte/dm/policy"
	"github.com/google/uuid"
)

// ReportID names a report. Its text form starts with "rep_". It tells nothing, not even when the
// report was made: the person concerned is told an id made of it.
type ReportID uuid.UUID

const (
	reportPrefix = "rep_"
	noticePrefix = "ntc_"
)

// NewReportID returns a fresh random id.
func NewReportID() ReportID { return ReportID(uuid.New()) }

func (id ReportID) String() string { return reportPrefix + idText.EncodeToString(id[:]) }

// Notice is the id under which the person concerned knows the report.
func (id ReportID) Notice() string { return noticePrefix + idText.EncodeToString(id[:]) }

// ParseReportID reads the text form.
func ParseReportID(s string) (ReportID, bool) { return parseReportID(s, reportPrefix) }

// ParseNoticeID reads what Notice writes.
func ParseNoticeID(s string) (ReportID, bool) { return parseReportID(s, noticePrefix) }

func parseReportID(s, prefix string) (id ReportID, ok bool) {
	b, ok := parseID(s, prefix)
	if !ok || len(b) != len(id) {
		return ReportID{}, false
	}
	copy(id[:], b)
	return id, prefix+idText.EncodeToString(id[:]) == s
}

// Category is what a report is about.
type Category uint8

// The categories.
const (
	CategorySpam Category = iota + 1
	CategoryScam
	CategoryHarassment
	CategoryHate
	CategoryThreats
	CategorySexual
	CategoryMinorSafety
	CategorySelfHarm
	CategoryIllegal
	CategoryOther
)

// categoryNames are kept in sealed evidence: they never change.
var categoryNames = [...]string{
	CategorySpam: "SPAM", CategoryScam: "SCAM", CategoryHarassment: "HARASSMENT", CategoryHate: "HATE",
	CategoryThreats: "THREATS", CategorySexual: "SEXUAL", CategoryMinorSafety: "MINOR_SAFETY",
	CategorySelfHarm: "SELF_HARM", CategoryIllegal: "ILLEGAL", CategoryOther: "OTHER",
}

func (c Category) String() string { return categoryNames[c] }

// Bounds of a report.
const (
	// MaxReported is how many messages one report names.
	MaxReported = 20
	// reportContext is how many messages before and after each reported one are sealed with it.
	reportContext = 5
	maxNote       = 1000
	reportWindow  = 24 * time.Hour
)

// ReportInput is a report as a client makes it: of messages, or of the newest messages of a
// conversation. Exactly one of Messages and Conversation is set.
type ReportInput struct {
	// ClientReportID makes the report unique per reporter, as a clientMessageId does a send.
	ClientReportID string
	Messages       []MessageID
	Conversation   ConversationID
	Category       Category
	Note           string
	// Block also blocks the person, in the same transaction.
	Block bool
}

// ReportKey is what makes a report unique.
type ReportKey struct {
	Reporter       UserID
	ClientReportID string
}

// PastReports is what the store knows of a reporter before a new report.
type PastReports struct {
	// First is the report that was made with the key. Nil: none.
	First *Report
	// Recent counts the reports within the window, up to the limit; Oldest is the first of them.
	Recent int
	Oldest time.Time
}

// Report seals a copy of messages of the other person and what stands around them, which nothing
// that happens to the messages later touches, and hands it to the moderators. The reported person
// is told nothing. The same ClientReportID again returns the first report. Errors: NOT_FOUND,
// INVALID_INPUT, IDEMPOTENCY_CONFLICT, RATE_LIMITED.
func (s *Service) Report(ctx context.Context, viewer UserID, in ReportInput) (*Report, error) {
	in, conversation, refusal := in.normalize()
	if refusal != nil {
		return nil, refusal
	}
	other, err := s.inbox.OtherMember(ctx, viewer, conversation)
	if err != nil {
		return nil, err
	}
	pair := PairOf(viewer, other)
	before, err := s.txs.Inspect(ctx, Scope{Pairs: []Pair{pair}})
	if err != nil {
		return nil, err
	}
	last := before.Conversation(viewer, other).LastSeq
	seqs := in.seqs(last)
	scope := Scope{
		Pairs: []Pair{pair}, Messages: around(conversation, seqs, last), ReportKey: &ReportKey{viewer, in.ClientReportID},
	}
	var out *Report
	err = s.txs.Change(ctx, scope, func(tx *Tx) error {
		var err error
		out, err = tx.Report(viewer, other, in, seqs)
		return err
	})
	return out, err
}

// seqs are the messages that are reported, in rising order: those that are named, or the newest.
func (in *ReportInput) seqs(last int64) []int64 {
	var out []int64
	for _, id := range in.Messages {
		out = append(out, id.Seq)
	}
	if len(in.Messages) == 0 {
		for seq := max(1, last-MaxReported+1); seq <= last; seq++ {
			out = append(out, seq)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// around names the messages at the seqs and those that give them context.
func around(conversation ConversationID, seqs []int64, last int64) []MessageID {
	var out []MessageID
	next := int64(-maxSeq)
	for _, seq := range seqs {
		for at := max(next, seq-reportContext); at <= min(last, seq+reportContext); at++ {
			out = append(out, MessageID{conversation, at})
			next = at + 1
		}
	}
	return out
}

// fingerprint tells a retry from another report with the same key.
func (in *ReportInput) fingerprint() string {
	b := append([]byte{byte(in.Category)}, in.Conversation[:]...)
	for _, id := range in.Messages {
		b = append(b, id.Conversation[:]...)
		b = binary.AppendUvarint(b, uint64(id.Seq))
	}
	sum := sha256.Sum256(append(b, in.Note...))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Report seals loaded messages.
func (tx *Tx) Report(viewer, other UserID, in ReportInput, seqs []int64) (*Report, error) {
	h, past := tx.in.Heads[viewer], tx.in.Reported
	if h == nil || h.Gone {
		return nil, NotFound("user")
	}
	if past.First != nil {
		if past.First.Fingerprint != in.fingerprint() {
			return nil, conflictOf("clientReportId")
		}
		return past.First, nil
	}
	if past.Recent >= tx.rules.ReportLimit && !h.Exempt {
		wait := past.Oldest.Add(reportWindow).Sub(tx.now)
		return nil, &Error{Code: CodeRateLimited, Detail: "You have made many reports today. Try again later.", RetryAfter: wait}
	}
	c := tx.Conversation(viewer, other)
	evidence, err := tx.seal(viewer, c, in, seqs)
	if err != nil {
		return nil, err
	}
	if in.Block {
		if err := tx.changeEdges(viewer, other, blockOther); err != nil {
			return nil, err
		}
	}
	r := &Report{
		ID: evidence.Report, Reporter: viewer, Reported: other, Conversation: c.ID, ClientReportID: in.ClientReportID,
		Fingerprint: in.fingerprint(), Category: in.Category, Count: evidence.Count, Digest: evidence.Digest, CreatedAt: tx.now,
		State: ReportOpen, SettledAt: tx.now,
	}
	tx.out.NewReports = append(tx.out.NewReports, r)
	tx.out.Evidence = append(tx.out.Evidence, evidence)
	return r, nil
}

func blockOther(mine, _ *sideEdges) error {
	mine.override.Blocked = true
	if mine.override.Listed == policy.ListedAlways {
		mine.override.Listed = policy.NotListed // or the end of the block would welcome them
	}
	mine.follows = false
	return nil
}

func (in ReportInput) normalize() (ReportInput, ConversationID, *Error) {
	conversation := in.Conversation
	key, err := normalizeLine("clientReportId", in.ClientReportID, MaxClientMessageID)
	if err == nil && (key == "" || key != in.ClientReportID) {
		err = Invalid("clientReportId", "Give 1 to %d characters; a UUID is best.", MaxClientMessageID)
	}
	if err != nil {
		return in, conversation, err
	}
	if in.Category == 0 || int(in.Category) >= len(categoryNames) {
		return in, conversation, Invalid("category", "No such category.")
	}
	if in.Note, err = normalizeText("note", in.Note, maxNote); err != nil {
		return in, conversation, err
	}
	if (len(in.Messages) == 0) == conversation.IsZero() {
		return in, conversation, Invalid("target", "Give exactly one of messageIds and conversationId.")
	}
	if len(in.Messages) > MaxReported {
		return in, conversation, Invalid("target.messageIds", "A report names at most %d messages.", MaxReported)
	}
	for _, id := range in.Messages {
		if conversation.IsZero() {
			conversation = id.Conversation
		}
		if id.Conversation != conversation {
			return in, conversation, Invalid("target.messageIds", "The messages of a report are of one conversation.")
		}
	}
	return in, conversation, nil
}
