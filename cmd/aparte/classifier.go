package main

import (
	"log/slog"
	"time"

	"github.com/aparte-im/aparte/classify"
	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// classifierOptions are the settings of the classifier that is asked about messages of strangers.
type classifierOptions struct {
	url, secretFile, failed *string
	timeout                 *time.Duration
	limit                   *int
}

// classification is what they come to; the zero value asks nobody.
type classification struct {
	webhook *classify.Webhook
	failed  policy.Classification
}

func defineClassifier(o *options) classifierOptions {
	return classifierOptions{
		url:        o.text("classifier-url", "", "web service that judges messages of strangers before they are sent"),
		secretFile: o.text("classifier-secret-file", "", "file with the secret that signs what is asked, 32 bytes or more"),
		failed:     o.text("classifier-failed", "ALLOW", "what holds when the classifier gives no answer: ALLOW or HIDE"),
		timeout:    o.duration("classifier-timeout", classify.DefaultTimeout, "how long a message waits for the classifier"),
		limit:      o.number("classifier-limit", classify.DefaultLimit, "how many messages the classifier is asked about at once"),
	}
}

func (p classifierOptions) apply(o *options) (c classification) {
	switch *p.failed {
	case "ALLOW":
	case "HIDE":
		c.failed = policy.ClassifiedHide
	default:
		o.problem("--classifier-failed: %q is neither ALLOW nor HIDE", *p.failed)
	}
	if *p.limit < 1 {
		o.problem("--classifier-limit: %d is less than 1", *p.limit)
	}
	o.atLeast("classifier-timeout", *p.timeout, time.Millisecond)
	if *p.url == "" {
		return c
	}
	if *p.secretFile == "" {
		o.problem("give --classifier-secret-file FILE (or %s) beside --classifier-url", environment("classifier-secret-file"))
		return c
	}
	secret := o.secretSetting("classifier-secret-file", *p.secretFile)
	if secret == nil {
		return c
	}
	webhook, err := classify.New(classify.Config{URL: *p.url, Secret: secret, Timeout: *p.timeout, Limit: *p.limit})
	if err != nil {
		o.problem("--classifier-url: %v", err)
	}
	c.webhook = webhook
	return c
}

// use is what the service needs of it.
func (c classification) use(logger *slog.Logger) dm.ClassifierConfig {
	if c.webhook == nil {
		return dm.ClassifierConfig{}
	}
	return dm.ClassifierConfig{Classifier: c.webhook, Failed: c.failed, Logger: logger}
}
