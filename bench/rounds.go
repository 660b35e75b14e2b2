package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
)

// comparedRounds is how often rows that are compared are measured, one after the other; the median round of each is its row.
// What else runs on a shared host changes from minute to minute, by more than what the ratios are to tell.
const comparedRounds = 3

// sendRow is a row that sends, and how to measure it.
type sendRow struct {
	name       string
	concurrent int
	run        func(context.Context, *postgres, *population, string, int) (result, error)
}

// rounds measures rows n times in turns, each time on a fresh database, and adds of each the round with the median rate.
func (o options) rounds(ctx context.Context, pg *postgres, p *population, n int, rows []sendRow, add func(result, error) error) error {
	measured := make([][]result, len(rows))
	for round := range n {
		for i, row := range rows {
			if !o.wants(row.name) {
				continue
			}
			if err := pg.fresh(ctx, o.trial); err != nil {
				return err
			}
			r, err := row.run(ctx, pg, p, row.name, row.concurrent)
			r.Name = row.name
			if err != nil {
				return add(r, err)
			}
			if n > 1 {
				fmt.Fprintf(os.Stderr, "%-22s %8.0f sends/s, round %d of %d\n", r.Name, r.Rate, round+1, n)
			}
			measured[i] = append(measured[i], r)
		}
	}
	for _, all := range measured {
		if len(all) == 0 {
			continue
		}
		if err := add(median(all, func(r result) float64 { return r.Rate }), nil); err != nil {
			return err
		}
	}
	return nil
}

// median is the row in the middle when they are sorted by a figure.
func median(rows []result, figure func(result) float64) result {
	slices.SortFunc(rows, func(a, b result) int { return cmp.Compare(figure(a), figure(b)) })
	return rows[len(rows)/2]
}
