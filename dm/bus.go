package dm

// Publisher announces committed events. A store calls it after each commit.
type Publisher interface {
	// Publish announces that the logs of the events' users have grown. The events are committed,
	// may belong to several users and may come in any order. Publish returns without waiting for a
	// network or a subscriber: it runs on the path of the writer. An event must not be changed
	// after it was published. A bus within one process may hand the event itself to the
	// subscribers; a bus over a network sends a Wake.
	Publish(events []*Event)
}

// Bus carries wakes and signals from the node where something happened to the nodes where a watcher
// waits for it. Package live holds the implementation for one process; live/livetest is the
// specification that every implementation passes.
//
// A wake is a hint that a user's log has grown. A bus may lose, delay, double and reorder wakes
// without harm: the log decides what a watcher delivers, and the poll finds what no wake announced
// (I4, I7). A signal concerns the present moment only: it is in no log, and a lost signal is not
// repeated.
//
// All methods are safe for concurrent use.
type Bus interface {
	Publisher
	// Signal sends a payload to the subscribers that the user has at this moment, on any node. It
	// returns without waiting for a network or a subscriber. The payload is opaque to the bus and
	// must not be changed afterwards.
	Signal(user UserID, payload []byte)
	// Subscribe registers for a user's wakes and signals until the subscription is closed. It
	// returns at once; Subscription.InPlace tells when the interest is known wherever events are
	// published. The subscriber may be called before Subscribe returns.
	Subscribe(user UserID, s Subscriber) Subscription
}

// Subscriber receives what a bus carries for one user. A bus calls it from any goroutine and may
// hold a lock meanwhile, so a method must return at once and must call neither the bus nor the
// subscription.
type Subscriber interface {
	// Wake says that the user's log has reached a position.
	Wake(w Wake)
	// Resync says that wakes may have been lost, so the log is to be read whatever position was
	// announced. A bus calls it when the interest comes into place after Subscribe has returned,
	// for the first time or after a lost connection, and spreads the calls over its subscribers so
	// that they do not read all at once.
	Resync()
	// Signal delivers a payload, which is valid during the call.
	Signal(payload []byte)
}

// Subscription is the registration of one subscriber. Its methods are safe for concurrent use.
type Subscription interface {
	// InPlace returns a channel that is closed once everything that is published from then on, on
	// any node, reaches the subscriber while the bus is connected. A bus that calls Resync for the
	// first interest does so before it closes the channel. The channel may stay open for as long as
	// a network is unreachable.
	InPlace() <-chan struct{}
	// Take returns the event at exactly this position when it came along with a wake and is still
	// in memory. It reports false otherwise, and the log has to be read. A bus that carries no
	// events always reports false.
	Take(position int64) (*Event, bool)
	// Close ends the registration: no call of the subscriber begins after Close has returned. It
	// may be called twice.
	Close()
}
