package graph

import (
	"context"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph/auth"
	"github.com/aparte-im/aparte/graph/bind"
	"github.com/aparte-im/aparte/graph/generated"
)

func (m mutation) CreateContactCode(ctx context.Context, in generated.CreateContactCodeInput) (generated.CreateContactCodeResult, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	// Hours that are out of range must not wrap around.
	hours := min(max(in.ExpiresInHours, 0), int(dm.MaxContactFor/time.Hour)+1)
	code, secret, err := m.service.CreateContactCode(ctx, viewer, dm.ContactCodeInput{
		Label: in.Label, For: time.Duration(hours) * time.Hour, MaxUses: in.MaxRedemptions,
	})
	if err != nil {
		return refused[generated.CreateContactCodeResult](err)
	}
	return generated.CreateContactCodeSuccess{ContactCode: code, Secret: secret}, nil
}

func (m mutation) RevokeContactCode(ctx context.Context, text string) (generated.RevokeContactCodeResult, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	id, ok := dm.ParseContactCodeID(text)
	if !ok {
		return refused[generated.RevokeContactCodeResult](dm.NotFound("contact code"))
	}
	code, err := m.service.RevokeContactCode(ctx, viewer, id)
	if err != nil {
		return refused[generated.RevokeContactCodeResult](err)
	}
	return generated.RevokeContactCodeSuccess{ContactCode: code}, nil
}

func (q query) ContactCodes(ctx context.Context, first *int, after *string) (*generated.ContactCodeConnection, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	page := pageOf(first, after, defaultPage)
	found, err := q.service.ContactCodes(ctx, viewer, page)
	if err != nil {
		return nil, err
	}
	info := bind.PageOf(found, page.After != "", (*dm.ContactCode).Place)
	nodes := found.Items
	if nodes == nil {
		nodes = []*dm.ContactCode{}
	}
	edges := make([]*generated.ContactCodeEdge, len(nodes))
	for i, c := range nodes {
		edges[i] = &generated.ContactCodeEdge{Node: c, Cursor: c.Place()}
	}
	return &generated.ContactCodeConnection{Edges: edges, Nodes: nodes, PageInfo: &info}, nil
}

func (q query) Contact(ctx context.Context, code string) (*dm.Contact, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	if err := q.throttle.Code(ctx); err != nil {
		return nil, err
	}
	c, err := q.service.Contact(ctx, viewer, code)
	if err != nil {
		return nil, absent(err)
	}
	return &c, nil
}

// ContactCode resolves the id of a contact code.
func (s *Server) ContactCode() generated.ContactCodeResolver { return contactCode{} }

type contactCode struct{}

func (contactCode) ID(_ context.Context, c *dm.ContactCode) (string, error) {
	return c.ID.String(), nil
}

// Contact resolves whose code it is.
func (s *Server) Contact() generated.ContactResolver { return contact{} }

type contact struct{}

func (contact) Owner(ctx context.Context, c *dm.Contact) (*dm.User, error) {
	return loadersOf(ctx).user(ctx, c.Owner)
}
