// Package limits bounds requests: how large one may be, how long it may take, and how fast a user
// and an address may ask.
//
// Purpose. Request has the sizes, Timeouts the times, and Throttle charges operations to the
// budgets of package rates. Package connlimit bounds the connections that stay.
//
// Invariants. The host application, moderators and exempt users have no budgets. An operation that
// a budget refuses spends no budget.
//
// Concurrency and lifecycle. Plain values that do not change after Normalize; the budgets are in
// rates.Rates, which is safe for concurrent use.
package limits
