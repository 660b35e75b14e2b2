package store

import (
	"context"
	"encoding/hex"
	"time"

	entsql "entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
	ent "github.com/aparte-im/aparte/ent/generated"
	"github.com/aparte-im/aparte/ent/generated/contactcode"
	redemption "github.com/aparte-im/aparte/ent/generated/contactcoderedemption"
)

func codeOf(row *ent.ContactCode) (*dm.ContactCode, error) {
	c := &dm.ContactCode{
		ID: dm.ContactCodeID(row.ID), Owner: dm.UserID(row.OwnerID), Label: row.Label, CreatedAt: fromMicros(row.CreatedAt),
		ExpiresAt: fromMicros(row.ExpiresAt), RevokedAt: fromMicros(row.RevokedAt), EndsAt: fromMicros(row.EndsAt),
		Uses: int(row.Uses), MaxUses: int(row.MaxUses),
	}
	hash, err := hex.DecodeString(row.Hash)
	copy(c.Hash[:], hash)
	return c, err
}

func codesOf(rows []*ent.ContactCode, err error) ([]*dm.ContactCode, error) {
	var out []*dm.ContactCode
	for _, row := range rows {
		var c *dm.ContactCode
		if c, err = codeOf(row); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, err
}

func hashText(h dm.CodeHash) string { return hex.EncodeToString(h[:]) }

// ContactCode implements dm.ContactCodeStore.
func (s *Store) ContactCode(ctx context.Context, owner dm.UserID, id dm.ContactCodeID) (*dm.ContactCode, error) {
	row, err := s.ent.ContactCode.Get(ctx, uuid.UUID(id))
	if err != nil {
		return nil, notFound(err, "contact code")
	}
	if dm.UserID(row.OwnerID) != owner {
		return nil, dm.NotFound("contact code")
	}
	return codeOf(row)
}

// ContactCodes implements dm.Store.
func (s *Store) ContactCodes(ctx context.Context, owner dm.UserID, place *dm.TimePlace, limit int) ([]*dm.ContactCode, error) {
	at, id := maxMicros, uuid.Max
	if place != nil {
		at, id = toMicros(place.At), place.ID
	}
	return codesOf(s.ent.ContactCode.Query().
		Where(contactcode.OwnerID(uuid.UUID(owner)), before(contactcode.FieldCreatedAt, contactcode.FieldID, at, id)).
		Order(contactcode.ByCreatedAt(entsql.OrderDesc()), contactcode.ByID(entsql.OrderDesc())).Limit(limit).All(ctx))
}

// ContactCodeOf implements dm.Store.
func (s *Store) ContactCodeOf(ctx context.Context, hash dm.CodeHash, redeemer dm.UserID) (*dm.ContactCode, bool, error) {
	return findCode(ctx, s.ent, hash, redeemer)
}

// findCode returns the code with a hash, nil when there is none, and whether somebody has used it.
func findCode(ctx context.Context, from *ent.Client, hash dm.CodeHash, redeemer dm.UserID) (*dm.ContactCode, bool, error) {
	row, err := from.ContactCode.Query().Where(contactcode.Hash(hashText(hash))).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	used, err := from.ContactCodeRedemption.Query().
		Where(redemption.CodeID(row.ID), redemption.ID(uuid.UUID(redeemer))).Exist(ctx)
	if err != nil {
		return nil, false, err
	}
	c, err := codeOf(row)
	return c, used, err
}

// RedemptionsBy implements dm.Store.
func (s *Store) RedemptionsBy(ctx context.Context, redeemer dm.UserID, after dm.ContactCodeID, limit int) ([]dm.Redemption, error) {
	rows, err := s.ent.ContactCodeRedemption.Query().
		Where(redemption.ID(uuid.UUID(redeemer)), redemption.CodeIDGT(uuid.UUID(after))).
		Order(redemption.ByCodeID()).Limit(limit).All(ctx)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	codes := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		codes[i] = r.CodeID
	}
	found, err := s.ent.ContactCode.Query().Where(contactcode.IDIn(codes...)).All(ctx)
	if err != nil {
		return nil, err
	}
	owners := make(map[uuid.UUID]dm.UserID, len(found))
	for _, c := range found {
		owners[c.ID] = dm.UserID(c.OwnerID)
	}
	var out []dm.Redemption
	for _, r := range rows {
		if owner, ok := owners[r.CodeID]; ok {
			out = append(out, dm.Redemption{
				Code: dm.ContactCodeID(r.CodeID), Redeemer: redeemer, Owner: owner, At: fromMicros(r.RedeemedAt),
			})
		}
	}
	return out, nil
}

