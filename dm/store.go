package dm

import "context"

// Store is the whole storage port: the composition of the small interfaces that the parts of
// Service name. An implementation provides all of them. Package store/storetest is the
// specification: every implementation, on every database, passes it.
//
// Methods that take a viewer return only what that viewer may see (I9). Methods return *Error for
// expected refusals; every other error is internal. All methods are safe for concurrent use.
type Store interface {
	SendStore
	TxStore
	InboxStore
	UserStore
	RelationshipStore
	SettingsStore
	ContactCodeStore
	LogStore
	HostStore
	RevocationStore
	ModerationStore
	JobStore
	ExportStore
	EraseStore
}

// SendStore writes messages.
type SendStore interface {
	// Append writes one send through Tx.Send and returns after the commit (I10). Concurrent sends
	// share a transaction; a send that is refused or fails harms no other send (I8). Errors: those
	// of Tx.Send; RATE_LIMITED at once when the queue is full. ErrUnclassified of Tx.Send is
	// returned as it is, and nothing is written.
	Append(ctx context.Context, send Send) (Sent, error)
}

// TxStore runs units of work: every change that is not a send.
type TxStore interface {
	// Change locks the heads of the scope in the order of their ids, loads the scope, runs change
	// and writes the changes of the Tx, in one transaction that commits before Change returns.
	// After a serialization failure change runs again on a fresh Tx, so it must have no other
	// effects. When it returns an error, nothing is written and Change returns that error.
	Change(ctx context.Context, scope Scope, change func(*Tx) error) error
	// Inspect loads a scope without a lock, for an answer that holds for the moment only. Changes
	// of its Tx are not written.
	Inspect(ctx context.Context, scope Scope) (*Tx, error)
}
