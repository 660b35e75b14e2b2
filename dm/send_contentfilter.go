package dm

import (
	"context"
	"log/slog"

	"github.com/aparte-im/aparte/dm/policy"
)

// Content is a message as a classifier gets it.
type Content struct {
	Sender, Recipient UserID
	Text              string
	Video             *VideoCard
}

// Classifier judges messages of people whom the recipient does not know, before they are sent. It is asked outside of
// any transaction and under no lock, and must return soon after ctx ends. It must be safe for concurrent use.
type Classifier interface {
	Classify(ctx context.Context, c Content) (policy.Classification, error)
}

// Classification is how a Service uses a Classifier.
type ClassifierConfig struct {
	Classifier Classifier
	// Failed is the opinion that holds when the classifier gives none: ClassifiedNone or ClassifiedHide.
	Failed policy.Classification
	Logger *slog.Logger
}

// classify asks the classifier about a send, where there is one and the recipient does not know the sender or the message
// would be a request. A send that is going to be refused anyway is not shown to it.
func (s *Service) classify(ctx context.Context, send *Send) policy.Classification {
	c := s.classification
	if c.Classifier == nil || send.Sender == send.Recipient {
		return policy.ClassifiedNone
	}
	tx, err := s.store.Inspect(ctx, Scope{Pairs: []Pair{PairOf(send.Sender, send.Recipient)}})
	if err != nil {
		return c.failed(ctx, err)
	}
	f, ok := tx.facts(send.Sender, send.Recipient)
	if !ok {
		return policy.ClassifiedNone
	}
	v := policy.Decide(f)
	if !v.Allowed() || f.Familiar() {
		return policy.ClassifiedNone
	}
	opinion, err := c.Classifier.Classify(ctx, Content{Sender: send.Sender, Recipient: send.Recipient, Text: send.Body, Video: send.Video})
	if err != nil {
		return c.failed(ctx, err)
	}
	return opinion
}

func (c *ClassifierConfig) failed(ctx context.Context, err error) policy.Classification {
	if c.Logger != nil && ctx.Err() == nil {
		c.Logger.WarnContext(ctx, "the classifier gave no opinion", "error", err)
	}
	return c.Failed
}
