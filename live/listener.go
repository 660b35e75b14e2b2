package live

import "github.com/aparte-im/aparte/dm"

// listener is one watcher's registration. The shard's lock guards it.
type listener struct {
	shard *shard
	user  dm.UserID
	wake  func(position int64)
	// signal is the newest that was not taken: of several, the last says most.
	signal *dm.Event
}

// Notify makes each wake call wake.
func (l *listener) Notify(wake func(position int64)) {
	l.shard.mu.Lock()
	defer l.shard.mu.Unlock()
	l.wake = wake
}

// Next returns the event at exactly this position when it is still at hand.
func (l *listener) Next(position int64) (*dm.Event, bool) {
	l.shard.mu.Lock()
	defer l.shard.mu.Unlock()
	in := l.shard.users[l.user]
	if in == nil {
		return nil, false
	}
	return in.take(position)
}

// Signal takes the newest signal that was not taken.
func (l *listener) Signal() *dm.Event {
	l.shard.mu.Lock()
	defer l.shard.mu.Unlock()
	e := l.signal
	l.signal = nil
	return e
}

// Close ends the registration. It may be called twice. No wake follows it.
func (l *listener) Close() { l.shard.remove(l) }
