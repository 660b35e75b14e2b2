package graph

import (
	"context"
	"sync"
)

// work counts what runs, so that a shutdown can wait for it. A sync.WaitGroup cannot: it forbids to
// count up while somebody waits.
type work struct {
	// ending is done once the shutdown has begun.
	ending context.Context
	cancel context.CancelFunc

	mu      sync.Mutex
	running int
	closed  bool
	idle    chan struct{}
}

func newWork() *work {
	w := &work{idle: make(chan struct{})}
	w.ending, w.cancel = context.WithCancel(context.Background())
	return w
}

// enter counts one piece of work, or reports that no more is taken. leave must follow.
func (w *work) enter() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return false
	}
	w.running++
	return true
}

func (w *work) leave() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.running--
	if w.closed && w.running == 0 {
		close(w.idle)
	}
}

// end takes no more work, tells what runs to end, and returns a channel that is closed when nothing
// runs.
func (w *work) end() <-chan struct{} {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		if w.running == 0 {
			close(w.idle)
		}
	}
	w.mu.Unlock()
	w.cancel()
	return w.idle
}
