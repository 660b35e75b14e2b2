package socket

import (
	"errors"
	"runtime"
	"sync/atomic"
	"time"
)

// Limits are what a client may take. A zero is the default.
type Limits struct {
	// InitTimeout is how long a connection may wait with its connection_init. 10 seconds.
	InitTimeout time.Duration
	// KeepAlive is how long a connection may be silent before it is pinged, PongWait how long it then has. 20 and 8
	// seconds.
	KeepAlive, PongWait time.Duration
	// MessageWait is how long a message may take from its first byte to its last. 10 seconds.
	MessageWait time.Duration
	// WriteWait is how long a client may leave unread what its socket has no room for. 5 seconds.
	WriteWait time.Duration
	// CloseWait is how long a client may take to answer a close frame. 1 second.
	CloseWait time.Duration
	// RenewNotice is how long before its session ends a client is told, in a short session at its half. 1 minute.
	RenewNotice time.Duration
	// MessageBytes bounds a message, GreetingBytes one before the acknowledgement. 64 and 8 KiB.
	MessageBytes, GreetingBytes int
	// BacklogBytes bounds what waits to be written besides what the system holds. 256 KiB.
	BacklogBytes int
	// Operations bounds those that run at once on a connection. 100.
	Operations int
	// DrainWindow is how long a shutdown takes at most to send everybody away. 5 seconds.
	DrainWindow time.Duration
	// Workers bounds how many subscriptions are served at once. They wait for the database only. 64 for each processor.
	Workers int
}

const (
	// drainStep is how far apart two ends of connections are at a shutdown, unless there are too many.
	drainStep = time.Millisecond
	// pullBatch bounds what one turn of a subscription brings, in events and in bytes, before others have theirs.
	pullBatch      = 64
	pullBatchBytes = 32 << 10
)

func (l *Limits) normalize() error {
	for _, d := range []struct {
		value     *time.Duration
		byDefault time.Duration
	}{
		{&l.InitTimeout, 10 * time.Second},
		{&l.KeepAlive, 20 * time.Second},
		{&l.PongWait, 8 * time.Second},
		{&l.MessageWait, 10 * time.Second},
		{&l.WriteWait, 5 * time.Second},
		{&l.CloseWait, time.Second},
		{&l.RenewNotice, time.Minute},
		{&l.DrainWindow, 5 * time.Second},
	} {
		if *d.value < 0 {
			return errors.New("socket: a limit of time cannot be negative")
		}
		if *d.value == 0 {
			*d.value = d.byDefault
		}
	}
	for _, n := range []struct {
		value     *int
		byDefault int
	}{
		{&l.MessageBytes, 64 << 10},
		{&l.GreetingBytes, 8 << 10},
		{&l.BacklogBytes, 256 << 10},
		{&l.Operations, 100},
		{&l.Workers, 64 * runtime.GOMAXPROCS(0)},
	} {
		if *n.value < 0 {
			return errors.New("socket: a limit of size cannot be negative")
		}
		if *n.value == 0 {
			*n.value = n.byDefault
		}
	}
	return nil
}

// Counts tell how many there are now, and how many were turned away or cut since the start.
type Counts struct {
	// Connections are open sockets, acknowledged or not; Subscriptions are followed on them.
	Connections, Subscriptions int64
	// Refused were turned away for a limit or for what they showed, Cut had stopped to read or to answer.
	Refused, Cut int64
}

type counts struct{ connections, subscriptions, refused, cut atomic.Int64 }

// Counts returns the figures of now.
func (t *Transport) Counts() Counts {
	return Counts{
		Connections: t.counts.connections.Load(), Subscriptions: t.counts.subscriptions.Load(),
		Refused: t.counts.refused.Load(), Cut: t.counts.cut.Load(),
	}
}
