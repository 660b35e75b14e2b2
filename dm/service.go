package dm

import (
	"time"
)

// Config is what a Service is made of.
type Config struct {
	Store Store
	Bus   Bus
	// PollInterval bounds how late an event is when every wake is lost. Zero: 5 seconds.
	PollInterval time.Duration
	// Classification: who judges messages of strangers before they are sent. Zero: nobody.
	Classification ClassifierConfig
}

// Service is the product's front: every call of the API ends here.
type Service struct {
	store     Store
	bus       Bus
	lagPoller *lagPoller

	classification ClassifierConfig
}

// New returns a Service.
func New(c Config) *Service {
	if c.PollInterval <= 0 {
		c.PollInterval = 5 * time.Second
	}
	return &Service{
		store: c.Store, bus: c.Bus, lagPoller: newLagPoller(c.Store, c.PollInterval), classification: c.Classification,
	}
}
