package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
)

// comparedRounds is the default number of measurements of each row that is compared. The load of a
// shared host changes from minute to minute by more than the differences to measure.
const comparedRounds = 3

// sendRow is a row that sends, and how to measure it.
type sendRow struct {
	name       string
	concurrent int
	run        func(context.Context, *postgres, *population, string, int) (result, error)
}

// wanted are those rows that are to be measured.
func (o options) wanted(rows []sendRow) []sendRow {
	return slices.DeleteFunc(rows, func(row sendRow) bool { return !o.wants(row.name) })
}

// once measures a row on a fresh database.
func (o options) once(ctx context.Context, pg *postgres, p *population, row sendRow) (result, error) {
	if err := pg.fresh(ctx, o.trial); err != nil {
		return result{Name: row.name}, err
	}
	r, err := row.run(ctx, pg, p, row.name, row.concurrent)
	r.Name = row.name
	return r, err
}

// compare measures rows by turns and adds of each the round with the median rate.
func (o options) compare(ctx context.Context, pg *postgres, p *population, rows []sendRow, add func(result, error) error) error {
	measured := make([][]result, len(rows))
	for round := range o.rounds {
		for i, row := range rows {
			r, err := o.once(ctx, pg, p, row)
			if err != nil {
				return add(r, err)
			}
			fmt.Fprintf(os.Stderr, "%-22s %8.0f sends/s, round %d of %d\n", r.Name, r.Rate, round+1, o.rounds)
			measured[i] = append(measured[i], r)
		}
	}
	for _, all := range measured {
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
