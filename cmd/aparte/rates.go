package main

import (
	"net/netip"
	"time"

	"github.com/aparte-im/aparte"
	"github.com/aparte-im/aparte/graph/rates"
)

// rateSettings bound how fast users and addresses may ask, name the trusted proxies, and bound the
// time of an operation.
type rateSettings struct {
	Reads           aparte.Rate    `name:"rate-reads" default:"300/30s" help:"Queries and new subscriptions of a user, on this node. All of a budget may be used at once, and it fills again over its time; 0 sets no bound, here and below. N nodes give a user N times the budget; the outreach of a day is bounded over all nodes."`
	Sends           aparte.Rate    `name:"rate-sends" default:"30/10s" help:"Messages of a user."`
	Changes         aparte.Rate    `name:"rate-changes" default:"120/30s" help:"Other changes of a user: fields of mutations."`
	Codes           aparte.Rate    `name:"rate-codes" default:"30/10m" help:"Contact codes that a user tries, by a query or with a message."`
	Refusals        aparte.Rate    `name:"rate-refusals" default:"100/10s" help:"Requests of a user with an operation that is not accepted, before all of the user's requests are refused for a while."`
	AddressReads    aparte.Rate    `name:"rate-address-reads" default:"3000/10s" help:"Queries and new subscriptions of an address; an IPv6 /64 is one."`
	AddressSends    aparte.Rate    `name:"rate-address-sends" default:"1000/10s" help:"Messages of an address."`
	AddressChanges  aparte.Rate    `name:"rate-address-changes" default:"2000/10s" help:"Other changes of an address."`
	AddressCodes    aparte.Rate    `name:"rate-address-codes" default:"300/10m" help:"Contact codes that an address tries."`
	AddressRefusals aparte.Rate    `name:"rate-address-refusals" default:"200/10s" help:"Bad tokens of an address, before the next ones are refused with 429. Valid tokens pass."`
	TrustedProxies  []netip.Prefix `placeholder:"NETWORK" help:"Networks of the proxies before this server, as 10.0.0.0/8: their header is trusted for the client's address. Requests of a proxy in a private network that is not named have no limits by address."`
	ProxyHeader     string         `default:"X-Forwarded-For" oneof:"X-Forwarded-For,Forwarded" help:"The header in which proxies name the client: X-Forwarded-For or Forwarded."`
	QueryTimeout    time.Duration  `default:"10s" min:"0s" help:"Time that a query may take, and the start of a subscription; 0 sets no bound."`
	MutationTimeout time.Duration  `default:"30s" min:"0s" help:"Time that a mutation may take; 0 sets no bound."`
}

func (c rateSettings) rates() *aparte.Rates {
	var r aparte.Rates
	r.User[rates.Reads], r.User[rates.Sends] = c.Reads, c.Sends
	r.User[rates.Changes], r.User[rates.Codes] = c.Changes, c.Codes
	r.User[rates.Refusals] = c.Refusals
	r.Address[rates.Reads], r.Address[rates.Sends] = c.AddressReads, c.AddressSends
	r.Address[rates.Changes], r.Address[rates.Codes] = c.AddressChanges, c.AddressCodes
	r.Address[rates.Refusals] = c.AddressRefusals
	return &r
}

func (c rateSettings) proxies() aparte.Proxies {
	return aparte.Proxies{Trusted: c.TrustedProxies, Header: c.ProxyHeader}
}

func (c rateSettings) timeouts() aparte.Timeouts {
	return aparte.Timeouts{Query: orNone(c.QueryTimeout), Mutation: orNone(c.MutationTimeout)}
}

// orNone returns a bound as package aparte has it: the flag's 0 is -1 there.
func orNone[T int | time.Duration](bound T) T {
	if bound == 0 {
		return -1
	}
	return bound
}
