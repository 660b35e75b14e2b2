package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
)

const codeColumns = "id, owner_id, label, hash, created_at, expires_at, revoked_at, ends_at, uses, max_uses"

// codeRow scans codeColumns.
type codeRow struct {
	id, owner                         uuid.UUID
	code                              dm.ContactCode
	hash                              string
	created, expires, revoked, endsAt int64
}

func (c *codeRow) dest() []any {
	return []any{
		&c.id, &c.owner, &c.code.Label, &c.hash, &c.created, &c.expires, &c.revoked, &c.endsAt, &c.code.Uses, &c.code.MaxUses,
	}
}

func (c *codeRow) contactCode() (*dm.ContactCode, error) {
	out := c.code
	out.ID, out.Owner = dm.ContactCodeID(c.id), dm.UserID(c.owner)
	out.CreatedAt, out.ExpiresAt = fromMicros(c.created), fromMicros(c.expires)
	out.RevokedAt, out.EndsAt = fromMicros(c.revoked), fromMicros(c.endsAt)
	sum, err := hex.DecodeString(c.hash)
	copy(out.Hash[:], sum)
	return &out, err
}

func hashText(h dm.CodeHash) string { return hex.EncodeToString(h[:]) }

func listCodes(ctx context.Context, from querier, where string, args ...any) ([]*dm.ContactCode, error) {
	rows, err := from.QueryContext(ctx, "SELECT "+codeColumns+" FROM contact_codes WHERE "+where, args...)
	if err != nil {
		return nil, err
	}
	var out []*dm.ContactCode
	return out, eachRow(rows, func(rows *sql.Rows) error {
		var row codeRow
		if err := rows.Scan(row.dest()...); err != nil {
			return err
		}
		c, err := row.contactCode()
		out = append(out, c)
		return err
	})
}

// ContactCodes implements dm.Store.
func (s *Store) ContactCodes(ctx context.Context, owner dm.UserID, after *dm.TimePlace, limit int) ([]*dm.ContactCode, error) {
	at, id := maxMicros, uuid.Max.String()
	if after != nil {
		at, id = toMicros(after.At), uuidText(after.ID)
	}
	return listCodes(ctx, s.read, "owner_id = $1 AND (created_at, id) < ($2, $3) ORDER BY created_at DESC, id DESC LIMIT $4",
		uuidText(owner), at, id, limit)
}

// ContactCodeOf implements dm.Store.
func (s *Store) ContactCodeOf(ctx context.Context, hash dm.CodeHash, bearer dm.UserID) (*dm.ContactCode, bool, error) {
	return findCode(ctx, s.read, hash, bearer)
}

// querierOne is what reads one row: a session's connection or the pool.
type querierOne interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func findCode(ctx context.Context, from querierOne, hash dm.CodeHash, bearer dm.UserID) (*dm.ContactCode, bool, error) {
	var row codeRow
	var used bool
	err := from.QueryRowContext(ctx, "SELECT "+codeColumns+`, EXISTS (SELECT 1 FROM contact_code_redemptions u
		WHERE u.code_id = c.id AND u.redeemer_id = $2) FROM contact_codes c WHERE c.hash = $1`, hashText(hash), uuidText(bearer)).
		Scan(append(row.dest(), &used)...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	c, err := row.contactCode()
	return c, used, err
}

// RedemptionsBy implements dm.Store.
func (s *Store) RedemptionsBy(ctx context.Context, bearer dm.UserID, after dm.ContactCodeID, limit int) ([]dm.Redemption, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT u.code_id, u.redeemed_at, c.owner_id FROM contact_code_redemptions u"+
		s.dialect.join("contact_codes", "c", "c.id = u.code_id")+
		" WHERE u.redeemer_id = $1 AND u.code_id > $2 ORDER BY u.code_id LIMIT $3", uuidText(bearer), uuidText(after), limit)
	if err != nil {
		return nil, err
	}
	var out []dm.Redemption
	return out, eachRow(rows, func(rows *sql.Rows) error {
		var code, owner uuid.UUID
		var at int64
		err := rows.Scan(&code, &at, &owner)
		out = append(out, dm.Redemption{Code: dm.ContactCodeID(code), Redeemer: bearer, Owner: dm.UserID(owner), At: fromMicros(at)})
		return err
	})
}

// Redemptions implements dm.Store.
func (s *Store) Redemptions(ctx context.Context, owner dm.UserID, code dm.ContactCodeID, after *dm.TimePlace, limit int) ([]dm.Redemption, error) {
	found, err := listCodes(ctx, s.read, "id = $1", uuidText(code)) // by its key alone, whose plan is always that
	if err != nil || len(found) == 0 || found[0].Owner != owner {
		return nil, err
	}
	at, id := maxMicros, uuid.Max.String()
	if after != nil {
		at, id = toMicros(after.At), uuidText(after.ID)
	}
	return s.redemptions(ctx, owner, `SELECT code_id, $5, redeemer_id, redeemed_at FROM contact_code_redemptions
		WHERE code_id = $1 AND (redeemed_at, redeemer_id) < ($2, $3) ORDER BY redeemed_at DESC, redeemer_id DESC LIMIT $4`,
		uuidText(code), at, id, limit, found[0].Label)
}

