package graph

import (
	"context"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph/bind"
	"github.com/aparte-im/aparte/graph/generated"
)

func (conversation) CameByCode(ctx context.Context, v *dm.View) (*dm.CodeUse, error) {
	return loadersOf(ctx).cameByCode(ctx, v.With)
}

// cameByCode tells by which code of the viewer's somebody came: one read for all conversations of a response.
func (l *loaders) cameByCode(ctx context.Context, id dm.UserID) (*dm.CodeUse, error) {
	l.mu.Lock()
	if l.codes == nil {
		l.codes = &batch[dm.UserID, *dm.CodeUse]{}
		for _, v := range l.seen {
			l.codes.expect(v.With)
		}
	}
	l.mu.Unlock()
	return l.codes.load(ctx, id, func(ctx context.Context, ids []dm.UserID) (map[dm.UserID]*dm.CodeUse, error) {
		found, err := l.service.CameByCode(ctx, l.viewer, ids)
		for _, use := range found {
			l.users.expect(use.Bearer)
		}
		return found, err
	})
}

func (q query) ContactCodeUses(ctx context.Context, text string, first *int, after *string) (*generated.ContactCodeUseConnection, error) {
	viewer, err := viewerOf(ctx)
	if err != nil {
		return nil, err
	}
	id, _ := dm.ParseContactCodeID(text) // what is none names nobody's
	page := pageOf(first, after, defaultPage)
	found, err := q.service.ContactCodeUses(ctx, viewer, id, page)
	if err != nil {
		return nil, err
	}
	l := loadersOf(ctx)
	nodes := make([]*dm.CodeUse, len(found.Items))
	for i := range found.Items {
		nodes[i] = &found.Items[i]
		l.users.expect(nodes[i].Bearer)
	}
	info := bind.PageOf(found, page.After != "", dm.CodeUse.Place)
	return &generated.ContactCodeUseConnection{Nodes: nodes, PageInfo: &info}, nil
}

// ContactCodeUse resolves what a use refers to.
func (s *Server) ContactCodeUse() generated.ContactCodeUseResolver { return codeUse{} }

type codeUse struct{}

func (codeUse) CodeID(_ context.Context, u *dm.CodeUse) (string, error) { return u.Code.String(), nil }

func (codeUse) Bearer(ctx context.Context, u *dm.CodeUse) (*dm.User, error) {
	return loadersOf(ctx).user(ctx, u.Bearer)
}
