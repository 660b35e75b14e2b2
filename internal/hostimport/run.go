package hostimport

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/internal/rows"
)

// batch is how many rows share a transaction: large enough to spread a commit's cost, small enough
// to be quick.
const batch = 500

// Config says what to bring in, and into what.
type Config struct {
	Service *dm.Service
	Store   dm.Store
	// Users, Follows and Messages are paths; empty: none.
	Users, Follows, Messages string
	// CreateUsers makes people that messages name and nobody knows. The bare form of messages
	// implies it.
	CreateUsers bool
	// Progress is called now and then, and at the end of each stage. May be nil.
	Progress func(Progress)
}

// Progress is how far a stage has come: in bytes while a file is checked, when nobody knows how
// many rows it has.
type Progress struct {
	Stage       string
	Done, Total int64
	// Bytes: Done and Total count bytes, not rows.
	Bytes bool
}

// Count is what became of the rows of one file.
type Count struct {
	Rows     int64 `json:"rows"`
	New      int64 `json:"new"`
	Existing int64 `json:"existing"`
}

// Summary is what an import did.
type Summary struct {
	Users    Count `json:"users"`
	Follows  Count `json:"follows"`
	Messages Count `json:"messages"`
	// Created counts the people who were made because a message named them.
	Created int64 `json:"created"`
	// Duration of the second pass.
	Duration time.Duration `json:"-"`
}

type run struct {
	Config
	people people
	report report
	// Rows counted by the first pass, for the progress of the second.
	userRows, followRows, messageRows int64
	summary                           Summary
	// writing: a row that is bad now was changed since it was checked, and ends the import.
	writing bool
}

// Run brings the files in. A *BadRowsError means that nothing was written. Any other error may
// leave a first part written; the same import again goes on.
func Run(ctx context.Context, c Config) (Summary, error) {
	r := &run{Config: c, people: people{store: c.Store, byID: map[string]*person{}, handles: map[string]string{}}}
	if r.Progress == nil {
		r.Progress = func(Progress) {}
	}
	for _, pass := range []struct {
		path string
		run  func(context.Context, *rows.Source) error
	}{
		{c.Users, r.checkUsers}, {c.Follows, r.checkFollows}, {c.Messages, r.checkMessages},
	} {
		if err := r.check(ctx, pass.path, pass.run); err != nil {
			return Summary{}, err
		}
	}
	if r.report.Count > 0 {
		return Summary{}, &r.report.BadRowsError
	}
	start := time.Now()
	r.writing = true
	err := r.write(ctx)
	r.summary.Duration = time.Since(start)
	return r.summary, err
}

func (r *run) write(ctx context.Context) error {
	if err := read(ctx, r.Users, r.writeUsers); err != nil {
		return err
	}
	if err := read(ctx, r.Follows, r.writeFollows); err != nil {
		return err
	}
	if err := r.createPeople(ctx); err != nil {
		return err
	}
	return read(ctx, r.Messages, r.writeMessages)
}

// check runs the first pass over one file. A *Bad that ends it (a wrong header) does not end the
// check of the others.
func (r *run) check(ctx context.Context, path string, pass func(context.Context, *rows.Source) error) error {
	return read(ctx, path, func(ctx context.Context, source *rows.Source) error {
		if err := pass(ctx, source); err != nil && !r.report.take(err) {
			return err
		}
		read, size := source.Progress()
		r.Progress(Progress{Stage: "check " + path, Done: read, Total: size, Bytes: true})
		return nil
	})
}

func read(ctx context.Context, path string, pass func(context.Context, *rows.Source) error) error {
	if path == "" {
		return nil
	}
	source, err := rows.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }()
	return pass(ctx, source)
}

// checking tells how far the first pass has come, and whether the caller still wants it.
func (r *run) checking(ctx context.Context, path string, source *rows.Source, n int64) error {
	if n%batch == 0 {
		read, size := source.Progress()
		r.Progress(Progress{Stage: "check " + path, Done: read, Total: size, Bytes: true})
	}
	return ctx.Err()
}

// BadRowsError lists what is wrong with the files. Nothing was written.
type BadRowsError struct {
	// First are the first problems, in the order of the files.
	First []*rows.RowError
	Count int64
}

func (b *BadRowsError) Error() string {
	return fmt.Sprintf("%d rows are bad; nothing was written", b.Count)
}

const maxShown = 20

type report struct{ BadRowsError }

// take collects an error when it is about a row.
func (r *report) take(err error) bool {
	var bad *rows.RowError
	if !errors.As(err, &bad) {
		return false
	}
	r.Count++
	if len(r.First) < maxShown {
		r.First = append(r.First, bad)
	}
	return true
}
