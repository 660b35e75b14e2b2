package dm

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// patrol looks whether logs have grown without a wake (I7), for all watchers of a node at once: it asks for the ends of
// many logs in one read, so that idle watchers cost next to nothing. Within each interval it looks at every watcher
// once, in beats, so that the database is asked a little all the time and not everything at once.
//
// It has a goroutine while there are watchers. The Close of the last one ends it and waits.
type lagPoller struct {
	log      LogStore
	interval time.Duration

	mu    sync.Mutex
	beats [][]*Watcher
	count int
	// cancel and done are of the goroutine, nil without one.
	cancel context.CancelFunc
	done   chan struct{}
}

// beat is where a watcher stands in the patrol, which guards it. in: it does.
type beat struct {
	in     bool
	number int32
	place  int32
}

const (
	lagPollerBeats = 20
	// minBeat is how far apart beats are at least, however short the interval.
	minBeat = 50 * time.Millisecond
	// lagPollerBatch is how many logs are looked at in one read.
	lagPollerBatch = 1000
)

func newLagPoller(log LogStore, interval time.Duration) *lagPoller {
	n := min(max(int(interval/minBeat), 1), lagPollerBeats)
	return &lagPoller{log: log, interval: interval, beats: make([][]*Watcher, n)}
}

func (p *lagPoller) add(w *Watcher) {
	p.mu.Lock()
	defer p.mu.Unlock()
	// Where it comes to stand is left to chance, so that watchers who came together do not stay together.
	n := rand.IntN(len(p.beats))
	w.beat = beat{in: true, number: int32(n), place: int32(len(p.beats[n]))}
	p.beats[n] = append(p.beats[n], w)
	p.count++
	if p.cancel == nil {
		var ctx context.Context
		ctx, p.cancel = context.WithCancel(context.Background())
		p.done = make(chan struct{})
		go p.walk(ctx, p.done)
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

func (p *lagPoller) walk(ctx context.Context, done chan<- struct{}) {
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

// look wakes those whose log is not where they are. When the database does not answer they are left alone: what cannot
// be read now has not been lost, and the next beat asks again.
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
