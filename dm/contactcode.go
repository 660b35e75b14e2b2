package dm

import (
	"context"
	"strings"
	"time"

	"github.com/aparte-im/aparte/dm/policy"
	"github.com/google/uuid"
)

// Bounds of a contact code.
const (
	MaxContactLabel = 64
	MaxContactUses  = 1000
	MinContactFor   = time.Hour
	MaxContactFor   = 365 * day
	// contactCodesPerDay is how many codes one person makes in 24 hours, so that making and
	// revoking fills no table.
	contactCodesPerDay = 50
)

// ContactCodeID names a contact code to its owner. Its text form starts with "cod_". It is no
// secret: it lets nobody in.
type ContactCodeID uuid.UUID

const contactCodePrefix = "cod_"

func (id ContactCodeID) String() string { return contactCodePrefix + idText.EncodeToString(id[:]) }

// ParseContactCodeID reads the text form.
func ParseContactCodeID(s string) (id ContactCodeID, ok bool) {
	b, ok := parseID(s, contactCodePrefix)
	if !ok || len(b) != len(id) {
		return ContactCodeID{}, false
	}
	copy(id[:], b)
	return id, id.String() == s
}

// ContactCode is what a user gives out so that each of its bearers may write one message to the
// user's inbox, whatever their audience. The redeemer presents a secret; only its hash is kept. It
// changes only under the lock of its owner's head, where every send to the owner meets it (I1).
type ContactCode struct {
	ID    ContactCodeID
	Owner UserID
	// Label is the owner's own note of whom they gave it to. Nobody else sees it.
	Label                string
	Hash                 CodeHash
	CreatedAt, ExpiresAt time.Time
	// RevokedAt is when the owner took it back; zero: they have not.
	RevokedAt time.Time
	// EndsAt is when it stops to let anybody in: ExpiresAt, or earlier when it was revoked or used
	// up.
	EndsAt time.Time
	// Uses counts the bearers who have used it, each once; there may be MaxUses.
	Uses, MaxUses int
}

// Place is the code's place in its owner's list, for the next page.
func (c *ContactCode) Place() string { return TimePlace{At: c.CreatedAt, ID: c.ID}.String() }

// live reports whether the code lets somebody in.
func (c *ContactCode) live(now time.Time) bool { return now.Before(c.EndsAt) && c.Uses < c.MaxUses }

// ContactCodeInput is a contact code as its owner asks for it.
type ContactCodeInput struct {
	Label string
	// For is how long it lets people in, MaxUses how many.
	For     time.Duration
	MaxUses int
}

// normalizeLabel returns the label of a contact code in the form in which it is kept.
func normalizeLabel(label string) (string, *Error) {
	label, err := normalizeLine("label", strings.TrimSpace(label), MaxContactLabel)
	if err == nil && blank(label) {
		err = Invalid("label", "Give it a label of 1 to %d characters. Only you see it.", MaxContactLabel)
	}
	return label, err
}

// CreateContactCode makes a contact code and returns it with its secret, which is told this once
// and never again. Errors: INVALID_INPUT (also under 18), NOT_FOUND, RATE_LIMITED (too many that
// live, or made in 24 hours).
func (s *Service) CreateContactCode(ctx context.Context, viewer UserID, in ContactCodeInput) (*ContactCode, string, error) {
	label, refusal := normalizeLabel(in.Label)
	switch {
	case refusal != nil:
		return nil, "", refusal
	case in.For < MinContactFor || in.For > MaxContactFor:
		return nil, "", Invalid("expiresInHours", "A contact code lives from 1 to %d hours.", MaxContactFor/time.Hour)
	case in.MaxUses < 1 || in.MaxUses > MaxContactUses:
		return nil, "", Invalid("maxRedemptions", "A contact code serves 1 to %d people.", MaxContactUses)
	}
	secret := newContactSecret()
	var made *ContactCode
	err := s.txs.Change(ctx, Scope{Users: []UserID{viewer}, RecentCodes: true}, func(tx *Tx) error {
		h := tx.Head(viewer)
		if h == nil || h.Gone {
			return NotFound("user")
		}
		if h.AgeBand != policy.Adult {
			return Invalid("", "Until you are 18 strangers cannot write to you, so there are no contact codes.")
		}
		if err := tx.roomForCode(viewer); err != nil {
			return err
		}
		made = &ContactCode{
			ID: ContactCodeID(uuid.Must(uuid.NewV7())), Owner: viewer, Label: label, Hash: ParseContactCode(secret),
			CreatedAt: tx.now, ExpiresAt: tx.now.Add(in.For), EndsAt: tx.now.Add(in.For), MaxUses: in.MaxUses,
		}
		tx.out.NewCodes = append(tx.out.NewCodes, made)
		tx.event(viewer, EventSettingsChanged, nil, nil)
		return nil
	})
	return made, secret, err
}

