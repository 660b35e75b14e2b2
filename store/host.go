// ent reads and deletes. The upserts of users are SQL: a host imports millions, and one statement
// writes a set (ADR 7).

package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	entsql "entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
	ent "github.com/aparte-im/aparte/ent/generated"
	"github.com/aparte-im/aparte/ent/generated/follow"
	"github.com/aparte-im/aparte/ent/generated/predicate"
	"github.com/aparte-im/aparte/ent/generated/searchword"
	"github.com/aparte-im/aparte/ent/generated/suggestion"
	"github.com/aparte-im/aparte/ent/generated/user"
	"github.com/aparte-im/aparte/words"
)

// newUser is a profile as it is written.
type newUser struct {
	dm.UserInput
	id dm.UserID
}

var (
	userFields = fields[newUser, unused]{
		{"id", uuidOf(func(u *newUser) [16]byte { return u.id }), nil},
		{"external_id", text(func(u *newUser) string { return u.ExternalID }), nil},
		{"handle", text(func(u *newUser) string { return u.Handle }), nil},
		{"display_name", text(func(u *newUser) string { return u.DisplayName }), nil},
		{"avatar_url", textOrNull(func(u *newUser) *string { return u.AvatarURL }), nil},
		{"age_band", smallint(func(u *newUser) int64 { return int64(u.AgeBand) }), nil},
		{"exempt", boolean(func(u *newUser) bool { return u.Exempt }), nil},
		{"deleted", boolean(func(*newUser) bool { return false }), nil},
		{"created_at", bigint(func(u *newUser) int64 { return toMicros(u.CreatedAt) }), nil},
		{"age_band_at", bigint(func(u *newUser) int64 { return toMicros(u.AgeBandAt) }), nil},
	}
	nameFields = fields[string, unused]{{"item", text(func(s *string) string { return *s }), nil}}
)

// UpsertUsers implements dm.Store.
func (s *Store) UpsertUsers(ctx context.Context, users []dm.UserInput) ([]*dm.User, error) {
	var byExternal map[string]*dm.User
	err := s.transact(ctx, func(ctx context.Context, ses *session) ([]*dm.Event, error) {
		users, err := s.keptHandles(ctx, ses, users)
		if err != nil {
			return nil, err
		}
		// Rows are locked in one order, so that two hosts cannot wait for each other.
		sorted := slices.Clone(users)
		slices.SortFunc(sorted, func(a, b dm.UserInput) int { return strings.Compare(a.ExternalID, b.ExternalID) })
		if err := s.freeHandles(ctx, ses, users); err != nil {
			return nil, err
		}
		if byExternal, err = s.writeUsers(ctx, ses, sorted, overwriteUser); err != nil {
			return nil, err
		}
		var scope dm.Scope
		for _, u := range byExternal {
			scope.Users = append(scope.Users, u.ID)
		}
		tx, err := s.lock(ctx, ses, scope)
		if err != nil {
			return nil, err
		}
		for _, u := range byExternal {
			tx.Describe(u.ID, u.AgeBand, u.Exempt)
		}
		if err := s.writeCreated(ctx, ses, users, byExternal); err != nil {
			return nil, err
		}
		return tx.Changes().Events, s.flush(ctx, ses, tx)
	})
	if uniqueViolation(err) {
		return nil, dm.Invalid("handle", "One of the handles belongs to another user.")
	}
	if err != nil {
		return nil, err
	}
	out := make([]*dm.User, len(users))
	for i, u := range users {
		out[i] = byExternal[u.ExternalID]
	}
	return out, nil
}