// Redemptions implements dm.Store.
func (s *Store) Redemptions(ctx context.Context, owner dm.UserID, code dm.ContactCodeID, place *dm.TimePlace, limit int) ([]dm.Redemption, error) {
	c, err := s.ent.ContactCode.Get(ctx, uuid.UUID(code))
	if ent.IsNotFound(err) || err == nil && dm.UserID(c.OwnerID) != owner {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	at, id := maxMicros, uuid.Max
	if place != nil {
		at, id = toMicros(place.At), place.ID
	}
	rows, err := s.ent.ContactCodeRedemption.Query().
		Where(redemption.CodeID(c.ID), before(redemption.FieldRedeemedAt, redemption.FieldID, at, id)).
		Order(redemption.ByRedeemedAt(entsql.OrderDesc()), redemption.ByID(entsql.OrderDesc())).Limit(limit).All(ctx)
	if err != nil {
		return nil, err
	}
	var out []dm.Redemption
	for _, r := range rows {
		out = append(out, redemptionOf(r, c))
	}
	return out, nil
}

// RedemptionsFrom implements dm.Store. It begins with the owner's codes: most users have none, and
// are asked once.
func (s *Store) RedemptionsFrom(ctx context.Context, owner dm.UserID, redeemers []dm.UserID, limit int) ([]dm.Redemption, error) {
	codes, err := s.ent.ContactCode.Query().Where(contactcode.OwnerID(uuid.UUID(owner)), contactcode.UsesGT(0)).
		Order(contactcode.ByCreatedAt(entsql.OrderDesc()), contactcode.ByID(entsql.OrderDesc())).Limit(limit).All(ctx)
	if err != nil || len(codes) == 0 {
		return nil, err
	}
	people := make([]uuid.UUID, len(redeemers))
	for i, r := range redeemers {
		people[i] = uuid.UUID(r)
	}
	keys := make([]uuid.UUID, len(codes))
	for i, c := range codes {
		keys[i] = c.ID
	}
	rows, err := s.ent.ContactCodeRedemption.Query().Where(redemption.CodeIDIn(keys...), redemption.IDIn(people...)).All(ctx)
	if err != nil {
		return nil, err
	}
	var out []dm.Redemption
	for _, c := range codes {
		for _, r := range rows {
			if r.CodeID == c.ID {
				out = append(out, redemptionOf(r, c))
			}
		}
	}
	return out, nil
}

func redemptionOf(r *ent.ContactCodeRedemption, c *ent.ContactCode) dm.Redemption {
	return dm.Redemption{
		Code: dm.ContactCodeID(c.ID), Redeemer: dm.UserID(r.ID), Owner: dm.UserID(c.OwnerID), Label: c.Label, At: fromMicros(r.RedeemedAt),
	}
}

// loadCodes reads the codes that a scope asks for. The head of their owner is locked.
func loadCodes(ctx context.Context, ses *session, tx *dm.Tx, scope dm.Scope) error {
	q := ses.ent.ContactCode.Query()
	switch {
	case scope.RecentCodes:
		q.Where(contactcode.OwnerID(uuid.UUID(scope.Users[0])), contactcode.EndsAtGT(toMicros(tx.Now().Add(-24*time.Hour))))
	case scope.Code != dm.ContactCodeID{}:
		q.Where(contactcode.ID(uuid.UUID(scope.Code))) // the Tx checks whose it is
	default:
		return nil
	}
	found, err := codesOf(q.All(ctx))
	for _, c := range found {
		tx.AddCode(c, dm.UserID{}, false)
	}
	return err
}

// addCodes reads the codes that sends bear; few do. They are read under the lock of the recipient's
// head. A code of another owner may change meanwhile, and admits nobody here.
func addCodes(ctx context.Context, ses *session, tx *dm.Tx, sends []dm.Send) error {
	for i := range sends {
		s := &sends[i]
		if s.Code == (dm.CodeHash{}) {
			continue
		}
		c, used, err := findCode(ctx, ses.ent, s.Code, s.Sender)
		if err != nil {
			return err
		}
		if c != nil {
			tx.AddCode(c, s.Sender, used)
		}
	}
	return nil
}

// writeCodes writes new and changed contact codes and their redemptions.
func writeCodes(ctx context.Context, ses *session, c *dm.Changes) error {
	for _, code := range c.NewCodes {
		err := ses.ent.ContactCode.Create().SetID(uuid.UUID(code.ID)).SetOwnerID(uuid.UUID(code.Owner)).SetLabel(code.Label).
			SetHash(hashText(code.Hash)).SetCreatedAt(toMicros(code.CreatedAt)).SetExpiresAt(toMicros(code.ExpiresAt)).
			SetRevokedAt(toMicros(code.RevokedAt)).SetEndsAt(toMicros(code.EndsAt)).SetUses(int32(code.Uses)).
			SetMaxUses(int32(code.MaxUses)).Exec(ctx)
		if err != nil {
			return err
		}
	}
	for _, code := range c.Codes {
		err := ses.ent.ContactCode.Update().Where(contactcode.ID(uuid.UUID(code.ID))).SetRevokedAt(toMicros(code.RevokedAt)).
			SetEndsAt(toMicros(code.EndsAt)).SetUses(int32(code.Uses)).Exec(ctx)
		if err != nil {
			return err
		}
	}
	for _, r := range c.Redemptions {
		err := ses.ent.ContactCodeRedemption.Create().SetCodeID(uuid.UUID(r.Code)).SetID(uuid.UUID(r.Redeemer)).
			SetRedeemedAt(toMicros(r.At)).Exec(ctx)
		if err != nil {
			return err
		}
	}
	return nil
}

// removeCodes removes contact codes and their redemptions.
func removeCodes(ctx context.Context, ses *session, codes []uuid.UUID) error {
	if _, err := ses.ent.ContactCodeRedemption.Delete().Where(redemption.CodeIDIn(codes...)).Exec(ctx); err != nil {
		return err
	}
	_, err := ses.ent.ContactCode.Delete().Where(contactcode.IDIn(codes...)).Exec(ctx)
	return err
}

// SweepContactCodes removes contact codes that ended before a time, with their redemptions, and
// returns how many.
func (s *Store) SweepContactCodes(ctx context.Context, before time.Time) (int64, error) {
	return s.sweep(ctx, func(ctx context.Context) ([]uuid.UUID, error) {
		return s.ent.ContactCode.Query().Where(contactcode.EndsAtLT(toMicros(before))).
			Order(contactcode.ByEndsAt()).Limit(sweepStep).IDs(ctx)
	}, removeCodes)
}

// forgetCodes removes a user's own codes with their redemptions, and what the user redeemed.
func forgetCodes(ctx context.Context, ses *session, user dm.UserID) error {
	codes, err := ses.ent.ContactCode.Query().Where(contactcode.OwnerID(uuid.UUID(user))).IDs(ctx)
	if err != nil {
		return err
	}
	if len(codes) > 0 {
		if err := removeCodes(ctx, ses, codes); err != nil {
			return err
		}
	}
	_, err = ses.ent.ContactCodeRedemption.Delete().Where(redemption.ID(uuid.UUID(user))).Exec(ctx)
	return err
}
