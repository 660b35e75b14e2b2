package store

import (
	"context"
	"fmt"

	"github.com/aparte-im/aparte/dm"
)

// RunBatch writes sends as one batch, as a writer that found them waiting does, and returns their
// answers.
func (s *Store) RunBatch(sends []dm.Send) ([]dm.Sent, []error) {
	var own *session
	if s.dialect.postgres {
		own = s.newSession()
		defer func() { _ = own.drop() }()
	}
	batch := make([]*waiting, len(sends))
	for i := range sends {
		batch[i] = &waiting{send: sends[i], answer: make(chan answer, 1)}
	}
	s.appender.run(own, batch)
	sent, errs := make([]dm.Sent, len(sends)), make([]error, len(sends))
	for i, w := range batch {
		a := <-w.answer
		sent[i], errs[i] = a.sent, a.err
	}
	return sent, errs
}

// BatchSize is how many sends a batch has at most.
const BatchSize = batchSize

// LimitFile keeps the SQLite file from growing beyond a number of pages, as a full disk does. 0:
// beyond those that it has, which are returned.
func (s *Store) LimitFile(ctx context.Context, pages int) (used int, err error) {
	ses := <-s.sessions
	defer func() { s.sessions <- ses }()
	if err := ses.connect(ctx); err != nil {
		return 0, err
	}
	if err := ses.conn.QueryRowContext(ctx, "PRAGMA page_count").Scan(&used); err != nil {
		return 0, err
	}
	if pages == 0 {
		pages = used
	}
	var is int
	return used, ses.conn.QueryRowContext(ctx, fmt.Sprint("PRAGMA max_page_count = ", pages)).Scan(&is)
}
