// Package classify asks an operator's web service about a message before it is sent.
//
// Purpose. It implements dm.Classifier: one signed POST for each message, with the answer ALLOW,
// HIDE or REFUSE. Only messages of senders whom the recipient does not know get here; see
// dm.ErrUnclassified.
//
// Invariants. A question takes no longer than the timeout, including the wait for a free slot. The
// number of concurrent questions is limited; beyond the limit a question fails at its timeout.
// Every failure is an error, and the caller decides what it means for the message. Redirects are
// not followed. Questions and answers are not logged or stored.
//
// Concurrency. A Webhook is safe for concurrent use. Lifecycle. Close closes idle connections.
package classify