// RedemptionsFrom implements dm.Store. It begins at the owner's codes: who has made none, as most, costs one look.
func (s *Store) RedemptionsFrom(ctx context.Context, owner dm.UserID, bearers []dm.UserID, codes int) ([]dm.Redemption, error) {
	return s.redemptions(ctx, owner, `SELECT u.code_id, c.label, u.redeemer_id, u.redeemed_at FROM (SELECT id, label FROM contact_codes
		WHERE owner_id = $1 AND uses > 0 ORDER BY created_at DESC, id DESC LIMIT $2) AS c`+
		s.dialect.join("contact_code_redemptions", "u", "u.code_id = c.id AND u.redeemer_id "+s.dialect.inIDs(3)),
		ids(s.dialect, bearers).args([]any{uuidText(owner), codes})...)
}

// redemptions lists uses of an owner's codes.
func (s *Store) redemptions(ctx context.Context, owner dm.UserID, query string, args ...any) ([]dm.Redemption, error) {
	rows, err := s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	var out []dm.Redemption
	return out, eachRow(rows, func(rows *sql.Rows) error {
		var code, bearer uuid.UUID
		use := dm.Redemption{Owner: owner}
		var at int64
		err := rows.Scan(&code, &use.Label, &bearer, &at)
		use.Code, use.Redeemer, use.At = dm.ContactCodeID(code), dm.UserID(bearer), fromMicros(at)
		out = append(out, use)
		return err
	})
}

// loadCodes reads for a ledger the codes that its scope asks for. The head of their owner is locked.
func loadCodes(ctx context.Context, ses *session, tx *dm.Tx, scope dm.Scope) error {
	var found []*dm.ContactCode
	var err error
	switch {
	case scope.RecentCodes:
		found, err = listCodes(ctx, ses.conn, "owner_id = $1 AND ends_at > $2", uuidText(scope.Users[0]),
			toMicros(tx.Now().Add(-24*time.Hour)))
	case scope.Code != dm.ContactCodeID{}:
		found, err = listCodes(ctx, ses.conn, "id = $1", uuidText(scope.Code)) // the ledger looks whose it is
	}
	for _, c := range found {
		tx.AddCode(c, dm.UserID{}, false)
	}
	return err
}

// addCodes gives a ledger the codes that its sends bear: few do, and the others ask nothing. They are read under the lock
// of the recipient's head; a code of somebody else's, which may change meanwhile, lets nobody in here anyway.
func addCodes(ctx context.Context, ses *session, tx *dm.Tx, sends []dm.Send) error {
	for i := range sends {
		s := &sends[i]
		if s.Code == (dm.CodeHash{}) {
			continue
		}
		c, used, err := findCode(ctx, ses.conn, s.Code, s.Sender)
		if err != nil {
			return err
		}
		if c != nil {
			tx.AddCode(c, s.Sender, used)
		}
	}
	return nil
}

// writeCodes writes what a ledger changes of contact codes.
func writeCodes(ctx context.Context, ses *session, c *dm.Changes) error {
	for _, code := range c.NewCodes {
		_, err := ses.conn.ExecContext(ctx, "INSERT INTO contact_codes ("+codeColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
			uuidText(code.ID), uuidText(code.Owner), code.Label, hashText(code.Hash), toMicros(code.CreatedAt), toMicros(code.ExpiresAt),
			toMicros(code.RevokedAt), toMicros(code.EndsAt), code.Uses, code.MaxUses)
		if err != nil {
			return err
		}
	}
	for _, code := range c.Codes {
		_, err := ses.conn.ExecContext(ctx, "UPDATE contact_codes SET revoked_at = $2, ends_at = $3, uses = $4 WHERE id = $1",
			uuidText(code.ID), toMicros(code.RevokedAt), toMicros(code.EndsAt), code.Uses)
		if err != nil {
			return err
		}
	}
	for _, use := range c.Redemptions {
		_, err := ses.conn.ExecContext(ctx, "INSERT INTO contact_code_redemptions (code_id, redeemer_id, redeemed_at) VALUES ($1, $2, $3)",
			uuidText(use.Code), uuidText(use.Redeemer), toMicros(use.At))
		if err != nil {
			return err
		}
	}
	return nil
}

// SweepContactCodes removes contact codes that ended before, and who has used them.
func (s *Store) SweepContactCodes(ctx context.Context, before time.Time) (int64, error) {
	return s.sweep(ctx, "SELECT id FROM contact_codes WHERE ends_at < $1 ORDER BY ends_at LIMIT $2",
		[]any{toMicros(before), sweepStep}, "DELETE FROM contact_code_redemptions WHERE code_id OF THESE", "DELETE FROM contact_codes WHERE id OF THESE")
}

// forgetCodes removes a user's own codes and their uses of others'. The ids are read first: as a subquery a planner who
// believes the table empty would look them up anew for each use there is.
func (s *Store) forgetCodes(ctx context.Context, ses *session, user string) error {
	codes, err := listCodes(ctx, ses.conn, "owner_id = $1", user)
	if err != nil {
		return err
	}
	var own []dm.ContactCodeID
	for _, c := range codes {
		own = append(own, c.ID)
	}
	if len(own) > 0 {
		_, err := ses.conn.ExecContext(ctx, "DELETE FROM contact_code_redemptions WHERE code_id "+s.dialect.inIDs(1), ids(s.dialect, own).args(nil)...)
		if err != nil {
			return err
		}
	}
	for _, text := range []string{"DELETE FROM contact_codes WHERE owner_id = $1", "DELETE FROM contact_code_redemptions WHERE redeemer_id = $1"} {
		if _, err := ses.conn.ExecContext(ctx, text, user); err != nil {
			return err
		}
	}
	return nil
}
