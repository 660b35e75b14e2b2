// Package policytest specifies the policy a second time, as tables of text that were written by
// hand, so that a mistake in the code meets a different source.
//
// Purpose. [Load] parses the tables, [Spec.Answer] derives the expected answer for a [Situation],
// and the Each functions enumerate the situations of a space together with the facts that
// policy.Decide receives for them. The tests of package policy compare Decide with the tables; the
// tests of package dm compare whole sends with them.
//
// Invariants. Nothing in this package calls policy.Decide or policy.Preset.
//
// Concurrency and lifecycle. A Spec does not change after Load and is safe for concurrent use. The
// maps that an Each function passes to its callback are reused between calls.
package policytest
