package main

import (
	"github.com/aparte-im/aparte/graph"
	"github.com/aparte-im/aparte/graph/access"
)

// accessOptions are the settings of the access log, which is off unless it is asked for.
type accessOptions struct {
	lines     *string
	sample    *int
	addresses *bool
}

func defineAccess(o *options) accessOptions {
	return accessOptions{
		lines:     o.text("access-log", "off", "log a line for each request and each operation of a socket: off, failed or all"),
		sample:    o.number("access-log-sample", 1, "with --access-log all: log one in so many of what went well"),
		addresses: o.toggle("access-log-addresses", false, "log the client's address too, which is personal data"),
	}
}

// apply checks the settings and carries them over. It comes after those of the proxies.
func (p accessOptions) apply(o *options, s *settings) {
	if *p.sample < 1 {
		o.problem("--access-log-sample: %d is less than 1", *p.sample)
	}
	s.access.lines, s.access.sample, s.access.addresses = *p.lines, *p.sample, *p.addresses
	switch *p.lines {
	case "off", "failed", "all":
	default:
		o.problem("--access-log: %q is none of off, failed and all", *p.lines)
	}
}

// accessSettings are these, checked.
type accessSettings struct {
	lines     string
	sample    int
	addresses bool
}

// open returns the log, nil when it is off.
func (a accessSettings) open(s *settings) *access.Log {
	if a.lines != "failed" && a.lines != "all" {
		return nil
	}
	c := access.Config{Logger: s.logger, Failed: a.lines == "failed", Sample: a.sample}
	if a.addresses {
		c.Address = graph.ClientOf(s.proxies)
	}
	return access.New(c)
}
