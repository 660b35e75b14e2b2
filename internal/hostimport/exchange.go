package hostimport

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/internal/rows"
)

// exchange is a row of the users file that takes the handle of another user.
type exchange struct {
	user, owner, handle string
	// bad is the fault of the row if the owner keeps the handle.
	bad *rows.RowError
}

// checkExchanges refuses the rows that take a handle from a user who keeps it: the file does not
// describe the owner, or gives no other handle. A row that is refused keeps its own handle, so
// others may be refused for it.
func (r *run) checkExchanges(open []exchange) error {
	for refused := true; refused; {
		refused = false
		var left []exchange
		for _, x := range open {
			if owner := r.people.byID[x.owner]; owner != nil && owner.line > 0 && !owner.keepsHandle {
				left = append(left, x)
				continue
			}
			refused = true
			if err := r.refuse(x.bad); err != nil {
				return err
			}
			r.people.byID[x.user].line = 0
			delete(r.people.handles, x.handle)
			r.userRows--
		}
		open = left
	}
	r.exchanges = open
	return nil
}

// freeHandles takes the handles that other rows of the file are to get from their owners, so that
// an exchange may lie in rows that are far apart. The owners get theirs from their own rows.
func (r *run) freeHandles(ctx context.Context) error {
	for start := 0; start < len(r.exchanges); start += batch {
		part := r.exchanges[start:min(start+batch, len(r.exchanges))]
		moving := make([]dm.UserInput, len(part))
		for i, x := range part {
			u, err := r.Service.UserByExternalID(ctx, x.owner)
			if err != nil {
				return err
			}
			sum := sha256.Sum256([]byte(x.owner))
			moving[i] = dm.UserInput{
				ExternalID: u.ExternalID, Handle: "moving-" + hex.EncodeToString(sum[:12]), DisplayName: u.DisplayName,
				AvatarURL: u.AvatarURL, AgeBand: u.AgeBand, Exempt: u.Exempt,
			}
		}
		if _, err := r.Service.UpsertUsers(ctx, moving); err != nil {
			return fmt.Errorf("free the handles that change hands: %w", err)
		}
	}
	return nil
}
