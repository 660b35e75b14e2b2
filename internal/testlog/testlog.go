// Package testlog has a log that a test may read while other goroutines write it.
//
// Purpose. Tests check what is logged, and that nothing secret is.
//
// Concurrency. A Log is safe for concurrent use.
package testlog

import (
	"bytes"
	"sync"
)

// Log keeps what is written to it. The zero value is empty.
type Log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer. It returns no error.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// String returns everything that was written so far.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
