package main

import (
	"net/url"
	"time"

	"github.com/aparte-im/aparte/dm"
)

// operatorOptions are the settings that dev and serve share: the rules of the policy, and how the service runs.
type operatorOptions struct {
	audience, origins                                  *string
	requestLimit, sharedFriends, reportLimit           *int
	contactCodes                                       *int
	appealFor, exportEvery                             *time.Duration
	declineFor, retention, pollInterval, shutdownAfter *time.Duration
	createUsers                                        *bool
	requests                                           requestOptions
	keeps                                              retentionOptions
	classifier                                         classifierOptions
}

const (
	minRetention = time.Second
	minPoll      = 10 * time.Millisecond
)

func defineOperator(o *options) operatorOptions {
	rules := dm.DefaultRules()
	return operatorOptions{
		audience: o.text("default-audience", "FRIENDS", "who can message adults who have not chosen: "+audienceNames),
		origins: o.text("allowed-origins", "",
			"origins of web apps that may call the API from a browser, comma-separated; the server's own always may"),
		requestLimit:  o.number("request-limit", rules.RequestLimit, "how many messages a request holds until it is accepted"),
		sharedFriends: o.number("shared-friends", rules.SharedFriends, "how many shared friends make a suggested friend"),
		reportLimit:   o.number("report-limit", rules.ReportLimit, "how many reports one person makes in 24 hours"),
		contactCodes:  o.number("contact-codes", rules.ContactCodes, "how many contact codes one person has in use at once; 0: none are made"),
		appealFor:     o.duration("appeal-for", rules.AppealFor, "how long a decision of moderators can be appealed"),
		exportEvery:   o.duration("export-every", rules.ExportEvery, "how long a person waits between two exports of their data"),
		declineFor:    o.duration("decline-for", rules.DeclineFor, "how long a decline refuses further messages"),
		keeps:         defineRetention(o),
		retention:     o.duration("log-retention", 720*time.Hour, "how long events are kept for clients that come back"),
		pollInterval:  o.duration("poll-interval", 5*time.Second, "how late an event is at most when its wake is lost"),
		shutdownAfter: o.duration("shutdown-timeout", 15*time.Second, "how long a graceful stop may take"),
		requests:      defineRequests(o, rules),
		classifier:    defineClassifier(o),
		createUsers:   o.toggle("create-users", false, "create a user at the first sight of a valid token for an unknown subject"),
	}
}

// apply checks the settings and carries them over.
func (p operatorOptions) apply(o *options, s *settings) {
	s.rules = dm.Rules{
		DefaultAudience: o.audience("default-audience", *p.audience),
		RequestLimit:    *p.requestLimit, DeclineFor: *p.declineFor, SharedFriends: *p.sharedFriends,
		ReportLimit: *p.reportLimit, AppealFor: *p.appealFor, ExportEvery: *p.exportEvery,
		ContactCodes: *p.contactCodes,
	}
	if *p.reportLimit < 1 {
		o.problem("--report-limit: %d is less than 1", *p.reportLimit)
	}
	if *p.contactCodes < 0 {
		o.problem("--contact-codes: %d is less than 0", *p.contactCodes)
	}
	o.atLeast("appeal-for", *p.appealFor, 0)
	p.requests.apply(o, &s.rules)
	o.atLeast("export-every", *p.exportEvery, 0)
	s.classification = p.classifier.apply(o)
	if *p.requestLimit < 1 {
		o.problem("--request-limit: %d is less than 1", *p.requestLimit)
	}
	if *p.sharedFriends < 1 {
		o.problem("--shared-friends: %d is less than 1", *p.sharedFriends)
	}
	o.atLeast("decline-for", *p.declineFor, 0)
	o.atLeast("log-retention", *p.retention, minRetention)
	p.keeps.apply(o, s)
	o.atLeast("poll-interval", *p.pollInterval, minPoll)
	o.atLeast("shutdown-timeout", *p.shutdownAfter, 0)
	s.retention, s.pollInterval, s.shutdownAfter = *p.retention, *p.pollInterval, *p.shutdownAfter
	s.createUsers = *p.createUsers
	s.origins = list(*p.origins)
	for _, origin := range s.origins {
		u, err := url.Parse(origin)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.Path+u.RawQuery != "" {
			o.problem("--allowed-origins: %q is no origin; give one as https://app.example.org", origin)
		}
	}
}