// roomForCode refuses one code more than a person may have. Errors: RATE_LIMITED.
func (tx *Tx) roomForCode(owner UserID) error {
	live, today := 0, 0
	ends, again := tx.now.Add(MaxContactFor), tx.now
	for _, c := range tx.in.Codes {
		if c.Owner != owner {
			continue
		}
		if c.live(tx.now) {
			live++
			ends = minTime(ends, c.EndsAt)
		}
		if since := c.CreatedAt.Add(day); since.After(tx.now) {
			if today++; today == 1 || since.Before(again) {
				again = since
			}
		}
	}
	switch {
	case live >= tx.rules.ContactCodes:
		return &Error{
			Code: CodeRateLimited, RetryAfter: ends.Sub(tx.now),
			Detail: "You have as many contact codes in use as there can be. Take one back, or wait until one ends.",
		}
	case today >= contactCodesPerDay:
		return &Error{
			Code: CodeRateLimited, RetryAfter: again.Sub(tx.now), Detail: "You have made many contact codes today. Try again later.",
		}
	}
	return nil
}

func minTime(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// RevokeContactCode takes a code back: once it has returned, nobody gets in by it (I1). Revoking
// one that has ended changes nothing. Errors: NOT_FOUND.
func (s *Service) RevokeContactCode(ctx context.Context, viewer UserID, id ContactCodeID) (*ContactCode, error) {
	var revoked *ContactCode
	err := s.txs.Change(ctx, Scope{Users: []UserID{viewer}, Code: id}, func(tx *Tx) error {
		if h := tx.Head(viewer); h == nil || h.Gone {
			return NotFound("user")
		}
		for _, c := range tx.in.Codes {
			if c.ID == id && c.Owner == viewer {
				revoked = c
				tx.revokeCode(c)
				return nil
			}
		}
		return NotFound("contact code")
	})
	return revoked, err
}

func (tx *Tx) revokeCode(c *ContactCode) {
	if !c.live(tx.now) {
		return
	}
	c.RevokedAt, c.EndsAt = tx.now, tx.now
	tx.keepCode(c)
	tx.event(c.Owner, EventSettingsChanged, nil, nil)
}

func (tx *Tx) keepCode(c *ContactCode) {
	if tx.out.Codes == nil {
		tx.out.Codes = map[ContactCodeID]*ContactCode{}
	}
	tx.out.Codes[c.ID] = c
}

// ContactCode returns one of the viewer's contact codes. Errors: NOT_FOUND.
func (s *Service) ContactCode(ctx context.Context, viewer UserID, id ContactCodeID) (*ContactCode, error) {
	return s.codes.ContactCode(ctx, viewer, id)
}

// ContactCodes lists the viewer's contact codes, newest first; ended ones until their retention
// ends. Errors: INVALID_INPUT.
func (s *Service) ContactCodes(ctx context.Context, viewer UserID, page PageRequest) (Page[*ContactCode], error) {
	return listPlaced(page, func(after *TimePlace, limit int) ([]*ContactCode, error) {
		return s.codes.ContactCodes(ctx, viewer, after, limit)
	})
}
