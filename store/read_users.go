// ent reads single profiles. The lists of people are SQL: ranges of indexes with lateral joins that
// ent cannot express (ADR 7).

package store

import (
	"context"
	"database/sql"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
	ent "github.com/aparte-im/aparte/ent/generated"
	"github.com/aparte-im/aparte/ent/generated/user"
)

// Users implements dm.Store.
func (s *Store) Users(ctx context.Context, ids []dm.UserID) (map[dm.UserID]*dm.User, error) {
	keys := make([]uuid.UUID, len(ids))
	for i, id := range ids {
		keys[i] = uuid.UUID(id)
	}
	rows, err := s.ent.User.Query().Where(user.IDIn(keys...)).All(ctx)
	if err != nil {
		return nil, err
	}
	out := make(map[dm.UserID]*dm.User, len(rows))
	for _, row := range rows {
		out[dm.UserID(row.ID)] = userOf(row)
	}
	return out, nil
}

// UserByHandle implements dm.Store.
func (s *Store) UserByHandle(ctx context.Context, handle string) (*dm.User, error) {
	row, err := s.ent.User.Query().Where(user.Handle(handle), user.Deleted(false)).Only(ctx)
	if err != nil {
		return nil, notFound(err, "user")
	}
	return userOf(row), nil
}

// UserByExternalID implements dm.Store.
func (s *Store) UserByExternalID(ctx context.Context, externalID string) (*dm.User, error) {
	row, err := s.ent.User.Query().Where(user.ExternalID(externalID), user.Deleted(false)).Only(ctx)
	if err != nil {
		return nil, notFound(err, "user")
	}
	return userOf(row), nil
}

// WasDeleted implements dm.Store.
func (s *Store) WasDeleted(ctx context.Context, externalID string) (bool, error) {
	return s.ent.User.Query().Where(wasCalled(externalID)).Exist(ctx)
}

func userOf(row *ent.User) *dm.User {
	return &dm.User{
		ID: dm.UserID(row.ID), ExternalID: row.ExternalID, Handle: row.Handle, DisplayName: row.DisplayName,
		AvatarURL: row.AvatarURL, AgeBand: policy.AgeBand(row.AgeBand), Exempt: row.Exempt, Deleted: row.Deleted,
		CreatedAt: fromMicros(row.CreatedAt), TokensValidAfter: fromMicros(row.TokensValidAfter),
	}
}

// SuggestedUsers implements dm.Store.
func (s *Store) SuggestedUsers(ctx context.Context, viewer dm.UserID, after *dm.UserPlace, limit int) ([]dm.FoundUser, error) {
	return s.listByID(ctx, s.reads.suggestions, viewer, after, limit)
}

func (s *Store) listByID(ctx context.Context, stmt *sql.Stmt, viewer dm.UserID, after *dm.UserPlace, limit int) ([]dm.FoundUser, error) {
	from := uuid.Nil.String()
	if after != nil {
		from = uuidText(after.ID)
	}
	var out []dm.FoundUser
	err := s.listUsers(ctx, stmt, []any{uuidText(viewer), from, limit}, func(u *dm.User) {
		out = append(out, dm.FoundUser{User: u, Place: dm.UserPlace{ID: u.ID}})
	})
	return out, err
}

func (s *Store) listUsers(ctx context.Context, stmt *sql.Stmt, args []any, take func(*dm.User)) error {
	return each(ctx, stmt, args, func(row *sql.Rows) error {
		var id uuid.UUID
		var created, validAfter int64
		var u dm.User
		err := row.Scan(&id, &u.ExternalID, &u.Handle, &u.DisplayName, &u.AvatarURL, &u.AgeBand, &u.Exempt, &u.Deleted, &created,
			&validAfter)
		u.ID, u.CreatedAt, u.TokensValidAfter = dm.UserID(id), fromMicros(created), fromMicros(validAfter)
		take(&u)
		return err
	})
}
