package dm

import (
	"context"
	"log/slog"
)

// Opinion is what a classifier thinks of a message.
type Classification uint8

// The opinions. ClassifiedNone is that there is nothing to say, or that nobody was asked.
const (
	ClassifiedNone Classification = iota
	// ClassifiedHide: it goes to HIDDEN. The sender is told nothing.
	ClassifiedHide
	// ClassifiedRefuse: this kind of message is not accepted.
	ClassifiedRefuse
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
	Classify(ctx context.Context, c Content) (Classification, error)
}

// Classification is how a Service uses a Classifier.
type ClassifierConfig struct {
	Classifier Classifier
	// Failed is the opinion that holds when the classifier gives none: ClassifiedNone or ClassifiedHide.
	Failed Classification
	Logger *slog.Logger
}

// ContentFacts are the facts about what a message says.
type ContentFacts struct {
	// HiddenWord: it holds one of the recipient's hidden words. Opinion is the classifier's.
	HiddenWord     bool
	Classification Classification
	// HoldReason is why the request that this message would join is held.
	HoldReason HoldReason
}

// familiar: the recipient knows, follows or has invited or listed the sender, so what they say is not looked at.
func (f Facts) familiar() bool {
	return f.Known || f.RecipientFollows || f.invited() || f.listed() == ListedAlways
}

// suspect is why what the message says keeps it out of sight. A request that was held for what it says stays held, or its
// next message would bring the first one up.
func (f Facts) suspect() HoldReason {
	switch {
	case f.familiar():
		return HoldNone
	case f.Classification == ClassifiedHide || f.HoldReason == HoldClassification:
		return HoldClassification // also beside a hidden word: a list that changes must not let it out
	case f.HiddenWord || f.HoldReason == HoldWords:
		return HoldWords
	}
	return HoldNone
}

// classify asks the classifier about a send, where there is one and the recipient does not know the sender or the message
// would be a request. A send that is going to be refused anyway is not shown to it.
func (s *Service) classify(ctx context.Context, send *Send) Classification {
	c := s.classification
	if c.Classifier == nil || send.Sender == send.Recipient {
		return ClassifiedNone
	}
	tx, err := s.store.Inspect(ctx, Scope{Pairs: []Pair{PairOf(send.Sender, send.Recipient)}})
	if err != nil {
		return c.failed(ctx, err)
	}
	f, ok := tx.facts(send.Sender, send.Recipient)
	if !ok {
		return ClassifiedNone
	}
	v := Decide(f)
	if !v.Allowed() || f.familiar() {
		return ClassifiedNone
	}
	opinion, err := c.Classifier.Classify(ctx, Content{Sender: send.Sender, Recipient: send.Recipient, Text: send.Body, Video: send.Video})
	if err != nil {
		return c.failed(ctx, err)
	}
	return opinion
}

func (c *ClassifierConfig) failed(ctx context.Context, err error) Classification {
	if c.Logger != nil && ctx.Err() == nil {
		c.Logger.WarnContext(ctx, "the classifier gave no opinion", "error", err)
	}
	return c.Failed
}
