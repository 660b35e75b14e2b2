package dm

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode"
)

// Limits of what a host may hand over.
const (
	MaxBulk        = 1000
	maxExternalID  = 128
	maxHandle      = 32
	maxDisplayName = 100
)

// UpsertUsers creates or changes up to MaxBulk users by externalId, all or nothing. Errors:
// INVALID_INPUT.
func (s *Service) UpsertUsers(ctx context.Context, users []UserInput) ([]*User, error) {
	if len(users) == 0 || len(users) > MaxBulk {
		return nil, Invalid("users", "Give 1 to %d users.", MaxBulk)
	}
	clean := make([]UserInput, len(users))
	seen, handles := map[string]int{}, map[string]int{}
	for i, u := range users {
		c, err := u.Normalize()
		if err != nil {
			return nil, err.At(i, u.ExternalID)
		}
		if first, twice := seen[c.ExternalID]; twice {
			return nil, Invalid("externalId", "The user %q is given twice, as user %d too.", c.ExternalID, first).At(i, c.ExternalID)
		}
		if first, twice := handles[c.Handle]; twice {
			return nil, Invalid("handle", "The handle %q is given twice, to user %d too.", c.Handle, first).At(i, c.ExternalID)
		}
		seen[c.ExternalID], handles[c.Handle] = i, i
		clean[i] = c
	}
	return s.host.UpsertUsers(ctx, clean)
}

// CreateUser creates a user who is not there yet, and changes nothing of one who is. Errors:
// INVALID_INPUT, NOT_FOUND when the host deleted this externalId: only the host brings somebody
// back.
func (s *Service) CreateUser(ctx context.Context, user UserInput) (*User, error) {
	clean, err := user.Normalize()
	if err != nil {
		return nil, err
	}
	return s.host.CreateUser(ctx, clean)
}

// Normalize checks a user and returns the form in which it is kept. An empty handle is made of the
// external id, and an empty display name becomes the handle.
func (u UserInput) Normalize() (UserInput, *Error) {
	var err *Error
	if err = checkExternalID(u.ExternalID); err != nil {
		return u, err
	}
	if u.Handle == "" {
		u.Handle, u.MadeHandle = madeHandle(u.ExternalID), true
	}
	folds := !ascii(u.Handle)
	u.Handle = strings.ToLower(strings.TrimPrefix(u.Handle, "@"))
	if folds || u.Handle == "" || len(u.Handle) > maxHandle || strings.ContainsFunc(u.Handle, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' && r != '.' && r != '-'
	}) {
		return u, Invalid("handle", "A handle has 1 to %d letters a-z, digits, dots, dashes or underscores.", maxHandle)
	}
	if u.DisplayName, err = normalizeLine("displayName", strings.TrimSpace(withoutBidi(u.DisplayName)), maxDisplayName); err != nil {
		return u, err
	}
	if !u.CreatedAt.IsZero() && (u.CreatedAt.UnixMicro() <= 0 || u.CreatedAt.Year() > 9999) {
		return u, Invalid("createdAt", "A time between 1970 and 9999 is needed.")
	}
	if blank(u.DisplayName) {
		u.DisplayName = u.Handle
	}
	if u.AvatarURL != nil {
		if _, err = webURL("avatarUrl", *u.AvatarURL); err != nil {
			return u, err
		}
	}
	return u, nil
}

// madeHandle makes the handle of a user for whom the host gives none. It does not show the external
// id.
func madeHandle(externalID string) string {
	sum := sha256.Sum256([]byte(externalID))
	return "user-" + hex.EncodeToString(sum[:12])
}

func checkExternalID(id string) *Error {
	clean, err := normalizeLine("externalId", id, maxExternalID)
	if err != nil {
		return err
	}
	if clean == "" || clean != id || strings.ContainsFunc(id, unicode.IsSpace) {
		return Invalid("externalId", "An externalId has 1 to %d characters and no space.", maxExternalID)
	}
	return nil
}

// SetEdges writes up to MaxBulk follows or suggestions, all or nothing. Errors: INVALID_INPUT,
// NOT_FOUND (an unknown externalId).
func (s *Service) SetEdges(ctx context.Context, edits []EdgeEdit) error {
	if len(edits) == 0 || len(edits) > MaxBulk {
		return Invalid("edges", "Give 1 to %d edges.", MaxBulk)
	}
	for i, e := range edits {
		for _, id := range []string{e.From, e.To} {
			if checkExternalID(id) != nil {
				return NotFound(fmt.Sprintf("user %q", id)).At(i, id)
			}
		}
		if e.From == e.To {
			return Invalid("edges", "The user %q is on both sides.", e.From).At(i, e.From)
		}
	}
	return s.host.SetEdges(ctx, edits)
}

// DeleteUser forgets a user. Errors: NOT_FOUND.
func (s *Service) DeleteUser(ctx context.Context, externalID string) error {
	if checkExternalID(externalID) != nil {
		return NotFound("user")
	}
	return s.host.DeleteUser(ctx, externalID)
}

// Imported is what became of a batch of history.
type Imported struct {
	// New counts the messages that were not there before.
	New int
	// Displaced counts those of the new messages that stand before an older message
	// (Sent.Displaced).
	Displaced int
}

// Import brings in history: messages that were sent elsewhere, in order, with their times, all or
// nothing. They are not judged, are idempotent by their keys and make their senders Known. A
// message that is older than the newest one of its conversation gets a seq before the first, so a
// batch of such messages starts with the newest. Errors: INVALID_INPUT, NOT_FOUND,
// IDEMPOTENCY_CONFLICT; Index names the send at fault.
func (s *Service) Import(ctx context.Context, sends []Send) (Imported, error) {
	clean := make([]Send, len(sends))
	for i, in := range sends {
		out, err := in.Normalize()
		if err != nil {
			return Imported{}, err.At(i, "")
		}
		out.History = true
		clean[i] = out
	}
	return s.host.Import(ctx, clean)
}

// Normalize checks a message of history and returns the form in which it is kept, so that a whole
// file can be checked before its first row is written.
func (s Send) Normalize() (Send, *Error) {
	out, err := SendInput{To: s.Recipient, Body: s.Body, Video: s.Video, ClientMessageID: s.ClientMessageID}.normalize(s.Sender)
	if err != nil {
		return Send{}, err
	}
	if s.Sender == s.Recipient {
		return Send{}, Invalid("recipient", "A message needs two people.")
	}
	// Stores keep microseconds since 1970, where 0 is no time; clients read years of four digits.
	if s.At.UnixMicro() <= 0 || s.At.Year() > 9999 {
		return Send{}, Invalid("sentAt", "A time between 1970 and 9999 is needed.")
	}
	out.History, out.At, out.Unread = s.History, s.At, s.Unread
	return out, nil
}
