package rows

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
)

// maxRow bounds what one row may hold: a quote that is never closed must not pull the rest of a
// file into memory.
const maxRow = 1 << 20

// Source is one open file, unpacked when it is gzip.
type Source struct {
	path string
	file *os.File
	size int64
	read int64
	// left is what may still be read before the next row has to be whole.
	left int64
	text *bufio.Reader
}

// Open opens a file. Gzip is recognised by its first bytes, whatever the name. The source must be
// closed.
func Open(path string) (*Source, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	s := &Source{path: path, file: f, left: maxRow}
	if err := s.start(); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

func (s *Source) start() error {
	info, err := s.file.Stat()
	if err != nil {
		return err
	}
	if info.IsDir() {
		return fmt.Errorf("is a directory")
	}
	s.size = info.Size()
	packed := bufio.NewReader(counter{s})
	magic, _ := packed.Peek(2)
	var plain io.Reader = packed
	if bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		if plain, err = gzip.NewReader(packed); err != nil {
			return err
		}
	}
	s.text = bufio.NewReader(&limiter{s, plain})
	if mark, _ := s.text.Peek(3); bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, err = s.text.Discard(3)
	}
	return err
}

// Close closes the file.
func (s *Source) Close() error { return s.file.Close() }

// Progress tells how many bytes of the file were read, and its size.
func (s *Source) Progress() (read, size int64) { return s.read, s.size }

// firstLine looks at the first line, or as much of it as the buffer holds, without reading it.
func (s *Source) firstLine() string {
	b, _ := s.text.Peek(s.text.Size())
	line, _, _ := bytes.Cut(b, []byte("\n"))
	return string(line)
}

// counter counts the bytes that leave the file, so that progress is known before the number of rows
// is.
type counter struct{ s *Source }

func (c counter) Read(p []byte) (int, error) {
	n, err := c.s.file.Read(p)
	c.s.read += int64(n)
	return n, err
}

type limiter struct {
	s *Source
	r io.Reader
}

func (l *limiter) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.s.left -= int64(n); l.s.left < 0 {
		return 0, fmt.Errorf("a row is longer than %d bytes; is a quote not closed?", maxRow)
	}
	return n, err
}

// nextRow allows one more row of the largest size.
func (s *Source) nextRow() { s.left = maxRow }
