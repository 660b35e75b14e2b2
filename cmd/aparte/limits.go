package main

import (
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph"
	"github.com/aparte-im/aparte/graph/connlimit"
	"github.com/aparte-im/aparte/graph/socket"
)

// number and span are settings that go into one field of what a server is made of. limits_test.go finds a field of the
// limits that none of them fills.
type number struct {
	flag, usage string
	value       int
	least       int
	field       func(*settings) *int
}

type span struct {
	flag, usage string
	value       time.Duration
	field       func(*settings) *time.Duration
}

// leastSpan is the least that a limit of time may be: below it nobody could keep it.
const leastSpan = 10 * time.Millisecond

// requestNumbers bound what one request may ask for.
func requestNumbers() []number {
	d := graph.DefaultLimits()
	return []number{
		{"max-body", "most bytes of a request", d.Body, 1, func(s *settings) *int { return &s.limits.Body }},
		{"max-body-admin", "most bytes of a request with a service token, which may be a bulk call", d.BodyAdmin, 1, func(s *settings) *int { return &s.limits.BodyAdmin }},
		{"max-tokens", "most tokens of a document", d.Tokens, 1, func(s *settings) *int { return &s.limits.Tokens }},
		{"max-depth", "how deep an operation may be nested", d.Depth, 1, func(s *settings) *int { return &s.limits.Depth }},
		{"max-aliases", "most fields with an alias in a document", d.Aliases, 1, func(s *settings) *int { return &s.limits.Aliases }},
		{"max-root-fields", "most fields of an operation's first level", d.RootFields, 1, func(s *settings) *int { return &s.limits.RootFields }},
		{"max-fragments", "most named fragments of a document", d.Fragments, 1, func(s *settings) *int { return &s.limits.Fragments }},
		{"max-operations", "most operations of a document, of which one is run", d.Operations, 1, func(s *settings) *int { return &s.limits.Operations }},
		{"max-directives", "most directives of a document", d.Directives, 1, func(s *settings) *int { return &s.limits.Directives }},
		{"max-page", "most items of a page that a client may ask for", d.PageSize, 1, func(s *settings) *int { return &s.limits.PageSize }},
		{"max-cost", "most fields that an operation may ask for, pages multiplied out", d.Cost, 1, func(s *settings) *int { return &s.limits.Cost }},
	}
}

// connectionNumbers and connectionSpans bound what clients may take of sockets and streams.
func connectionNumbers() []number {
	d := socket.DefaultLimits()
	return []number{
		{"connections-per-user", "most sockets and streams of a user at once; 0: no bound", connlimit.PerUser, 0, func(s *settings) *int { return &s.perUser }},
		{"connections-per-address", "most sockets and streams of an address at once; 0: no bound", connlimit.PerAddress, 0, func(s *settings) *int { return &s.perAddress }},
		{"socket-operations", "most operations that run at once on a socket", d.Operations, 1, func(s *settings) *int { return &s.sockets.Operations }},
		{"socket-message-bytes", "most bytes of a message", d.MessageBytes, 1, func(s *settings) *int { return &s.sockets.MessageBytes }},
		{"socket-greeting-bytes", "most bytes of a message before somebody is let in", d.GreetingBytes, 1, func(s *settings) *int { return &s.sockets.GreetingBytes }},
		{"socket-backlog-bytes", "most bytes that wait to be written to a socket, besides what the system holds", d.BacklogBytes, 1, func(s *settings) *int { return &s.sockets.BacklogBytes }},
		{"socket-workers", "most subscriptions that are served at once, all sockets together; 0: 64 for each processor", 0, 0, func(s *settings) *int { return &s.sockets.Workers }},
	}
}

