package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"time"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

// Numbers of connections to Postgres.
const (
	// DefaultConnections is how many a Store opens at most when a Config names no number.
	DefaultConnections = 27
	// MinConnections is the least that a Store works with.
	MinConnections = 5
)

// poolSizes is what each part of a store gets of the connections to Postgres.
type poolSizes struct {
	// writers of sends, sessions for other changes, others that write for a moment, and readers.
	writers, sessions, others, readers int
}

// divide divides the connections. Three writers keep the cores busy while one waits for the disk;
// more wait for each other, so what is beyond the default goes to the readers.
func divide(connections int) poolSizes {
	p := poolSizes{writers: 3, sessions: 6, others: 2}
	if connections < DefaultConnections {
		writing := connections - max(2, connections*16/DefaultConnections)
		p.others = 1
		p.sessions = max(1, (writing-p.others)*2/3)
		p.writers = max(1, writing-p.others-p.sessions)
	}
	p.readers = connections - p.write()
	return p
}

// write is the size of the pool that writes.
func (p poolSizes) write() int { return p.writers + p.sessions + p.others }

// Times of a pool that the server refuses connections.
const (
	crowdedPause  = 50 * time.Millisecond
	crowdedAgain  = 30 * time.Second
	crowdedAtMost = dialTimeout
)

// waitingConnector makes a pool of readers wait when the server or the role has no connection left,
// instead of failing its callers: the pool keeps to the connections that it has, and tries for more
// later.
type waitingConnector struct {
	driver.Connector
	size int
	pool *sql.DB
}

// Connect implements driver.Connector.
func (w *waitingConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := w.Connector.Connect(ctx)
	deadline := time.Now().Add(crowdedAtMost)
	for ; pq.As(err, pqerror.TooManyConnections) != nil; conn, err = w.Connector.Connect(ctx) {
		// The one that is being made counts as open.
		if has := w.pool.Stats().OpenConnections - 1; has > 0 {
			w.pool.SetMaxOpenConns(has)
			time.AfterFunc(crowdedAgain, w.widen)
			// The pool asks again, and queues for one of those that it has.
			return nil, driver.ErrBadConn
		}
		if time.Now().After(deadline) {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), err)
		case <-time.After(crowdedPause):
		}
	}
	return conn, err
}

// widen lets the pool grow to its size again. Package sql lowers the number of idle connections
// with the number of open ones, and does not raise it by itself.
func (w *waitingConnector) widen() {
	w.pool.SetMaxOpenConns(w.size)
	w.pool.SetMaxIdleConns(w.size)
}

// redial gives the connections of both pools up, so that the next ones go to the server that the
// address names now: idle ones at once, those in use when they come back.
func (d databases) redial() {
	if !d.dialect.postgres {
		return
	}
	d.redials.Add(1)
	d.read.SetMaxIdleConns(0)
	d.read.SetMaxIdleConns(d.sizes.readers)
	d.write.SetMaxIdleConns(0)
	d.write.SetMaxIdleConns(d.sizes.write())
}
