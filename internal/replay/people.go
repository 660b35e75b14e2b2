package replay

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/aparte-im/aparte/internal/rows"
)

// bulk is how many people one call creates; the API takes up to 1,000.
const bulk = 500

// person is somebody of the trace, as this run made them.
type person struct {
	externalID, handle, id string
}

const upsertUsers = `mutation($users: [UserInput!]!) { upsertUsers(users: $users) {
	__typename ... on UpsertUsersSuccess { users { id } } ... on UserError { code detail } } }`

const setAudience = `mutation($audience: Audience!) { setWhoCanMessageMe(input: {audience: $audience}) {
	__typename ... on UserError { code detail } } }`

// findPeople reads the trace once for who is in it and how long it is.
func (r *run) findPeople(ctx context.Context) error {
	return r.eachRow(ctx, func(row *rows.Message) error {
		r.total++
		for _, name := range []string{row.Sender, row.Recipient} {
			if r.people[name] == nil {
				name = strings.Clone(name)
				p := &person{
					externalID: fmt.Sprintf("load-%s-%s", r.Name, name),
					handle:     fmt.Sprintf("load.%s.%d", r.Name, len(r.order)+1),
				}
				r.people[name] = p
				r.order = append(r.order, p)
			}
		}
		return nil
	})
}

// makePeople creates them and lets each choose the audience, as themselves.
func (r *run) makePeople(ctx context.Context) error {
	total := int64(len(r.order))
	for start := 0; start < len(r.order); start += bulk {
		if err := r.createBatch(ctx, r.order[start:min(start+bulk, len(r.order))]); err != nil {
			return err
		}
	}
	r.Progress("people", total, total)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(r.Concurrency)
	var done atomic.Int64
	for _, p := range r.order {
		group.Go(func() error {
			var data struct{ SetWhoCanMessageMe refusal }
			variables := map[string]any{"audience": r.Audience}
			if err := r.client.call(ctx, r.client.patience(), p.externalID, setAudience, variables, &data); err != nil {
				return err
			}
			done.Add(1)
			return data.SetWhoCanMessageMe.err("setWhoCanMessageMe")
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	r.Progress("audience", done.Load(), total)
	return nil
}

func (r *run) createBatch(ctx context.Context, batch []*person) error {
	users := make([]map[string]any, len(batch))
	for i, p := range batch {
		users[i] = map[string]any{
			"externalId": p.externalID, "handle": p.handle, "displayName": p.handle, "exempt": true,
		}
	}
	var data struct {
		UpsertUsers struct {
			refusal
			Users []struct{ ID string }
		}
	}
	err := r.client.call(ctx, r.client.patience(), "", upsertUsers, map[string]any{"users": users}, &data)
	if err != nil {
		return err
	}
	if err := data.UpsertUsers.err("upsertUsers"); err != nil {
		return err
	}
	if len(data.UpsertUsers.Users) != len(batch) {
		return fmt.Errorf("upsertUsers answered %d users, not %d", len(data.UpsertUsers.Users), len(batch))
	}
	for i, p := range batch {
		p.id = data.UpsertUsers.Users[i].ID
	}
	return nil
}

// refusal is what the members of a result union that implement UserError have in common.
type refusal struct {
	Typename string `json:"__typename"`
	Code     string
	Message  string
}

func (r refusal) err(operation string) error {
	if r.Code == "" {
		return nil
	}
	return fmt.Errorf("%s answered %s: %s", operation, r.Code, r.Message)
}
