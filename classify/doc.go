// Package classify asks a web service of the operator's what it thinks of a message, before the message is sent.
//
// Purpose. It implements dm.Classifier: one signed POST a message, an answer ALLOW, HIDE or REFUSE. Only messages of people
// whom the recipient does not know come here; see dm.ContentFacts.
//
// Invariants. A question takes no longer than the timeout, the wait for a free place included, and there are never more at
// once than the limit; beyond it a question fails at the timeout. Whatever goes wrong is an error, and what holds then is
// the caller's to say. Redirects are not followed. Neither questions nor answers are logged or kept.
//
// Concurrency. A Webhook may be used by many at once. Lifecycle. Close frees the connections that wait for a next question.
package classify
