package dm

import "time"

// Config is what a Service is made of.
type Config struct {
	// Store is required.
	Store Store
	// Bus is required for Watch and Typing. It is the bus on which the store publishes.
	Bus Bus
	// PollInterval bounds how late an event arrives when every wake is lost (I7). Zero: 5 seconds.
	PollInterval time.Duration
	// Classification judges messages of strangers before they are sent. Zero: no classifier.
	Classification ClassifierConfig
}

// Service is the API of the product: every query and mutation ends in one of its methods. New makes
// it. All methods are safe for concurrent use.
//
// A method takes the viewer first, and returns only what that viewer may see (I9). It returns
// *Error for expected refusals, with the codes that its comment names; every other error is
// internal and may have any cause.
type Service struct {
	// Each part of the service names the part of the store that it needs.
	sends       SendStore
	txs         TxStore
	inbox       InboxStore
	users       UserStore
	relations   RelationshipStore
	settings    SettingsStore
	codes       ContactCodeStore
	log         LogStore
	host        HostStore
	revocations RevocationStore
	moderation  ModerationStore
	jobs        JobStore
	erasures    EraseStore

	bus       Bus
	lagPoller *lagPoller

	classification ClassifierConfig
}

// New returns a Service. It starts nothing and needs no closing.
func New(c Config) *Service {
	if c.PollInterval <= 0 {
		c.PollInterval = 5 * time.Second
	}
	s := c.Store
	return &Service{
		sends: s, txs: s, inbox: s, users: s, relations: s, settings: s, codes: s, log: s, host: s, revocations: s,
		moderation: s, jobs: s, erasures: s,
		bus: c.Bus, lagPoller: newLagPoller(s, c.PollInterval), classification: c.Classification,
	}
}
