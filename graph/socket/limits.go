package socket

import (
	"errors"
	"runtime"
	"time"
)

// Limits are what a client may take. A zero is the default.
type Limits struct {
	// InitTimeout is how long a connection may wait with its connection_init. 10 seconds.
	InitTimeout time.Duration
	// KeepAlive is how long a connection may be silent before it is pinged, PongWait how long it
	// then has. 20 and 8 seconds.
	KeepAlive, PongWait time.Duration
	// MessageWait is how long a message may take from its first byte to its last. 10 seconds.
	MessageWait time.Duration
	// WriteWait is how long a client may leave unread what its socket has no room for. 5 seconds.
	WriteWait time.Duration
	// CloseWait is how long a client may take to answer a close frame. 1 second.
	CloseWait time.Duration
	// RenewNotice is how long before its session ends a client is told, in a short session at its
	// half. 1 minute.
	RenewNotice time.Duration
	// MessageBytes bounds a message, GreetingBytes one before the acknowledgement. 64 and 8 KiB.
	MessageBytes, GreetingBytes int
	// BacklogBytes bounds what waits to be written besides what the system holds. 256 KiB.
	BacklogBytes int
	// Operations bounds those that run at once on a connection. 100.
	Operations int
	// DrainWindow is how long a shutdown takes at most to send everybody away. 5 seconds.
	DrainWindow time.Duration
	// Workers bounds how many subscriptions are served at once. They wait for the database only. 64
	// for each processor.
	Workers int
}

const (
	// drainStep is how far apart two ends of connections are at a shutdown, unless there are too
	// many.
	drainStep = time.Millisecond
	// pullBatch bounds what one turn of a subscription brings, in events and in bytes, before
	// others have theirs.
	pullBatch      = 64
	pullBatchBytes = 32 << 10
)

// DefaultLimits are those that a zero stands for.
func DefaultLimits() Limits {
	return Limits{
		InitTimeout: 10 * time.Second, KeepAlive: 20 * time.Second, PongWait: 8 * time.Second, MessageWait: 10 * time.Second,
		WriteWait: 5 * time.Second, CloseWait: time.Second, RenewNotice: time.Minute, MessageBytes: 64 << 10, GreetingBytes: 8 << 10,
		BacklogBytes: 256 << 10, Operations: 100, DrainWindow: 5 * time.Second, Workers: 64 * runtime.GOMAXPROCS(0),
	}
}

func (l *Limits) normalize() error {
	d := DefaultLimits()
	for _, t := range []struct{ value, byDefault *time.Duration }{
		{&l.InitTimeout, &d.InitTimeout},
		{&l.KeepAlive, &d.KeepAlive},
		{&l.PongWait, &d.PongWait},
		{&l.MessageWait, &d.MessageWait},
		{&l.WriteWait, &d.WriteWait},
		{&l.CloseWait, &d.CloseWait},
		{&l.RenewNotice, &d.RenewNotice},
		{&l.DrainWindow, &d.DrainWindow},
	} {
		if *t.value < 0 {
			return errors.New("socket: a limit of time cannot be negative")
		}
		if *t.value == 0 {
			*t.value = *t.byDefault
		}
	}
	for _, n := range []struct{ value, byDefault *int }{
		{&l.MessageBytes, &d.MessageBytes},
		{&l.GreetingBytes, &d.GreetingBytes},
		{&l.BacklogBytes, &d.BacklogBytes},
		{&l.Operations, &d.Operations},
		{&l.Workers, &d.Workers},
	} {
		if *n.value < 0 {
			return errors.New("socket: a limit of size cannot be negative")
		}
		if *n.value == 0 {
			*n.value = *n.byDefault
		}
	}
	return nil
}
