package export

import (
	"context"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

type person struct {
	ID          string `json:"id"`
	ExternalID  string `json:"externalId,omitempty"`
	Handle      string `json:"handle,omitempty"`
	DisplayName string `json:"displayName,omitempty"`
}

func personOf(id dm.UserID, u *dm.User) person {
	out := person{ID: id.String()}
	if u != nil && !u.Deleted {
		out.ExternalID, out.Handle, out.DisplayName = u.ExternalID, u.Handle, u.DisplayName
	}
	return out
}

func (e *export) profile(ctx context.Context) error {
	line, err := e.lines("profile.jsonl")
	if err != nil {
		return err
	}
	found, err := e.store.Users(ctx, []dm.UserID{e.user})
	if err != nil {
		return err
	}
	u := found[e.user]
	if u == nil || u.Deleted {
		return dm.NotFound("user")
	}
	return line(struct {
		person
		AvatarURL *string `json:"avatarUrl"`
		AgeBand   string  `json:"ageBand"`
		CreatedAt stamp   `json:"createdAt"`
	}{personOf(u.ID, u), u.AvatarURL, u.AgeBand.String(), stamp(u.CreatedAt)})
}

func (e *export) edges(ctx context.Context) error {
	line, err := e.lines("follows.jsonl")
	if err != nil {
		return err
	}
	for _, direction := range []string{"following", "follower"} {
		var after dm.UserID
		for {
			page, err := e.store.FollowsOf(ctx, e.user, direction == "follower", after, pageSize)
			if err != nil {
				return err
			}
			for _, f := range page {
				if err := line(struct {
					Direction string `json:"direction"`
					User      string `json:"userId"`
					Since     stamp  `json:"since"`
				}{direction, f.User.String(), stamp(f.Since)}); err != nil {
					return err
				}
				after = f.User
			}
			if len(page) < pageSize {
				break
			}
		}
	}
	if line, err = e.lines("suggestions.jsonl"); err != nil {
		return err
	}
	var after dm.UserID
	for {
		page, err := e.store.SuggestionsOf(ctx, e.user, after, pageSize)
		if err != nil {
			return err
		}
		for _, f := range page {
			if err := line(struct {
				User  string `json:"userId"`
				Since stamp  `json:"since"`
			}{f.User.String(), stamp(f.Since)}); err != nil {
				return err
			}
			after = f.User
		}
		if len(page) < pageSize {
			return e.overrides(ctx)
		}
	}
}

// overrides writes the people whom the user has blocked, restricted or listed.
func (e *export) overrides(ctx context.Context) error {
	line, err := e.lines("overrides.jsonl")
	if err != nil {
		return err
	}
	listed := func(list policy.Listed) func(context.Context, dm.UserID, dm.PageRequest) (dm.Page[dm.FoundUser], error) {
		return func(ctx context.Context, viewer dm.UserID, page dm.PageRequest) (dm.Page[dm.FoundUser], error) {
			return e.service.ListedUsers(ctx, viewer, list, page)
		}
	}
	for _, list := range []struct {
		name string
		read func(context.Context, dm.UserID, dm.PageRequest) (dm.Page[dm.FoundUser], error)
	}{
		{"BLOCKED", e.service.BlockedUsers},
		{"RESTRICTED", e.service.RestrictedUsers},
		{"ALWAYS", listed(policy.ListedAlways)},
		{"NEVER", listed(policy.ListedNever)},
	} {
		page := dm.PageRequest{First: dm.MaxPage}
		for more := true; more; {
			found, err := list.read(ctx, e.user, page)
			if err != nil {
				return err
			}
			for _, f := range found.Items {
				if err := line(struct {
					Override string `json:"override"`
					Person   person `json:"person"`
				}{list.name, personOf(f.ID, f.User)}); err != nil {
					return err
				}
				page.After = f.Place.String()
			}
			more = found.More
		}
	}
	return nil
}
