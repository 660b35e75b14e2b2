package main

import (
	"net/netip"
	"time"

	"github.com/aparte-im/aparte/graph"
	"github.com/aparte-im/aparte/graph/rates"
)

// rateOptions are how fast users and addresses may ask, whose word about addresses is believed, and how long an operation
// may take.
type rateOptions struct {
	user, address                map[rates.Class]*string
	proxies, proxyHeader         *string
	queryTimeout, changeTimeouts *time.Duration
}

// rateFlags is the flag and the default of each budget.
var rateFlags = []struct {
	flag, value, usage string
	class              rates.Class
	address            bool
}{
	{"rate-reads", "300/30s", "queries and new subscriptions of a user; 0: no bound", rates.Reads, false},
	{"rate-sends", "30/10s", "messages of a user; 0: no bound", rates.Sends, false},
	{"rate-changes", "120/30s", "other changes of a user; 0: no bound", rates.Changes, false},
	{"rate-codes", "30/10m", "contact codes that a user tries; 0: no bound", rates.Codes, false},
	{"rate-address-reads", "3000/10s", "queries and new subscriptions of an address; 0: no bound", rates.Reads, true},
	{"rate-address-sends", "1000/10s", "messages of an address; 0: no bound", rates.Sends, true},
	{"rate-address-changes", "2000/10s", "other changes of an address; 0: no bound", rates.Changes, true},
	{"rate-address-codes", "300/10m", "contact codes that an address tries; 0: no bound", rates.Codes, true},
	{"rate-address-refusals", "200/10s", "requests of an address with a bad token or operation, before all of its are refused; 0: no bound", rates.Refusals, true},
}

func defineRates(o *options) rateOptions {
	p := rateOptions{
		user: map[rates.Class]*string{}, address: map[rates.Class]*string{},
		proxies: o.text("trusted-proxies", "",
			"networks of the proxies before this server, comma-separated: what they say of a client's address is believed"),
		proxyHeader:    o.text("proxy-header", "X-Forwarded-For", "the header in which they say it: X-Forwarded-For or Forwarded"),
		queryTimeout:   o.duration("query-timeout", 10*time.Second, "how long a query may take, and the begin of a subscription; 0: no bound"),
		changeTimeouts: o.duration("mutation-timeout", 30*time.Second, "how long a mutation may take; 0: no bound"),
	}
	for _, f := range rateFlags {
		held := p.user
		if f.address {
			held = p.address
		}
		held[f.class] = o.text(f.flag, f.value, f.usage)
	}
	return p
}

// apply checks the settings and carries them over.
func (p rateOptions) apply(o *options, s *settings) {
	var c rates.Config
	for _, f := range rateFlags {
		held, to := p.user, &c.User[f.class]
		if f.address {
			held, to = p.address, &c.Address[f.class]
		}
		parsed, err := rates.Parse(*held[f.class])
		if err != nil {
			o.problem("--%s: %v", f.flag, err)
		}
		*to = parsed
	}
	s.rates = rates.New(c)
	s.proxies.Header = *p.proxyHeader
	if h := *p.proxyHeader; h != "X-Forwarded-For" && h != "Forwarded" {
		o.problem("--proxy-header: %q is none of X-Forwarded-For and Forwarded", h)
	}
	for _, text := range list(*p.proxies) {
		network, err := netip.ParsePrefix(text)
		if address, err2 := netip.ParseAddr(text); err != nil && err2 == nil {
			network, err = netip.PrefixFrom(address, address.BitLen()), nil
		}
		if err != nil {
			o.problem("--trusted-proxies: %q is no network; give one as 10.0.0.0/8", text)
			continue
		}
		s.proxies.Trusted = append(s.proxies.Trusted, network)
	}
	o.atLeast("query-timeout", *p.queryTimeout, 0)
	o.atLeast("mutation-timeout", *p.changeTimeouts, 0)
	s.timeouts = graph.Timeouts{Query: orNone(*p.queryTimeout), Mutation: orNone(*p.changeTimeouts)}
}

// orNone is a timeout as package graph has it: for an operator 0 is none.
func orNone(d time.Duration) time.Duration {
	if d == 0 {
		return -1
	}
	return d
}
