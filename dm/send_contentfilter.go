package dm

import (
	"context"
	"errors"
	"log/slog"

	"github.com/aparte-im/aparte/dm/policy"
)

// ErrUnclassified says that a send was not written because a classifier has to judge it first.
var ErrUnclassified = errors.New("the message needs a classification")

// Content is a message as a classifier gets it.
type Content struct {
	Sender, Recipient UserID
	Text              string
	Video             *VideoCard
}

// Classifier judges messages before they are sent, when the recipient does not know the sender. It
// is called outside of transactions and without locks, and must return soon after ctx ends. It must
// be safe for concurrent use.
type Classifier interface {
	Classify(ctx context.Context, c Content) (policy.Classification, error)
}

// ClassifierConfig is how a Service uses a Classifier.
type ClassifierConfig struct {
	// Classifier is nil when messages are not classified.
	Classifier Classifier
	// Failed is the classification of a message for which the classifier returns an error:
	// ClassifiedNone or ClassifiedHide.
	Failed policy.Classification
	// Logger receives the errors of the classifier. Nil logs nothing.
	Logger *slog.Logger
}

// appendClassified writes a send. The store decides under lock whether the message needs a
// classification, because most messages are between people who know each other. Such a message is
// written at once; for any other the classifier is asked, without a lock, and the send is tried
// again.
func (s *Service) appendClassified(ctx context.Context, send Send) (Sent, error) {
	send.Unclassified = s.classification.Classifier != nil
	sent, err := s.sends.Append(ctx, send)
	if !errors.Is(err, ErrUnclassified) {
		return sent, err
	}
	send.Unclassified, send.Classification = false, s.classification.classify(ctx, &send)
	return s.sends.Append(ctx, send)
}

// classify asks the classifier. It returns Failed when there is no answer.
func (c *ClassifierConfig) classify(ctx context.Context, send *Send) policy.Classification {
	classified, err := c.Classifier.Classify(ctx, Content{
		Sender: send.Sender, Recipient: send.Recipient, Text: send.Body, Video: send.Video,
	})
	if err == nil {
		return classified
	}
	if c.Logger != nil && ctx.Err() == nil {
		c.Logger.WarnContext(ctx, "the classifier gave no answer", "error", err)
	}
	return c.Failed
}
