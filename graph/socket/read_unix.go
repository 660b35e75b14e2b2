//go:build unix

package socket

import (
	"errors"
	"io"
	"syscall"
)

// receive waits until there is something to read and hands it on, in a buffer that is only borrowed
// once there is.
func (c *conn) receive(use func([]byte) error) error {
	if c.raw == nil {
		return c.receiveSlowly(use)
	}
	var buffer *[readSize]byte
	var n int
	var failed error
	err := c.raw.Read(func(fd uintptr) bool {
		buffer = readBuffers.Get().(*[readSize]byte)
		for {
			n, failed = syscall.Read(int(fd), buffer[:])
			if !errors.Is(failed, syscall.EINTR) {
				break
			}
		}
		if errors.Is(failed, syscall.EAGAIN) {
			readBuffers.Put(buffer)
			buffer = nil
			return false
		}
		return true
	})
	if buffer != nil {
		defer readBuffers.Put(buffer)
	}
	switch {
	case err != nil:
		return err
	case failed != nil:
		return failed
	case n <= 0:
		return io.EOF
	}
	return use(buffer[:n])
}

// writeNow writes what the system has room for at once, and returns how much that was.
func (o *outbound) writeNow(b []byte) (n int, err error) {
	if o.conn.raw == nil {
		return 0, nil
	}
	if o.attempt == nil {
		o.attempt = o.try
	}
	o.bytes, o.written, o.failed = b, 0, nil
	err = o.conn.raw.Write(o.attempt)
	n, o.bytes = o.written, nil
	if err == nil {
		err = o.failed
	}
	return n, err
}

// try makes one system call. It never waits: it reports that it is done whatever came of it.
func (o *outbound) try(fd uintptr) bool {
	for {
		n, err := syscall.Write(int(fd), o.bytes)
		switch {
		case errors.Is(err, syscall.EINTR):
			continue
		case errors.Is(err, syscall.EAGAIN):
			return true
		case err != nil:
			o.failed = err
			return true
		}
		o.written = n
		return true
	}
}
