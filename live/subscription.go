package live

import "github.com/aparte-im/aparte/dm"

// subscription is the registration of one subscriber. It never changes; the shard's lock guards the
// place that the shard keeps for it.
type subscription struct {
	shard      *shard
	user       dm.UserID
	subscriber dm.Subscriber
}

// inPlace is closed: within one process an interest is in place when Subscribe returns.
var inPlace = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

func (s *subscription) InPlace() <-chan struct{} { return inPlace }

func (s *subscription) Take(position int64) (*dm.Event, bool) {
	s.shard.mu.Lock()
	defer s.shard.mu.Unlock()
	in := s.shard.users[s.user]
	if in == nil {
		return nil, false
	}
	return in.take(position)
}

func (s *subscription) Close() { s.shard.remove(s) }
