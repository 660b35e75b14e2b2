package graph

import (
	"context"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph/auth"
	"github.com/aparte-im/aparte/graph/bind"
	"github.com/aparte-im/aparte/graph/generated"
)

func (conversation) ContactCodeRedemption(ctx context.Context, v *dm.View) (*dm.Redemption, error) {
	return loadersOf(ctx).contactCodeRedemption(ctx, v.With)
}

// contactCodeRedemption tells by which code of the viewer's somebody came: one read for all
// conversations of a response.
func (l *loaders) contactCodeRedemption(ctx context.Context, id dm.UserID) (*dm.Redemption, error) {
	l.mu.Lock()
	if l.codes == nil {
		l.codes = &batch[dm.UserID, *dm.Redemption]{}
		for _, v := range l.seen {
			l.codes.expect(v.With)
		}
	}
	l.mu.Unlock()
	return l.codes.load(ctx, id, func(ctx context.Context, ids []dm.UserID) (map[dm.UserID]*dm.Redemption, error) {
		found, err := l.service.CameByCode(ctx, l.viewer, ids)
		for _, use := range found {
			l.users.expect(use.Redeemer)
		}
		return found, err
	})
}

func (q query) ContactCodeRedemptions(ctx context.Context, text string, first *int, after *string) (*generated.ContactCodeRedemptionConnection, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	id, _ := dm.ParseContactCodeID(text) // what is none names nobody's
	page := pageOf(first, after, defaultPage)
	found, err := q.service.ContactCodeRedemptions(ctx, viewer, id, page)
	if err != nil {
		return nil, err
	}
	l := loadersOf(ctx)
	nodes := make([]*dm.Redemption, len(found.Items))
	edges := make([]*generated.ContactCodeRedemptionEdge, len(found.Items))
	for i := range found.Items {
		nodes[i] = &found.Items[i]
		edges[i] = &generated.ContactCodeRedemptionEdge{Node: nodes[i], Cursor: nodes[i].Place()}
		l.users.expect(nodes[i].Redeemer)
	}
	info := bind.PageOf(found, page.After != "", dm.Redemption.Place)
	return &generated.ContactCodeRedemptionConnection{Edges: edges, Nodes: nodes, PageInfo: &info}, nil
}

// ContactCodeRedemption resolves what a redemption refers to.
func (s *Server) ContactCodeRedemption() generated.ContactCodeRedemptionResolver { return redemption{} }

type redemption struct{}

func (redemption) CodeID(_ context.Context, u *dm.Redemption) (string, error) {
	return u.Code.String(), nil
}

func (redemption) Redeemer(ctx context.Context, u *dm.Redemption) (*dm.User, error) {
	return loadersOf(ctx).user(ctx, u.Redeemer)
}
