package main

import (
	"log/slog"

	"github.com/aparte-im/aparte/graph"
	"github.com/aparte-im/aparte/graph/access"
)

// accessSettings say which requests the access log holds.
type accessSettings struct {
	Lines     string `name:"access-log" default:"off" oneof:"off,failed,all" help:"Log a line for each request and each operation of a socket: off, failed or all."`
	Sample    int    `name:"access-log-sample" default:"1" min:"1" help:"With --access-log all: log one in so many of the requests that succeeded."`
	Addresses bool   `name:"access-log-addresses" help:"Log the client's address too, which is personal data."`
}

// open returns the log, nil when it is off.
func (c accessSettings) open(logger *slog.Logger, proxies graph.Proxies) *access.Log {
	if c.Lines != "failed" && c.Lines != "all" {
		return nil
	}
	config := access.Config{Logger: logger, Failed: c.Lines == "failed", Sample: c.Sample}
	if c.Addresses {
		config.Address = graph.ClientOf(proxies)
	}
	return access.New(config)
}
