// Package export writes the copy of a user's data that the user has a right to.
//
// # Purpose
//
// Writer turns everything that is stored about one user into a ZIP archive of JSON Lines files:
// profile, settings and their history, conversations and messages, follows, suggestions, overrides,
// contact codes, reports and notices. The last file, manifest.jsonl, has the version of the format
// and the number of lines of each file. The rules of when an
// export may be requested, and its job, belong to package dm (Service.StartExport).
//
// # Invariants
//
//   - An export holds what is the user's and nothing that only concerns others (I9): messages that
//     the user can see, and the user's own reports without the names of moderators.
//   - The names of files, fields and values never change their meaning; a new version of the format
//     has a new number.
//   - Memory is bounded: 500 rows and a few bytes for each conversation.
//
// # Concurrency
//
// A Writer is safe for concurrent use. One call of Write runs in the caller's goroutine. The rows
// are read in many short reads, so an export of a user who writes meanwhile holds some of the newer
// rows.
//
// # Imports
//
// The package imports dm and dm/policy. It reaches the database through Store and the user's own
// screens through Service.
package export
