package hostimport

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/aparte-im/aparte/dm"
)

// person is somebody whom a file names.
type person struct {
	// id is zero until the person exists.
	id dm.UserID
	// line of the users file that describes them; 0: none.
	line int
	// keepsHandle: the users file gives them no handle.
	keepsHandle bool
	// create: only messages name them, and they are to be made.
	create bool
	// deleted: the host deleted them. Only the users file brings them back.
	deleted bool
}

// handleClaim is who claims a handle in the users file, and in which line.
type handleClaim struct {
	externalID string
	line       int
}

// people keeps who was looked up, so that each costs one read however many rows name them.
type people struct {
	store dm.Store
	byID  map[string]*person
	// handles of the users file, by whom they are claimed.
	handles map[string]handleClaim
	// created in the order in which messages name them.
	created []string
}

// find returns the person with that external id; a person who exists nowhere has neither id, line
// nor create.
func (p *people) find(ctx context.Context, externalID string) (*person, error) {
	if known := p.byID[externalID]; known != nil {
		return known, nil
	}
	known := &person{}
	u, err := p.store.UserByExternalID(ctx, externalID)
	switch {
	case dm.CodeOf(err) == dm.CodeNotFound:
		gone, err := p.store.DeletedUsers(ctx, externalID)
		if err != nil {
			return nil, err
		}
		known.deleted = len(gone) > 0
	case err != nil:
		return nil, err
	default:
		known.id = u.ID
	}
	p.byID[strings.Clone(externalID)] = known
	return known, nil
}

func (p *person) exists() bool { return !p.id.IsZero() || p.line > 0 || p.create }

// canCreate errs when an id cannot be a person's.
func (p *people) canCreate(externalID string) error {
	if _, err := (dm.UserInput{ExternalID: externalID}).Normalize(); err != nil {
		return err
	}
	return nil
}

// create notes that a person is to be made, if they do not exist.
func (p *people) create(externalID string) {
	if who := p.byID[externalID]; !who.exists() {
		who.create = true
		p.created = append(p.created, strings.Clone(externalID))
	}
}

// handleFor makes a free handle of an external id: u<id> where that is one, else u<digest>.
func (p *people) handleFor(ctx context.Context, externalID string) (string, error) {
	sum := sha256.Sum256([]byte(externalID))
	digest := "u" + hex.EncodeToString(sum[:10])
	input, refusal := dm.UserInput{ExternalID: externalID, Handle: "u" + externalID}.Normalize()
	// Two ids that differ in case only must not claim one handle.
	plain := refusal == nil && input.Handle == "u"+externalID && p.handles[input.Handle].externalID == ""
	if !plain {
		return digest, nil
	}
	owner, err := p.store.UserByHandle(ctx, input.Handle)
	switch {
	case dm.CodeOf(err) == dm.CodeNotFound:
		return input.Handle, nil
	case err != nil:
		return "", err
	case owner.ExternalID == externalID:
		return input.Handle, nil
	}
	return digest, nil
}

// createPeople makes those whom only messages name.
func (r *run) createPeople(ctx context.Context) error {
	total := int64(len(r.people.created))
	for start := 0; start < len(r.people.created); start += batch {
		ids := r.people.created[start:min(start+batch, len(r.people.created))]
		inputs := make([]dm.UserInput, len(ids))
		for i, id := range ids {
			handle, err := r.people.handleFor(ctx, id)
			if err != nil {
				return err
			}
			inputs[i] = dm.UserInput{ExternalID: id, Handle: handle}
		}
		users, err := r.Service.UpsertUsers(ctx, inputs)
		if err != nil {
			return fmt.Errorf("create the people whom messages name: %w", err)
		}
		for i, u := range users {
			r.people.byID[ids[i]].id = u.ID
		}
		r.summary.Created += int64(len(ids))
		r.Progress(Progress{Stage: "people", Done: r.summary.Created, Total: total})
	}
	return nil
}
