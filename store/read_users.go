// ent reads single profiles. The search and the lists of people are SQL: they run at each
// keystroke, in ranges of indexes with lateral joins that ent cannot express (ADR 7).

package store

import (
	"context"
	"database/sql"
	"strings"

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

func userOf(row *ent.User) *dm.User {
	return &dm.User{
		ID: dm.UserID(row.ID), ExternalID: row.ExternalID, Handle: row.Handle, DisplayName: row.DisplayName,
		AvatarURL: row.AvatarURL, AgeBand: policy.AgeBand(row.AgeBand), Exempt: row.Exempt, Deleted: row.Deleted,
		CreatedAt: fromMicros(row.CreatedAt), TokensValidAfter: fromMicros(row.TokensValidAfter),
	}
}

// pastPrefix sorts after every text that starts with a prefix.
const pastPrefix = "\U0010FFFF"

// The ranks of a search: handles first.
const (
	rankHandle = iota
	rankName
)

// SearchUsers implements dm.Store. Each rank is a range of an index.
func (s *Store) SearchUsers(ctx context.Context, viewer dm.UserID, prefix string, after *dm.UserPlace, limit int) ([]dm.FoundUser, error) {
	var out []dm.FoundUser
	if after == nil || after.Rank == rankHandle {
		from := ""
		if after != nil {
			from = after.Key
		}
		err := s.listUsers(ctx, s.reads.handles, []any{prefix, prefix + pastPrefix, from, limit, uuidText(viewer)}, func(u *dm.User) {
			out = append(out, dm.FoundUser{User: u, Place: dm.UserPlace{Rank: rankHandle, Key: u.Handle}})
		})
		if err != nil || len(out) == limit {
			return out, err
		}
	}
	key, id := "", uuid.Nil.String()
	if after != nil && after.Rank == rankName {
		key, id = after.Key, uuidText(after.ID)
	}
	err := s.listUsers(ctx, s.reads.names, []any{
		prefix, prefix + pastPrefix, key, id, limit - len(out), uuidText(viewer),
	}, func(u *dm.User) {
		place := dm.UserPlace{Rank: rankName, Key: nameKey(u.DisplayName), ID: u.ID}
		out = append(out, dm.FoundUser{User: u, Place: place})
	})
	return out, err
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

func nameKey(displayName string) string { return strings.ToLower(displayName) }
