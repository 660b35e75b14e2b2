// Package admission decides which operations are run.
//
// Purpose. Every operation passes it, over each transport: as a trusted document or as text that is
// parsed, measured, validated and weighed, each step within a bound that the step before has set.
//
// Invariants. The work on a document is linear in its size up to the validation of overlapping
// fields, which comes last and is bounded by the checks before it. An error does not repeat the
// client's text, except for names.
//
// Concurrency. Executor is safe for concurrent use. A lock guards the documents that were admitted
// lately.
//
// Lifecycle. The documents that are kept are bounded in number and size; nothing must be closed.
package admission
