package socket

import "errors"

// ErrTooManyOperations is presented for an operation that is one too many on its connection.
var ErrTooManyOperations = errors.New("socket: too many operations on this connection")