func connectionSpans() []span {
	d := socket.DefaultLimits()
	return []span{
		{"socket-init-timeout", "how long a socket may wait with its connection_init", d.InitTimeout, func(s *settings) *time.Duration { return &s.sockets.InitTimeout }},
		{"socket-keep-alive", "how long a socket may be silent until it is pinged", d.KeepAlive, func(s *settings) *time.Duration { return &s.sockets.KeepAlive }},
		{"socket-pong-wait", "how long it then has to answer", d.PongWait, func(s *settings) *time.Duration { return &s.sockets.PongWait }},
		{"socket-message-wait", "how long a message may take from its first byte to its last", d.MessageWait, func(s *settings) *time.Duration { return &s.sockets.MessageWait }},
		{"socket-write-wait", "how long a client may leave unread what its socket has no room for", d.WriteWait, func(s *settings) *time.Duration { return &s.sockets.WriteWait }},
		{"socket-close-wait", "how long a client may take to answer a close frame", d.CloseWait, func(s *settings) *time.Duration { return &s.sockets.CloseWait }},
		{"socket-renew-notice", "how long before its token ends a socket is told", d.RenewNotice, func(s *settings) *time.Duration { return &s.sockets.RenewNotice }},
		{"socket-drain-window", "how long a stop takes at most to send all sockets away", d.DrainWindow, func(s *settings) *time.Duration { return &s.sockets.DrainWindow }},
		{"stream-keep-alive", "time between signs of life on an event stream", graph.DefaultKeepAlive, func(s *settings) *time.Duration { return &s.streamKeepAlive }},
		{"stream-write-wait", "how long a client of a stream may leave unread what its connection has no room for", graph.DefaultWriteWait, func(s *settings) *time.Duration { return &s.streamWriteWait }},
		{"answer-write-wait", "how long a client may leave unread what its connection has no room for, of any other answer", defaultAnswerWait, func(s *settings) *time.Duration { return &s.answerWait }},
		{"revocation-poll", "how late a user who was revoked or deleted on another node is out", graph.DefaultRevocationPoll, func(s *settings) *time.Duration { return &s.revocationPoll }},
	}
}

// limitOptions are bounds as they were given.
type limitOptions struct {
	numbers   []number
	spans     []span
	counts    []*int
	times     []*time.Duration
	documents *string
}

func (p *limitOptions) define(o *options) {
	for _, n := range p.numbers {
		p.counts = append(p.counts, o.number(n.flag, n.value, n.usage))
	}
	for _, t := range p.spans {
		p.times = append(p.times, o.duration(t.flag, t.value, t.usage))
	}
}

// defineLimits defines the bounds on what one request may ask for, and on which documents.
func defineLimits(o *options) limitOptions {
	p := limitOptions{numbers: requestNumbers()}
	p.define(o)
	p.documents = o.text("trusted-documents", "", "folder of *.graphql files, or a JSON file from SHA-256 to text: take these documents only")
	return p
}

// defineConnections defines the bounds on sockets and streams.
func defineConnections(o *options) limitOptions {
	p := limitOptions{numbers: connectionNumbers(), spans: connectionSpans()}
	p.define(o)
	return p
}

// apply checks the settings and carries them over.
func (p limitOptions) apply(o *options, s *settings) {
	for i, n := range p.numbers {
		if *p.counts[i] < n.least {
			o.problem("--%s: %d is less than %d", n.flag, *p.counts[i], n.least)
		}
		*n.field(s) = *p.counts[i]
	}
	for i, t := range p.spans {
		o.atLeast(t.flag, *p.times[i], leastSpan)
		*t.field(s) = *p.times[i]
	}
	if s.limits.PageSize > dm.MaxPage {
		o.problem("--max-page: %d is more than %d, the most that there is", s.limits.PageSize, dm.MaxPage)
	}
	if s.sockets.GreetingBytes > s.sockets.MessageBytes {
		o.problem("--socket-greeting-bytes: %d is more than the %d of --socket-message-bytes", s.sockets.GreetingBytes, s.sockets.MessageBytes)
	}
	if p.documents != nil && *p.documents != "" {
		var err error
		if s.documents, err = graph.LoadDocuments(*p.documents); err != nil {
			o.problem("--trusted-documents: %v", err)
		}
	}
}
