package main

import (
	"time"

	"github.com/aparte-im/aparte/dm"
)

// requestOptions are the rules about people who are new to each other.
type requestOptions struct {
	perDay, newAccount, refusals, surgeFloor, surgeFactor *int
	newAccountFor                                         *time.Duration
}

func defineRequests(o *options, rules dm.Rules) requestOptions {
	return requestOptions{
		perDay: o.number("outreach-per-day", rules.OutreachPerDay, "how many new people a day a user may write to; 0: no limit"),
		newAccount: o.number("outreach-new-account", rules.NewAccountOutreach,
			"the same for accounts that are younger than --new-account-for"),
		newAccountFor: o.duration("new-account-for", rules.NewAccountFor, "how long an account is new"),
		refusals: o.number("outreach-refusals", rules.OutreachRefusals,
			"how many people have to refuse a user's requests until the user's outreach is halved; 0: they change nothing"),
		surgeFloor: o.number("surge-floor", rules.SurgeFloor,
			"more new requests to one person in an hour than this may raise the surge shield; 0: it is never raised"),
		surgeFactor: o.number("surge-factor", rules.SurgeFactor,
			"and only when they are more than this many times the usual for that person"),
	}
}

func (p requestOptions) apply(o *options, rules *dm.Rules) {
	rules.OutreachPerDay, rules.NewAccountOutreach = *p.perDay, *p.newAccount
	rules.NewAccountFor, rules.OutreachRefusals = *p.newAccountFor, *p.refusals
	rules.SurgeFloor, rules.SurgeFactor = *p.surgeFloor, *p.surgeFactor
	for _, limit := range []struct {
		name string
		n    int
	}{{"outreach-per-day", *p.perDay}, {"outreach-refusals", *p.refusals}, {"surge-floor", *p.surgeFloor}} {
		if limit.n < 0 || limit.n > dm.MaxOutreach {
			o.problem("--%s: %d is not between 0 and %d", limit.name, limit.n, dm.MaxOutreach)
		}
	}
	if *p.newAccount < 1 || *p.newAccount > dm.MaxOutreach {
		o.problem("--outreach-new-account: %d is not between 1 and %d", *p.newAccount, dm.MaxOutreach)
	}
	if *p.surgeFactor < 1 {
		o.problem("--surge-factor: %d is less than 1", *p.surgeFactor)
	}
	o.atLeast("new-account-for", *p.newAccountFor, 0)
}
