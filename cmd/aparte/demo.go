package main

import (
	"context"
	"fmt"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/store"
)

// seedDemo fills an empty database with people who have something to say to each other. It goes through the same
// service as everybody; a database that holds anybody is left alone. It reports whether it did anything.
func seedDemo(ctx context.Context, st *store.Store, service *dm.Service, now time.Time) (bool, error) {
	anybody, err := st.SearchUsers(ctx, dm.UserID{}, "", nil, 1)
	if err != nil || len(anybody) > 0 {
		return false, err
	}
	d := &demo{service: service, now: now, ids: map[string]dm.UserID{}}
	// The order matters: history makes people known to each other, and requests are judged by what holds then.
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

// demoExternalID is what a host would call its user.
func demoExternalID(handle string) string { return "demo-" + handle }

func (d *demo) makePeople(ctx context.Context) error {
	inputs := make([]dm.UserInput, len(demoPeople))
	for i, p := range demoPeople {
		inputs[i] = dm.UserInput{ExternalID: demoExternalID(p.handle), Handle: p.handle, DisplayName: p.name, AgeBand: p.band}
	}
	users, err := d.service.UpsertUsers(ctx, inputs)
	for _, u := range users {
		d.ids[u.Handle] = u.ID
	}
	return err
}

func (d *demo) drawGraph(ctx context.Context) error {
	var edits []dm.EdgeEdit
	for from, follows := range demoFollows {
		for _, to := range follows {
			edits = append(edits, dm.EdgeEdit{From: demoExternalID(from), To: demoExternalID(to)})
		}
	}
	for _, pair := range demoSuggestions {
		edits = append(edits, dm.EdgeEdit{From: demoExternalID(pair[0]), To: demoExternalID(pair[1]), Suggested: true})
	}
	return d.service.SetEdges(ctx, edits)
}

// bringHistory gives the conversations a past, as an import of a real community does.
func (d *demo) bringHistory(ctx context.Context) error {
	var sends []dm.Send
	for i, l := range demoHistory {
		sends = append(sends, dm.Send{
			Sender: d.ids[l.from], Recipient: d.ids[l.to], Body: l.body, Video: l.video,
			ClientMessageID: fmt.Sprintf("demo-history-%d", i+1), History: true, At: d.now.Add(-l.ago), Unread: true,
		})
	}
	_, err := d.service.Import(ctx, sends)
	return err
}

func (d *demo) chooseAudiences(ctx context.Context) error {
	for _, p := range demoPeople {
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
	for i, l := range demoRequests {
		_, err := d.service.Send(ctx, d.ids[l.from], dm.SendInput{
			To: d.ids[l.to], Body: l.body, Video: l.video, ClientMessageID: fmt.Sprintf("demo-request-%d", i+1),
		})
		if err != nil {
			return fmt.Errorf("%s to %s: %w", l.from, l.to, err)
		}
	}
	return nil
}

// readSome lets some have read all, so that receipts show and not everything is unread.
func (d *demo) readSome(ctx context.Context) error {
	for _, pair := range demoRead {
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
	return d.service.Block(ctx, d.ids[demoBlock[0]], d.ids[demoBlock[1]])
}
