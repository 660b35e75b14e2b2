package dm

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// lagPoller finds logs that have grown without a wake (I7), for all watchers of a node: it reads
// the ends of many logs at once, so that idle watchers cost next to nothing. It looks at every
// watcher once in each interval, a part of them at each beat, so that the load on the database is
// even.
//
// It has a goroutine while there are watchers. Removing the last watcher ends the goroutine and
// waits for it.
type lagPoller struct {
	log      LogStore
	interval time.Duration

	mu    sync.Mutex
	beats [][]*Watcher
	count int
	// cancel and done belong to the goroutine. They are nil without one.
	cancel context.CancelFunc
	done   chan struct{}
}

// beat is the place of a watcher in the poller, whose lock guards it. in says that the watcher has
// a place.
type beat struct {
	in     bool
	number int32
	place  int32
}

const (
	lagPollerBeats = 20
	// minBeat is the shortest time between two beats, however short the interval is.
	minBeat = 50 * time.Millisecond
	// lagPollerBatch is the number of logs whose ends one read returns.
	lagPollerBatch = 1000
)

func newLagPoller(log LogStore, interval time.Duration) *lagPoller {
	n := min(max(int(interval/minBeat), 1), lagPollerBeats)
	return &lagPoller{log: log, interval: interval, beats: make([][]*Watcher, n)}
}

func (p *lagPoller) add(w *Watcher) {
	p.mu.Lock()
	defer p.mu.Unlock()
	// The beat is random, so that watchers that start together are not polled together.
	n := rand.IntN(len(p.beats))
	w.beat = beat{in: true, number: int32(n), place: int32(len(p.beats[n]))}
	p.beats[n] = append(p.beats[n], w)
	p.count++
	if p.cancel == nil {
		var ctx context.Context
		ctx, p.cancel = context.WithCancel(context.Background())
		p.done = make(chan struct{})
		go p.run(ctx, p.done)
	}
}

func (p *lagPoller) remove(w *Watcher) {
	p.mu.Lock()
	if !w.beat.in {
		p.mu.Unlock()
		return
	}
	all := p.beats[w.beat.number]
	last := all[len(all)-1]
	all[w.beat.place], last.beat.place = last, w.beat.place
	all[len(all)-1] = nil
	p.beats[w.beat.number] = all[:len(all)-1]
	w.beat = beat{}
	p.count--
	var done chan struct{}
	if p.count == 0 {
		p.cancel()
		done, p.cancel, p.done = p.done, nil, nil
		for i := range p.beats {
			p.beats[i] = nil
		}
	}
	p.mu.Unlock()
	if done != nil {
		<-done
	}
}

func (p *lagPoller) run(ctx context.Context, done chan<- struct{}) {
	defer close(done)
	ticker := time.NewTicker(p.interval / time.Duration(len(p.beats)))
	defer ticker.Stop()
	for n := 0; ; n = (n + 1) % len(p.beats) {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		p.mu.Lock()
		watchers := slices.Clone(p.beats[n])
		p.mu.Unlock()
		for batch := range slices.Chunk(watchers, lagPollerBatch) {
			p.look(ctx, batch)
		}
	}
}

// look wakes the watchers whose log has another end than their position. A read that fails wakes
// nobody: nothing is lost, and the watcher's next beat reads again.
func (p *lagPoller) look(ctx context.Context, watchers []*Watcher) {
	users := make([]UserID, len(watchers))
	for i, w := range watchers {
		users[i] = w.user
	}
	ends, err := p.log.LogEnds(ctx, users)
	if err != nil {
		return
	}
	for _, w := range watchers {
		end, found := ends[w.user]
		if !found || end.Gone || end.Position != w.position.Load() {
			w.due.Store(true)
			w.wake()
		}
	}
}
