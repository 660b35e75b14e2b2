// Package demo makes the users of "aparte dev", and hands out their tokens.
//
// Purpose. A newcomer sees conversations, requests and a block without entering any.
//
// Invariants. Everything is made through dm.Service, by the rules that hold for every user.
//
// Concurrency and lifecycle. Seed is called once, before there are requests. The handler of People
// is safe for concurrent use.
package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// Seed fills an empty database with users who write to each other, through dm.Service. It leaves a
// database that has users alone, and reports whether it did anything. now is the time to which the
// history leads.
func Seed(ctx context.Context, service *dm.Service, now time.Time) (bool, error) {
	users, err := service.SomeUsers(ctx, 1)
	if err != nil || len(users) > 0 {
		return false, err
	}
	d := &demo{service: service, now: now, ids: map[string]dm.UserID{}}
	// The order matters: history makes people known to each other, and requests are judged by the
	// settings of then.
	for _, step := range []func(context.Context) error{
		d.makePeople, d.drawGraph, d.bringHistory, d.chooseAudiences, d.writeRequests, d.readSome, d.blockOne,
	} {
		if err := step(ctx); err != nil {
			return false, fmt.Errorf("demo: %w", err)
		}
	}
	return true, nil
}

type demo struct {
	service *dm.Service
	now     time.Time
	ids     map[string]dm.UserID
}

// externalID returns the host's id of a user of the demo.
func externalID(handle string) string { return "demo-" + handle }

func (d *demo) makePeople(ctx context.Context) error {
	inputs := make([]dm.UserInput, len(people))
	for i, p := range people {
		inputs[i] = dm.UserInput{ExternalID: externalID(p.handle), Handle: p.handle, DisplayName: p.name, AgeBand: p.band}
	}
	users, err := d.service.UpsertUsers(ctx, inputs)
	for _, u := range users {
		d.ids[u.Handle] = u.ID
	}
	return err
}

func (d *demo) drawGraph(ctx context.Context) error {
	var edits []dm.EdgeEdit
	for from, follows := range follows {
		for _, to := range follows {
			edits = append(edits, dm.EdgeEdit{From: externalID(from), To: externalID(to)})
		}
	}
	for _, pair := range suggestions {
		edits = append(edits, dm.EdgeEdit{From: externalID(pair[0]), To: externalID(pair[1]), Suggested: true})
	}
	return d.service.SetEdges(ctx, edits)
}

// bringHistory gives the conversations a past, as an import does.
func (d *demo) bringHistory(ctx context.Context) error {
	var sends []dm.Send
	for i, l := range history {
		sends = append(sends, dm.Send{
			Sender: d.ids[l.from], Recipient: d.ids[l.to], Body: l.body, Video: l.video,
			ClientMessageID: fmt.Sprintf("demo-history-%d", i+1), History: true, At: d.now.Add(-l.ago), Unread: true,
		})
	}
	_, err := d.service.Import(ctx, sends)
	return err
}

func (d *demo) chooseAudiences(ctx context.Context) error {
	for _, p := range people {
		if p.audience == policy.NotChosen {
			continue
		}
		if _, err := d.service.SetWhoCanMessageMe(ctx, d.ids[p.handle], p.audience, p.routes); err != nil {
			return fmt.Errorf("%s: %w", p.handle, err)
		}
	}
	return nil
}

func (d *demo) writeRequests(ctx context.Context) error {
	for i, l := range requests {
		_, err := d.service.Send(ctx, d.ids[l.from], dm.SendInput{
			To: d.ids[l.to], Body: l.body, Video: l.video, ClientMessageID: fmt.Sprintf("demo-request-%d", i+1),
		})
		if err != nil {
			return fmt.Errorf("%s to %s: %w", l.from, l.to, err)
		}
	}
	return nil
}

// readSome marks some conversations as read, so that receipts show and not everything is unread.
func (d *demo) readSome(ctx context.Context) error {
	for _, pair := range read {
		view, err := d.service.ConversationWith(ctx, d.ids[pair[0]], d.ids[pair[1]])
		if err != nil {
			return err
		}
		if _, err := d.service.MarkRead(ctx, d.ids[pair[0]], view.ID, view.LastSeq); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) blockOne(ctx context.Context) error {
	return d.service.Block(ctx, d.ids[block[0]], d.ids[block[1]])
}
