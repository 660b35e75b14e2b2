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
	// UnreadSince counts messages of this time and later as unread by their recipients. Zero: all
	// history is read, unless the file says otherwise.
	UnreadSince time.Time
	// SkipBad is called for each row that is left out; everything else is written. Nil: a bad row
	// stops everything.
	SkipBad func(*rows.RowError) error
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
	// LeftOut counts the rows that SkipBad was called for.
	LeftOut int64 `json:"leftOut"`
	// Displaced counts new messages whose time lies between messages that were there before
	// (dm.Imported).
	Displaced int64 `json:"displaced"`
	// Duration of the second pass.
	Duration time.Duration `json:"-"`
}

type run struct {
	Config
	people people
	report report
	// The counts of the first pass, for the progress of the second.
	userRows, followRows, messageRows int64
	// repeated counts rows of messages that stand in the file more than once.
	repeated int64
	spool    *spool
	// exchanges are the rows of users that take a handle from users of other rows.
	exchanges []exchange
	// bad are the lines that are left out, by path.
	bad     map[string]map[int]bool
	summary Summary
	// writing: a row that is bad now was changed since it was checked, and ends the import.
	writing bool
}

// Run brings the files in. A *BadRowsError means that nothing was written. A *rows.RowError is a
// row that the database refused although it was checked; rows of other batches are written. After
// any other error the same import again goes on.
func Run(ctx context.Context, c Config) (_ Summary, err error) {
	r := &run{
		Config: c, people: people{store: c.Store, byID: map[string]*person{}, handles: map[string]handleClaim{}},
		bad: map[string]map[int]bool{},
	}
	if r.Progress == nil {
		r.Progress = func(Progress) {}
	}
	if r.spool, err = openSpool(ctx); err != nil {
		return Summary{}, err
	}
	defer func() { err = errors.Join(err, r.spool.close()) }()
	for _, pass := range []struct {
		path string
		run  func(context.Context, *rows.Source) error
	}{
		{c.Users, r.checkUsers}, {c.Follows, r.checkFollows}, {c.Messages, r.checkMessages},
	} {
		if err := r.check(ctx, pass.path, pass.run); err != nil {
			return Summary{}, &CheckError{err}
		}
	}
	if r.report.Count > 0 {
		return Summary{}, &r.report.BadRowsError
	}
	start := time.Now()
	r.writing = true
	err = r.write(ctx)
	r.summary.Duration = time.Since(start)
	return r.summary, err
}

// refuse leaves a row out, or collects it for the error that tells of all of them.
func (r *run) refuse(bad *rows.RowError) error {
	if r.SkipBad == nil {
		r.report.add(bad)
		return nil
	}
	if r.bad[bad.Path] == nil {
		r.bad[bad.Path] = map[int]bool{}
	}
	r.bad[bad.Path][bad.Line] = true
	r.summary.LeftOut++
	return r.SkipBad(bad)
}

// fatalError is a fault of a whole file, which no row can be left out for.
type fatalError struct{ bad *rows.RowError }

func (f fatalError) Error() string { return f.bad.Error() }

// fatal marks an error about the first line as one about the whole file.
func fatal(err error) error {
	var bad *rows.RowError
	if errors.As(err, &bad) {
		return fatalError{bad}
	}
	return err
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
	return r.writeMessages(ctx)
}

// check runs the first pass over one file. A fault that ends it (a wrong header) does not end the
// check of the others.
func (r *run) check(ctx context.Context, path string, pass func(context.Context, *rows.Source) error) error {
	return read(ctx, path, func(ctx context.Context, source *rows.Source) error {
		err := pass(ctx, source)
		var whole fatalError
		if errors.As(err, &whole) {
			r.report.add(whole.bad)
		} else if err != nil {
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

// CheckError ended the check of the files, so nothing was written.
type CheckError struct{ Err error }

func (e *CheckError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *CheckError) Unwrap() error { return e.Err }

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

func (r *report) add(bad *rows.RowError) {
	r.Count++
	if len(r.First) < maxShown {
		r.First = append(r.First, bad)
	}
}
