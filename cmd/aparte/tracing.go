package main

import "net/url"

// traceSettings say where traces are sent; they are off without an address.
type traceSettings struct {
	Endpoint string  `name:"otlp-endpoint" placeholder:"URL" help:"Address that takes OpenTelemetry traces (OTLP over HTTP), as http://127.0.0.1:4318/v1/traces; empty sends none."`
	Share    float64 `name:"trace-share" default:"1" min:"0" max:"1" help:"Share of requests that is traced, 0 to 1."`
}

func (c traceSettings) check(s *settings) {
	if c.Endpoint == "" {
		return
	}
	if u, err := url.Parse(c.Endpoint); err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		s.problem("otlp-endpoint", "%q is not an http or https address; give one as http://127.0.0.1:4318/v1/traces", c.Endpoint)
	}
}
