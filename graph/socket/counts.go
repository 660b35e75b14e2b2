package socket

import (
	"errors"
	"os"
	"sync/atomic"
)

// CutReason is why a connection was cut that had been let in.
type CutReason uint8

// The reasons.
const (
	// CutUnread: the client did not read what its socket had no room for.
	CutUnread CutReason = iota
	// CutBacklog: more waited for it than may.
	CutBacklog
	// CutLost: the connection failed while something waited to be written.
	CutLost
	// CutSlowMessage: a message took too long.
	CutSlowMessage
	// CutNoPong: a ping had no answer.
	CutNoPong
	// CutReasons counts them.
	CutReasons
)

func (r CutReason) String() string {
	return [CutReasons]string{"unread", "backlog", "lost", "slow_message", "no_pong"}[r]
}

// Cuts are connections that were cut, by why.
type Cuts [CutReasons]int64

// Total is all of them.
func (c Cuts) Total() (n int64) {
	for _, one := range c {
		n += one
	}
	return n
}

// Counts tell how many there are now, and how many were turned away or cut since the start.
type Counts struct {
	// Connections are open sockets, acknowledged or not; Subscriptions are followed on them.
	Connections, Subscriptions int64
	// Refused were turned away for a limit or for what they showed.
	Refused int64
	Cut     Cuts
}

type counts struct {
	connections, subscriptions, refused atomic.Int64
	cut                                 [CutReasons]atomic.Int64
}

// Counts returns the figures of now.
func (t *Transport) Counts() Counts {
	out := Counts{
		Connections: t.counts.connections.Load(), Subscriptions: t.counts.subscriptions.Load(), Refused: t.counts.refused.Load(),
	}
	for r := range out.Cut {
		out.Cut[r] = t.counts.cut[r].Load()
	}
	return out
}

// unwritten is why a write of the backlog failed.
func unwritten(err error) CutReason {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return CutUnread
	}
	return CutLost
}
