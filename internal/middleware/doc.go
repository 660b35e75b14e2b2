// Package middleware holds the HTTP wrappers around the API: time limits for bodies and responses,
// security headers, and the rules for origins.
//
// Purpose. Each function takes a handler and returns one; package aparte puts them around its
// routes.
//
// Invariants. No wrapper limits the time of a whole response: a subscription over server-sent
// events may last for days. A deadline that a handler sets itself is kept.
//
// Concurrency and lifecycle. The handlers are safe for concurrent use and hold nothing to close.
package middleware
