package main

import (
	"time"

	"github.com/aparte-im/aparte/classify"
	"github.com/aparte-im/aparte/dm"
)

// classifierSettings name the web service that classifies messages of strangers.
type classifierSettings struct {
	URL        string        `name:"url" placeholder:"URL" help:"Web service that classifies messages of strangers before they are sent; empty: none."`
	SecretFile string        `placeholder:"FILE" help:"File with the secret that signs requests to the classifier, 32 bytes or more."`
	Failed     string        `default:"ALLOW" oneof:"ALLOW,HIDE" help:"Outcome for a message when the classifier gives no answer: ALLOW or HIDE."`
	Timeout    time.Duration `default:"300ms" min:"1ms" help:"Time that a message waits for the classifier."`
	Limit      int           `default:"64" min:"1" help:"Number of requests to the classifier at once."`
}

// webhook returns the classifier, nil when none is set.
func (c classifierSettings) webhook(s *settings) dm.Classifier {
	if c.URL == "" {
		return nil
	}
	if c.SecretFile == "" {
		s.missing("give --classifier-secret-file FILE (or %s) beside --classifier-url", environment("classifier-secret-file"))
		return nil
	}
	secret := s.secret("classifier-secret-file", c.SecretFile)
	if secret == nil {
		return nil
	}
	webhook, err := classify.New(classify.Config{URL: c.URL, Secret: secret, Timeout: c.Timeout, Limit: c.Limit})
	if err != nil {
		s.problem("classifier-url", "%v", err)
		return nil
	}
	return webhook
}
