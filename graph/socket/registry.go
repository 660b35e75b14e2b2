package socket

import "sync"

// census knows who is connected.
type registry struct {
	mu     sync.Mutex
	closed bool
	conns  map[*conn]struct{}
}

func newRegistry() *registry { return &registry{conns: map[*conn]struct{}{}} }

// enter adds a connection, unless all are ending.
func (s *registry) enter(c *conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.conns[c] = struct{}{}
	return true
}

func (s *registry) leave(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
}

// all lists the connections, in no order.
func (s *registry) all() []*conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]*conn, 0, len(s.conns))
	for c := range s.conns {
		out = append(out, c)
	}
	return out
}

// close lets nobody in any more and lists who is here.
func (s *registry) close() []*conn {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	return s.all()
}
