package socket

import (
	"runtime"
	"sync"
	"time"
)

// pool serves the feeds that were woken, in order. A few workers are kept, so that their stacks
// have grown already; more come only when those there are do not keep up because they wait for the
// database.
type pool struct {
	few, most int

	mu      sync.Mutex
	more    sync.Cond
	waiting []waiting
	// running counts the workers, idle the waiting ones.
	running, idle int
	closed        bool
	workers       sync.WaitGroup
}

type waiting struct {
	feed  *Feed
	since time.Time
}

// late is how long a feed waits before a worker is added for it.
const late = 5 * time.Millisecond

func newPool(most int) *pool {
	p := &pool{few: min(4*runtime.GOMAXPROCS(0), most), most: most}
	p.more.L = &p.mu
	return p
}

// push adds a feed to be served. It never waits. A feed that is pushed after the pool is closed is
// dropped.
func (p *pool) push(f *Feed) {
	now := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	p.waiting = append(p.waiting, waiting{f, now})
	switch {
	case len(p.waiting) <= p.idle:
		p.more.Signal()
	case p.running < p.few, p.running < p.most && now.Sub(p.waiting[0].since) > late:
		p.running++
		p.workers.Go(p.work)
	case p.idle > 0:
		p.more.Signal()
	}
}

func (p *pool) work() {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer func() { p.running-- }()
	for {
		for len(p.waiting) == 0 {
			if p.closed || p.idle >= p.few {
				return
			}
			p.idle++
			p.more.Wait()
			p.idle--
		}
		f := p.waiting[0].feed
		p.waiting[0].feed = nil
		if p.waiting = p.waiting[1:]; len(p.waiting) == 0 {
			p.waiting = nil
		}
		p.mu.Unlock()
		f.serve()
		p.mu.Lock()
	}
}

// close lets the workers finish what waits, and waits for them.
func (p *pool) close() {
	p.mu.Lock()
	p.closed = true
	p.more.Broadcast()
	p.mu.Unlock()
	p.workers.Wait()
}
