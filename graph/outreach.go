package graph

import (
	"context"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph/apierror"
	"github.com/aparte-im/aparte/graph/auth"
	"github.com/aparte-im/aparte/graph/generated"
)

// Outreach is what the viewer has left for new people.
func (q query) Outreach(ctx context.Context) (*dm.OutreachBudget, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	return q.service.Outreach(ctx, viewer)
}

// OutreachBudget resolves how long to wait.
func (s *Server) OutreachBudget() generated.OutreachBudgetResolver { return outreachBudget{} }

type outreachBudget struct{}

func (outreachBudget) RetryAfterSeconds(_ context.Context, b *dm.OutreachBudget) (*int, error) {
	if b.Remaining > 0 {
		return nil, nil
	}
	n := apierror.Seconds(b.RetryAfter)
	return &n, nil
}
