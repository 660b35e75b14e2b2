package rows

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
)

// Source is one open file, unpacked when it is gzip.
type Source struct {
	path string
	file *os.File
	size int64
	read int64
	text *bufio.Reader
}

// Open opens a file. Gzip and UTF-16 are recognised by the first bytes, whatever the name; a file
// that is no text is an error that says what it is. The source must be closed.
func Open(path string) (*Source, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	s := &Source{path: path, file: f}
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
	s.text = bufio.NewReaderSize(plain, 1<<16)
	head, _ := s.text.Peek(512)
	for _, form := range foreignForms {
		if bytes.HasPrefix(head, []byte(form.start)) {
			return errors.New(form.problem)
		}
	}
	if wide := wideEncoding(head); wide != nil {
		s.text = bufio.NewReaderSize(wide.NewDecoder().Reader(s.text), 1<<16)
		head, _ = s.text.Peek(512)
	}
	if bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
		_, err = s.text.Discard(3)
		head = head[3:]
	}
	if start := bytes.TrimSpace(head); len(start) > 0 && (start[0] == '{' || start[0] == '[') {
		return errors.New("this is JSON; export the data as CSV")
	}
	return err
}

// foreignForms are kinds of files that are given by mistake, by how they start.
var foreignForms = []struct{ start, problem string }{
	{"PK\x03\x04", "this is a ZIP archive or a workbook (.xlsx); unpack it, or save the sheet as CSV"},
	{"\xd0\xcf\x11\xe0", "this is a workbook (.xls); save the sheet as CSV"},
	{"\x28\xb5\x2f\xfd", "this is packed with zstd; unpack it, or pack it with gzip"},
	{"BZh", "this is packed with bzip2; unpack it, or pack it with gzip"},
	{"\xfd7zXZ", "this is packed with xz; unpack it, or pack it with gzip"},
	{"SQLite format 3\x00", "this is an SQLite database; export its tables as CSV"},
	{"PGDMP", "this is a Postgres dump; export the tables as CSV, for example with \\copy"},
	{"\xff\xfe\x00\x00", "this is UTF-32; convert it first, for example with iconv -f UTF-32 -t UTF-8"},
	{"\x00\x00\xfe\xff", "this is UTF-32; convert it first, for example with iconv -f UTF-32 -t UTF-8"},
}

// wideEncoding recognises UTF-16 by its mark, or by the zero bytes of its first letters. Nil: the
// text has bytes.
func wideEncoding(head []byte) encoding.Encoding {
	order, marked := unicode.LittleEndian, unicode.UseBOM
	switch {
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}):
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		order = unicode.BigEndian
	case len(head) >= 4 && head[0] != 0 && head[1] == 0 && head[3] == 0:
		marked = unicode.IgnoreBOM
	case len(head) >= 4 && head[0] == 0 && head[1] != 0 && head[2] == 0:
		order, marked = unicode.BigEndian, unicode.IgnoreBOM
	default:
		return nil
	}
	return unicode.UTF16(order, marked)
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
