package main

import "github.com/aparte-im/aparte"

// accessSettings say which requests the access log holds.
type accessSettings struct {
	Lines     string `name:"access-log" default:"off" oneof:"off,failed,all" help:"Log a line for each request and each operation of a socket: off, failed or all."`
	Sample    int    `name:"access-log-sample" default:"1" min:"1" help:"With --access-log all: log one in so many of the requests that succeeded."`
	Addresses bool   `name:"access-log-addresses" help:"Log the client's address too, which is personal data."`
}

// accessLog returns the settings as package aparte takes them, nil when the log is off.
func (c accessSettings) accessLog() *aparte.AccessLog {
	if c.Lines != "failed" && c.Lines != "all" {
		return nil
	}
	return &aparte.AccessLog{FailedOnly: c.Lines == "failed", Sample: c.Sample, Addresses: c.Addresses}
}
