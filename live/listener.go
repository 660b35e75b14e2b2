package live

import "github.com/aparte-im/aparte/dm"

// listener is one watcher's registration. The shard's lock guards its membership; it has no state of its own besides
// the one waiting wake.
type listener struct {
	shard *shard
	user  dm.UserID
	wakes chan struct{}
}

// wake leaves one wake waiting. More would say nothing new: whoever receives it looks at the log until it is empty.
func (l *listener) wake() {
	select {
	case l.wakes <- struct{}{}:
	default:
	}
}

// Wakes delivers at least one value after each wake that came since the last receive.
func (l *listener) Wakes() <-chan struct{} { return l.wakes }

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
