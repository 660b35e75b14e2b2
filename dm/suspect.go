package dm

import (
	"context"
	"log/slog"
)

// Opinion is what a classifier thinks of a message.
type Opinion uint8

// The opinions. OpinionNone is that there is nothing to say, or that nobody was asked.
const (
	OpinionNone Opinion = iota
	// OpinionHide: it goes to HIDDEN. The sender is told nothing.
	OpinionHide
	// OpinionRefuse: this kind of message is not accepted.
	OpinionRefuse
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
	Classify(ctx context.Context, c Content) (Opinion, error)
}

// Classification is how a Service uses a Classifier.
type Classification struct {
	Classifier Classifier
	// Failed is the opinion that holds when the classifier gives none: OpinionNone or OpinionHide.
	Failed Opinion
	Logger *slog.Logger
}

// SuspectFacts are the facts about what a message says.
type SuspectFacts struct {
	// HiddenWord: it holds one of the recipient's hidden words. Opinion is the classifier's.
	HiddenWord bool
	Opinion    Opinion
	// HeldFor is why the request that this message would join is held.
	HeldFor Held
}

// familiar: the recipient knows, follows or has invited or listed the sender, so what they say is not looked at.
func (f Facts) familiar() bool {
	return f.Known || f.RecipientFollows || f.invited() || f.listed() == ListedAlways
}

// suspect is why what the message says keeps it out of sight. A request that was held for what it says stays held, or its
// next message would bring the first one up.
func (f Facts) suspect() Held {
	switch {
	case f.familiar():
		return HeldNone
	case f.Opinion == OpinionHide || f.HeldFor == HeldOpinion:
		return HeldOpinion // also beside a hidden word: a list that changes must not let it out
	case f.HiddenWord || f.HeldFor == HeldWords:
		return HeldWords
	}
	return HeldNone
}

// classify asks the classifier about a send, where there is one and the recipient does not know the sender or the message
// would be a request. A send that is going to be refused anyway is not shown to it.
func (s *Service) classify(ctx context.Context, send *Send) Opinion {
	c := s.classification
	if c.Classifier == nil || send.Sender == send.Recipient {
		return OpinionNone
	}
	l, err := s.store.Inspect(ctx, Scope{Pairs: []Pair{PairOf(send.Sender, send.Recipient)}})
	if err != nil {
		return c.failed(ctx, err)
	}
	f, ok := l.facts(send.Sender, send.Recipient)
	if !ok {
		return OpinionNone
	}
	v := Decide(f)
	if !v.Allowed() || f.familiar() {
		return OpinionNone
	}
	opinion, err := c.Classifier.Classify(ctx, Content{Sender: send.Sender, Recipient: send.Recipient, Text: send.Body, Video: send.Video})
	if err != nil {
		return c.failed(ctx, err)
	}
	return opinion
}

func (c *Classification) failed(ctx context.Context, err error) Opinion {
	if c.Logger != nil && ctx.Err() == nil {
		c.Logger.WarnContext(ctx, "the classifier gave no opinion", "error", err)
	}
	return c.Failed
}