// freeHandles takes handles that users of this call are to get from those users of the call who
// have them now, so that two can exchange theirs. A handle of anybody else's refuses the call, and
// names the item.
func (s *Store) freeHandles(ctx context.Context, ses *session, users []dm.UserInput) error {
	rows := s.dialect.rowset(nameFields.shape())
	index, wanted := map[string]int{}, map[string]int{}
	for i, u := range users {
		nameFields.add(rows, &users[i].Handle)
		index[u.ExternalID], wanted[u.Handle] = i, i
	}
	found, err := ses.conn.QueryContext(ctx, "SELECT u.id, u.external_id, u.handle FROM "+s.dialect.source(nameFields.shape(), 1)+
		s.dialect.join("users", "u", "u.handle = r.item"), rows.args(nil)...)
	if err != nil {
		return err
	}
	var moving []string
	err = eachRow(found, func(row *sql.Rows) error {
		var id uuid.UUID
		var owner, handle string
		if err := row.Scan(&id, &owner, &handle); err != nil {
			return err
		}
		at := wanted[handle]
		if users[at].ExternalID == owner {
			return nil
		}
		if _, here := index[owner]; !here {
			return dm.Invalid("handle", "The handle %q belongs to another user.", handle).At(at, users[at].ExternalID)
		}
		moving = append(moving, id.String())
		return nil
	})
	if err != nil {
		return err
	}
	if len(moving) == 0 {
		return nil
	}
	if s.dialect.postgres {
		// In the order in which writeUsers locks the rows, so that two upserts never wait for each
		// other.
		owners := s.dialect.rowset(nameFields.shape())
		for i := range users {
			nameFields.add(owners, &users[i].ExternalID)
		}
		const lock = "SELECT FROM users WHERE external_id = ANY($1::text[]) ORDER BY external_id FOR UPDATE"
		if _, err := ses.conn.ExecContext(ctx, lock, owners.args(nil)...); err != nil {
			return err
		}
	}
	for _, id := range moving {
		if _, err := ses.conn.ExecContext(ctx, "UPDATE users SET handle = $2 WHERE id = $1", id, "moving-"+id); err != nil {
			return err
		}
	}
	return nil
}

// writeCreated keeps when the accounts were made, where the host says so, also of users who were
// there before.
func (s *Store) writeCreated(ctx context.Context, ses *session, users []dm.UserInput, byExternal map[string]*dm.User) error {
	for _, u := range users {
		if u.CreatedAt.IsZero() {
			continue
		}
		created := u.CreatedAt.UTC().Truncate(time.Microsecond)
		if now := s.clock(); created.After(now) {
			created = now.UTC().Truncate(time.Microsecond)
		}
		kept := byExternal[u.ExternalID]
		if kept.CreatedAt.Equal(created) {
			continue
		}
		kept.CreatedAt = created
		_, err := ses.conn.ExecContext(ctx, "UPDATE users SET created_at = $2 WHERE id = $1", uuidText(kept.ID), toMicros(created))
		if err != nil {
			return err
		}
		if err := updateHead(ctx, ses, kept.ID, "joined_at = $2", toMicros(created)); err != nil {
			return err
		}
	}
	return nil
}

// CreateUser implements dm.Store.
func (s *Store) CreateUser(ctx context.Context, input dm.UserInput) (*dm.User, error) {
	err := s.transact(ctx, func(ctx context.Context, ses *session) ([]*dm.Event, error) {
		gone, err := ses.ent.User.Query().Where(wasCalled(input.ExternalID)).Exist(ctx)
		if err != nil {
			return nil, err
		}
		if gone {
			return nil, dm.NotFound("user")
		}
		_, err = s.writeUsers(ctx, ses, []dm.UserInput{input}, keepUser)
		return nil, err
	})
	if uniqueViolation(err) {
		// The first requests of a user come at once, and one of them made the user.
		if u, err := s.UserByExternalID(ctx, input.ExternalID); err == nil {
			return u, nil
		}
		return nil, dm.Invalid("handle", "The handle belongs to another user.")
	}
	if err != nil {
		return nil, err
	}
	return s.UserByExternalID(ctx, input.ExternalID)
}

// goneMark starts the externalId of a user who was deleted. It is a digest, so that the id itself
// is forgotten and can still be recognised when a token brings it again.
func goneMark(externalID string) string {
	sum := sha256.Sum256([]byte(externalID))
	return "deleted:" + hex.EncodeToString(sum[:]) + ":"
}

