package replay

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/aparte-im/aparte/internal/rows"
)

// Config says what to replay, and where.
type Config struct {
	// Path is the trace: any file that an import of messages takes.
	Path string
	// URL is the address of the API, with its path.
	URL string
	// Token is a service token with the scope admin.
	Token string
	// Audience is what everybody in the trace chooses.
	Audience string
	// Concurrency is how many requests are under way at most.
	Concurrency int
	// Limit ends the replay after that many rows. Zero: all.
	Limit int64
	// RetryFor is how long one send is repeated while the service does not answer or asks to wait.
	RetryFor time.Duration
	// Name makes this run's people distinct from those of every other run. Empty: a random one.
	Name string
	// Progress is called when the people are made, when they have chosen, and then now and then;
	// from several goroutines at once. May be nil.
	Progress func(stage string, done, total int64)
}

type run struct {
	Config
	client *client
	people map[string]*person
	order  []*person
	total  int64
}

// Run replays the trace. The error is about what ended it early; the result counts what was done
// until then.
func Run(ctx context.Context, c Config) (*Result, error) {
	if c.Progress == nil {
		c.Progress = func(string, int64, int64) {}
	}
	if c.Name == "" {
		c.Name = strings.ToLower(rand.Text()[:10])
	}
	r := &run{Config: c, client: newClient(c), people: map[string]*person{}}
	defer r.client.close()
	if err := r.findPeople(ctx); err != nil {
		return nil, err
	}
	if err := r.makePeople(ctx); err != nil {
		return nil, err
	}
	return r.send(ctx)
}

// send runs the workers, and hands them rows as they come due.
func (r *run) send(ctx context.Context) (*Result, error) {
	plan := newSchedule(16 * r.Concurrency)
	tallies := make([]*tally, r.Concurrency)
	group, ctx := errgroup.WithContext(ctx)
	start := time.Now()
	group.Go(func() error {
		err := r.eachRow(ctx, func(row *rows.Message) error { return plan.add(ctx, *row) })
		if err != nil {
			return err
		}
		return plan.finish(ctx)
	})
	for i := range tallies {
		t := newTally()
		tallies[i] = t
		group.Go(func() error {
			for {
				next, ok := plan.next(ctx)
				if !ok {
					return ctx.Err()
				}
				if err := r.sendRow(ctx, t, &next.row); err != nil {
					return err
				}
				if done := plan.done(next); done%64 == 0 || done == r.total {
					r.Progress("send", done, r.total)
				}
			}
		})
	}
	err := group.Wait()
	out := &Result{Run: r.Name, People: int64(len(r.people)), Elapsed: time.Since(start)}
	out.sum(tallies)
	return out, err
}

// eachRow reads the trace up to the limit. The trace has to be right: a row that is bad ends the
// replay.
func (r *run) eachRow(ctx context.Context, take func(*rows.Message) error) error {
	source, err := rows.Open(r.Path)
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }()
	messages, err := rows.ReadMessages(source)
	if err != nil {
		return err
	}
	for n := int64(0); r.Limit == 0 || n < r.Limit; n++ {
		row, err := messages.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = take(&row)
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// bodyOf is the row's text, or one that says that it had none.
func bodyOf(row *rows.Message) string {
	if row.Body != "" {
		return row.Body
	}
	return fmt.Sprintf("Line %d of a trace without text.", row.Line)
}
