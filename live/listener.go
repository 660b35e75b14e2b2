package live

import "github.com/aparte-im/aparte/dm"

// listener is one watcher's registration. The shard's lock guards it.
type listener struct {
	shard *shard
	user  dm.UserID
	wake  func(position int64)
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

// Close ends the registration. It may be called twice. No wake follows it.
func (l *listener) Close() { l.shard.remove(l) }