// The columns that an upsert overwrites of a user who exists.
const (
	overwriteUser = `handle = excluded.handle, display_name = excluded.display_name,
		avatar_url = excluded.avatar_url,
		age_band_at = CASE WHEN users.age_band = excluded.age_band THEN users.age_band_at ELSE excluded.age_band_at END,
		age_band = excluded.age_band, exempt = excluded.exempt`
	keepUser = "external_id = users.external_id"
)

// writeUsers writes profiles, and heads for those who are new.
func (s *Store) writeUsers(ctx context.Context, ses *session, users []dm.UserInput, existing string) (map[string]*dm.User, error) {
	rows := s.dialect.rowset(userFields.shape())
	out := make(map[string]*dm.User, len(users))
	for _, u := range users {
		if now := s.clock(); u.CreatedAt.IsZero() || u.CreatedAt.After(now) {
			u.CreatedAt = now
		}
		if u.AgeBandAt.IsZero() {
			u.AgeBandAt = s.clock()
		}
		userFields.add(rows, &newUser{u, dm.NewUserID()})
		out[u.ExternalID] = &dm.User{
			ExternalID: u.ExternalID, Handle: u.Handle, DisplayName: u.DisplayName, AvatarURL: u.AvatarURL,
			AgeBand: u.AgeBand, Exempt: u.Exempt,
		}
	}
	written, err := ses.conn.QueryContext(ctx, inserter("users", userFields.shape(), "true")(s.dialect.source(userFields.shape(), 1))+
		" ON CONFLICT (external_id) DO UPDATE SET "+existing+" RETURNING id, external_id, created_at, handle, display_name",
		rows.args(nil)...)
	if err != nil {
		return nil, err
	}
	found := map[dm.UserID][]string{}
	err = eachRow(written, func(row *sql.Rows) error {
		var id uuid.UUID
		var external, handle, name string
		var created int64
		if err := row.Scan(&id, &external, &created, &handle, &name); err != nil {
			return err
		}
		out[external].ID, out[external].CreatedAt = dm.UserID(id), fromMicros(created)
		found[dm.UserID(id)] = words.SearchKeys(name, handle)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := s.writeSearchWords(ctx, ses, found); err != nil {
		return nil, fmt.Errorf("write the words of the search: %w", err)
	}
	heads := s.dialect.rowset(headNew.shape())
	for _, u := range out {
		headNew.add(heads, &dm.Head{
			User: u.ID, AgeBand: u.AgeBand, Exempt: u.Exempt, Settings: dm.Settings{ReadReceipts: true}, JoinedAt: u.CreatedAt,
		})
	}
	_, err = ses.conn.ExecContext(ctx, inserter("heads", headNew.shape(), "true")(s.dialect.source(headNew.shape(), 1))+
		" ON CONFLICT DO NOTHING", heads.args(nil)...)
	return out, err
}

// SetEdges implements dm.Store.
func (s *Store) SetEdges(ctx context.Context, edits []dm.EdgeEdit) error {
	var names []string
	for _, e := range edits {
		names = append(names, e.From, e.To)
	}
	ids, err := s.idsOf(ctx, names)
	if err != nil {
		return err
	}
	var scope dm.Scope
	seen := map[dm.Pair]bool{}
	for i, e := range edits {
		for _, name := range []string{e.From, e.To} {
			if _, ok := ids[name]; !ok {
				return dm.NotFound(fmt.Sprintf("user %q", name)).At(i, name)
			}
		}
		if p := dm.PairOf(ids[e.From], ids[e.To]); !seen[p] {
			seen[p] = true
			scope.Pairs = append(scope.Pairs, p)
		}
	}
	return s.Change(ctx, scope, func(tx *dm.Tx) error {
		for i, e := range edits {
			for _, name := range []string{e.From, e.To} {
				if tx.Head(ids[name]).Gone { // since the names were looked up
					return dm.NotFound(fmt.Sprintf("user %q", name)).At(i, name)
				}
			}
			if e.Suggested {
				tx.SetSuggested(ids[e.From], ids[e.To], !e.Remove)
			} else {
				tx.SetFollow(ids[e.From], ids[e.To], !e.Remove)
			}
		}
		return nil
	})
}

func (s *Store) idsOf(ctx context.Context, externalIDs []string) (map[string]dm.UserID, error) {
	rows := s.dialect.rowset(nameFields.shape())
	for i := range externalIDs {
		nameFields.add(rows, &externalIDs[i])
	}
	found, err := s.read.QueryContext(ctx, "SELECT u.id, u.external_id FROM "+s.dialect.source(nameFields.shape(), 1)+
		s.dialect.join("users", "u", "u.external_id = r.item")+" WHERE NOT u.deleted", rows.args(nil)...)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	out := map[string]dm.UserID{}
	for found.Next() {
		var id uuid.UUID
		var name string
		if err := found.Scan(&id, &name); err != nil {
			return nil, err
		}
		out[name] = dm.UserID(id)
	}
	return out, found.Err()
}

// DeleteUser implements dm.Store.
func (s *Store) DeleteUser(ctx context.Context, externalID string) error {
	tried := false
	return s.transact(ctx, func(ctx context.Context, ses *session) ([]*dm.Event, error) {
		id, err := ses.ent.User.Query().Where(user.ExternalID(externalID), user.Deleted(false)).OnlyID(ctx)
		if ent.IsNotFound(err) && tried {
			// The attempt before this one was committed, and only its answer was lost.
			return nil, nil
		}
		if err != nil {
			return nil, notFound(err, "user")
		}
		tried = true
		// The keys stay unique and free the old names.
		err = ses.ent.User.Update().Where(user.ID(id)).SetExternalID(goneMark(externalID) + id.String()).
			SetHandle("deleted-" + id.String()).SetDisplayName("Deleted user").ClearAvatarURL().SetDeleted(true).
			SetTokensValidAfter(toMicros(s.clock())).Exec(ctx)
		if err != nil {
			return nil, err
		}
		tx, err := s.lock(ctx, ses, dm.Scope{Users: []dm.UserID{dm.UserID(id)}})
		if err != nil {
			return nil, err
		}
		// Under the lock, or an edge that is being written meanwhile would stay. Both directions of
		// a suggestion are found from the user's own.
		if err := forgetCodes(ctx, ses, dm.UserID(id)); err != nil {
			return nil, err
		}
		if _, err := ses.ent.SearchWord.Delete().Where(searchword.UserID(id)).Exec(ctx); err != nil {
			return nil, err
		}
		if err := forgetEdges(ctx, ses, id); err != nil {
			return nil, err
		}
		tx.Forget(dm.UserID(id))
		return tx.Changes().Events, s.flush(ctx, ses, tx)
	})
}

// forgetEdges removes a user's follows and suggestions, in both directions. A suggestion is kept
// once for each of its users, so the rows of the others are found from the user's own.
func forgetEdges(ctx context.Context, ses *session, id uuid.UUID) error {
	ofTheirs := func(s *entsql.Selector) {
		own := entsql.Table(suggestion.Table).As("own")
		s.Where(entsql.In(s.C(suggestion.FieldUserID),
			entsql.Select(own.C(suggestion.FieldSuggestedID)).From(own).Where(entsql.EQ(own.C(suggestion.FieldUserID), id))))
	}
	for _, where := range []predicate.Suggestion{
		suggestion.And(ofTheirs, suggestion.SuggestedID(id)), suggestion.UserID(id),
	} {
		if _, err := ses.ent.Suggestion.Delete().Where(where).Exec(ctx); err != nil {
			return err
		}
	}
	for _, where := range []predicate.Follow{follow.FollowerID(id), follow.FolloweeID(id)} {
		if _, err := ses.ent.Follow.Delete().Where(where).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}
