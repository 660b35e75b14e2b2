// SQL, not ent: a host imports millions, and one statement reads a set (ADR 7).

package store

import (
	"context"
	"database/sql"
	"slices"

	"github.com/aparte-im/aparte/dm"
)

// keptHandles returns the users with the handles that they have now where the host gives none.
func (s *Store) keptHandles(ctx context.Context, ses *session, users []dm.UserInput) ([]dm.UserInput, error) {
	rows := s.dialect.rowset(nameFields.shape())
	without := map[string]int{}
	for i, u := range users {
		if u.MadeHandle {
			nameFields.add(rows, &users[i].ExternalID)
			without[u.ExternalID] = i
		}
	}
	if len(without) == 0 {
		return users, nil
	}
	query := "SELECT u.external_id, u.handle FROM " + s.dialect.source(nameFields.shape(), 1) +
		s.dialect.join("users", "u", "u.external_id = r.item")
	found, err := ses.conn.QueryContext(ctx, query, rows.args(nil)...)
	if err != nil {
		return nil, err
	}
	kept := slices.Clone(users)
	err = eachRow(found, func(row *sql.Rows) error {
		var externalID, handle string
		if err := row.Scan(&externalID, &handle); err != nil {
			return err
		}
		u := &kept[without[externalID]]
		if u.DisplayName == u.Handle {
			u.DisplayName = handle
		}
		u.Handle = handle
		return nil
	})
	return kept, err
}
