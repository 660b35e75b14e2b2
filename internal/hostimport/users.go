package hostimport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/internal/rows"
)

var (
	userColumns     = []string{"external_id"}
	userExtra       = []string{"handle", "display_name", "avatar_url", "age_band", "created_at"}
	followColumns   = []string{"follower", "followee"}
	ageBands        = map[string]policy.AgeBand{"": policy.Adult, "adult": policy.Adult, "16-17": policy.Age16To17, "under-16": policy.Under16}
	ageBandSpelling = strings.NewReplacer("_", "-", "age-", "", "-to-", "-")
)

// ParseAgeBand reads an age band: ADULT, AGE_16_17 (also 16_17, AGE_16_TO_17) or UNDER_16, in any
// case, with dashes or underscores. Empty: adult.
func ParseAgeBand(s string) (policy.AgeBand, bool) {
	s = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(s)), "_", "-")
	band, ok := ageBands[ageBandSpelling.Replace(s)]
	return band, ok
}

func (r *run) checkUsers(ctx context.Context, source *rows.Source) error {
	var exchanges []exchange
	err := r.eachUser(ctx, source, func(t *rows.Table, u dm.UserInput) error {
		if err := r.checking(ctx, r.Users, source, int64(t.Line())); err != nil {
			return err
		}
		who, err := r.people.find(ctx, u.ExternalID)
		if err != nil {
			return err
		}
		if who.line > 0 {
			return t.Bad("the user %q was given in line %d before", u.ExternalID, who.line)
		}
		if other, taken := r.people.handles[u.Handle]; taken {
			return t.Bad("the handle %q is given to the user %q in line %d before", u.Handle, other.externalID, other.line)
		}
		owner, err := r.Store.UserByHandle(ctx, u.Handle)
		switch {
		case dm.CodeOf(err) == dm.CodeNotFound:
		case err != nil:
			return err
		case owner.ExternalID != u.ExternalID:
			// The file may give the owner another handle, in a row that comes later.
			bad := t.Bad("the handle %q belongs to the user %q", u.Handle, owner.ExternalID)
			exchanges = append(exchanges, exchange{strings.Clone(u.ExternalID), owner.ExternalID, strings.Clone(u.Handle), bad})
		}
		who.line, who.keepsHandle = t.Line(), u.MadeHandle
		r.people.handles[u.Handle] = handleClaim{u.ExternalID, t.Line()}
		r.userRows++
		return nil
	})
	if err != nil {
		return err
	}
	return r.checkExchanges(exchanges)
}

func (r *run) writeUsers(ctx context.Context, source *rows.Source) error {
	var pending []dm.UserInput
	if err := r.freeHandles(ctx); err != nil {
		return err
	}
	flush := func() error {
		if len(pending) > 0 {
			users, err := r.Service.UpsertUsers(ctx, pending)
			if err != nil {
				return fmt.Errorf("write users: %w", err)
			}
			for _, u := range users {
				who := r.people.byID[u.ExternalID]
				if who.id.IsZero() {
					r.summary.Users.New++
				} else {
					r.summary.Users.Existing++
				}
				who.id = u.ID
			}
			r.summary.Users.Rows += int64(len(pending))
			pending = pending[:0]
		}
		r.Progress(Progress{Stage: "users", Done: r.summary.Users.Rows, Total: r.userRows})
		return nil
	}
	err := r.eachUser(ctx, source, func(t *rows.Table, u dm.UserInput) error {
		if r.bad[r.Users][t.Line()] {
			return nil
		}
		pending = append(pending, u)
		if len(pending) < batch {
			return nil
		}
		return flush()
	})
	if err != nil {
		return err
	}
	return flush()
}

// eachUser reads the users file. Faults of a row go into the report; take's own *Bad
// does too.
func (r *run) eachUser(ctx context.Context, source *rows.Source, take func(*rows.Table, dm.UserInput) error) error {
	t, err := rows.ReadTable(source, userColumns, userExtra)
	if err != nil {
		return fatal(err)
	}
	return r.each(ctx, func() error {
		if err := t.Next(); err != nil {
			return err
		}
		u, bad := userOf(t)
		if bad != nil {
			return bad
		}
		return take(t, u)
	})
}

func userOf(t *rows.Table) (dm.UserInput, *rows.RowError) {
	u := dm.UserInput{ExternalID: t.Text("external_id"), Handle: t.Text("handle"), DisplayName: t.Text("display_name")}
	if avatar := strings.TrimSpace(t.Text("avatar_url")); avatar != "" {
		u.AvatarURL = &avatar
	}
	band, ok := ParseAgeBand(t.Text("age_band"))
	if !ok {
		return u, t.Bad("age_band %q is none of ADULT, AGE_16_17 and UNDER_16", t.Text("age_band"))
	}
	u.AgeBand = band
	at, bad := t.Time("created_at")
	if bad != nil {
		return u, bad
	}
	if at.After(time.Now().Add(clockSlack)) {
		return u, t.Bad("created_at %s lies in the future", at.Format(time.RFC3339))
	}
	u.CreatedAt = at
	clean, refusal := u.Normalize()
	if refusal != nil {
		return u, t.Bad("%s: %s", refusal.Field, refusal.Detail)
	}
	return clean, nil
}

// clockSlack is how far ahead of this machine's clock a time of the host's may be.
const clockSlack = 24 * time.Hour

// each runs step for every row until the end of the file. While files are checked, rows that are
// bad are collected or left out; while they are written, the rows that were left out are passed
// over.
func (r *run) each(ctx context.Context, step func() error) error {
	for {
		err := step()
		var bad *rows.RowError
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.As(err, &bad) && r.writing && r.bad[bad.Path][bad.Line]:
		case errors.As(err, &bad) && !r.writing:
			if err := r.refuse(bad); err != nil {
				return err
			}
		case err != nil:
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}
