package dm

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// Evidence is a sealed copy of what was reported. Nothing changes it: unsending and erasing do not
// reach it, and only the end of its retention removes it.
type Evidence struct {
	Report ReportID
	// Sealed is the canonical encoding of a SealedReport, byte for byte as it was sealed.
	Sealed string
	// Digest is the SHA-256 of Sealed, in hex. The report keeps it too.
	Digest string
	// Count is how many messages were reported; the others give context.
	Count int
}

// SealedReport is what evidence says. The order of its fields and its tags are the canonical
// encoding: JSON without spaces, with nothing escaped that need not be. They change only with a new
// Version.
type SealedReport struct {
	Version      int             `json:"version"`
	Report       string          `json:"report"`
	Reporter     string          `json:"reporter"`
	Reported     string          `json:"reported"`
	Conversation string          `json:"conversation"`
	SealedAt     string          `json:"sealedAt"`
	Category     string          `json:"category"`
	Note         string          `json:"note"`
	Messages     []SealedMessage `json:"messages"`
}

// SealedMessage is a message as it was when it was sealed.
type SealedMessage struct {
	ID     string `json:"id"`
	Seq    int64  `json:"seq"`
	Sender string `json:"sender"`
	SentAt string `json:"sentAt"`
	// Reported: it is what the report is about; else it is context.
	Reported bool `json:"reported"`
	// Removed: its words had been taken away before the report.
	Removed bool       `json:"removed"`
	Body    string     `json:"body"`
	Video   *VideoCard `json:"video"`
}

const evidenceVersion = 1

// Open reads the evidence. Its error says that it is not what was sealed.
func (e *Evidence) Open() (SealedReport, error) {
	var out SealedReport
	if digestOf([]byte(e.Sealed)) != e.Digest {
		return out, fmt.Errorf("dm: the evidence of report %s does not have its digest", e.Report)
	}
	return out, json.Unmarshal([]byte(e.Sealed), &out)
}

func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// seal copies those of the loaded messages that the reporter can see. Errors: NOT_FOUND,
// INVALID_INPUT.
func (tx *Tx) seal(viewer UserID, c *Conversation, in ReportInput, seqs []int64) (*Evidence, error) {
	if c == nil {
		return nil, NotFound("conversation")
	}
	mine, theirs := c.Sides(viewer)
	visible := func(seq int64) *Message {
		if mine.Folder == FolderNone || !mine.sees(seq) {
			return nil
		}
		return tx.in.Messages[MessageID{c.ID, seq}]
	}
	reported := map[int64]bool{}
	for _, seq := range seqs {
		m := visible(seq)
		switch named := len(in.Messages) > 0; {
		case m == nil && named:
			return nil, NotFound("message")
		case m == nil:
		case m.Sender != viewer:
			reported[seq] = true
		case named:
			return nil, Invalid("target.messageIds", "Report what the other person wrote.")
		}
	}
	if len(reported) == 0 {
		return nil, Invalid("target.conversationId", "There is nothing of the other person's to report.")
	}
	id := NewReportID()
	sealed := SealedReport{
		Version: evidenceVersion, Report: id.String(), Reporter: viewer.String(), Reported: theirs.User.String(),
		Conversation: c.ID.String(), SealedAt: tx.now.Format(time.RFC3339Nano), Category: in.Category.String(), Note: in.Note,
	}
	for _, at := range around(c.ID, seqs, c.LastSeq) {
		m := visible(at.Seq)
		if m == nil {
			continue
		}
		sealed.Messages = append(sealed.Messages, SealedMessage{
			ID: m.ID.String(), Seq: m.ID.Seq, Sender: m.Sender.String(), SentAt: m.CreatedAt.Format(time.RFC3339Nano),
			Reported: reported[at.Seq], Removed: m.Removed, Body: m.Body, Video: m.Video,
		})
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(sealed); err != nil {
		return nil, fmt.Errorf("seal a report: %w", err)
	}
	text := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	return &Evidence{Report: id, Sealed: string(text), Digest: digestOf(text), Count: len(reported)}, nil
}
