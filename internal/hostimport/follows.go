package hostimport

import (
	"context"
	"fmt"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/internal/rows"
)

func (r *run) checkFollows(ctx context.Context, source *rows.Source) error {
	return r.eachFollow(ctx, source, func(t *rows.Table, e dm.EdgeEdit) error {
		if err := r.checking(ctx, r.Follows, source, int64(t.Line())); err != nil {
			return err
		}
		if e.From == e.To {
			return t.Bad("%q follows themselves", e.From)
		}
		for _, id := range []string{e.From, e.To} {
			who, err := r.people.find(ctx, id)
			if err != nil {
				return err
			}
			if !who.exists() {
				return t.Bad("there is no user %q", id)
			}
		}
		r.followRows++
		return nil
	})
}

func (r *run) writeFollows(ctx context.Context, source *rows.Source) error {
	var pending []dm.EdgeEdit
	flush := func() error {
		if len(pending) > 0 {
			fresh, err := r.freshFollows(ctx, pending)
			if err != nil {
				return err
			}
			if err := r.Service.SetEdges(ctx, pending); err != nil {
				return fmt.Errorf("write follows: %w", err)
			}
			n := int64(len(pending))
			r.summary.Follows.Rows += n
			r.summary.Follows.New += fresh
			r.summary.Follows.Existing += n - fresh
			pending = pending[:0]
		}
		r.Progress(Progress{Stage: "follows", Done: r.summary.Follows.Rows, Total: r.followRows})
		return nil
	}
	err := r.eachFollow(ctx, source, func(t *rows.Table, e dm.EdgeEdit) error {
		if r.bad[r.Follows][t.Line()] {
			return nil
		}
		pending = append(pending, e)
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

// freshFollows counts those that do not stand yet.
func (r *run) freshFollows(ctx context.Context, edits []dm.EdgeEdit) (int64, error) {
	type edge struct{ from, to dm.UserID }
	edges := make([]edge, len(edits))
	var scope dm.Scope
	for i, e := range edits {
		edges[i] = edge{r.people.byID[e.From].id, r.people.byID[e.To].id}
		scope.Pairs = append(scope.Pairs, dm.PairOf(edges[i].from, edges[i].to))
	}
	tx, err := r.Store.Inspect(ctx, scope)
	if err != nil {
		return 0, fmt.Errorf("read follows: %w", err)
	}
	seen := map[edge]bool{}
	var fresh int64
	for _, e := range edges {
		stands := tx.PairState(e.from, e.to)
		if follows := stands.LowFollows && e.from.Less(e.to) || stands.HighFollows && e.to.Less(e.from); !follows && !seen[e] {
			fresh++
		}
		seen[e] = true
	}
	return fresh, nil
}

func (r *run) eachFollow(ctx context.Context, source *rows.Source, take func(*rows.Table, dm.EdgeEdit) error) error {
	t, err := rows.ReadTable(source, followColumns, nil)
	if err != nil {
		return fatal(err)
	}
	return r.each(ctx, func() error {
		if err := t.Next(); err != nil {
			return err
		}
		return take(t, dm.EdgeEdit{From: t.Text("follower"), To: t.Text("followee")})
	})
}
