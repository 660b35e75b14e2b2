package background

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/store"
)

// Exports is the directory of exports. A file is written under a name of its own and renamed when
// it is complete, so the file of a write that was interrupted is never handed out. It is safe for
// concurrent use.
type Exports struct{ dir string }

const (
	readySuffix = ".zip"
	partSuffix  = ".part"
)

// OpenExports creates the directory, for its owner only. Errors: a directory that every user of the
// machine can write, because any of them could replace what users download.
func OpenExports(dir string) (*Exports, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("directory of exports: %w", err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("directory of exports: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o002 != 0 && runtime.GOOS != "windows" {
		return nil, fmt.Errorf("directory of exports: every user of this machine can write %s (%v); make it 0700", dir, mode)
	}
	return &Exports{dir}, nil
}

func (e *Exports) path(id dm.JobID, suffix string) string {
	return filepath.Join(e.dir, id.String()+suffix)
}

// Open returns the file of an export, or an error that is fs.ErrNotExist. It implements
// graph.Exports.
func (e *Exports) Open(id dm.JobID) (io.ReadSeekCloser, error) {
	return os.Open(e.path(id, readySuffix))
}

// write writes the file of a job and returns its size in bytes. It starts from the beginning each
// time.
func (e *Exports) write(id dm.JobID, content func(io.Writer) error) (size int64, err error) {
	f, err := os.OpenFile(e.path(id, partSuffix), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	buffered := bufio.NewWriterSize(f, 64<<10)
	err = errors.Join(content(buffered), buffered.Flush(), f.Sync())
	if info, statErr := f.Stat(); statErr == nil {
		size = info.Size()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return 0, errors.Join(err, os.Remove(f.Name()))
	}
	if err := os.Rename(f.Name(), e.path(id, readySuffix)); err != nil {
		return 0, err
	}
	return size, e.sync()
}

// sync makes a rename durable: a job must not be done while its file may still be lost.
func (e *Exports) sync() error {
	d, err := os.Open(e.dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// sweep removes the files that belong to no job. A job is there before its file.
func (e *Exports) sweep(ctx context.Context, st *store.Store) error {
	entries, err := os.ReadDir(e.dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		suffix := filepath.Ext(entry.Name())
		id, ok := dm.ParseJobID(strings.TrimSuffix(entry.Name(), suffix))
		if !ok || suffix != readySuffix && suffix != partSuffix {
			continue // not a file of this program
		}
		job, err := st.JobByID(ctx, id)
		if err != nil {
			return err
		}
		done := job == nil || job.State == dm.JobFailed
		if !done && job.State == dm.JobDone {
			done = suffix == partSuffix || !time.Now().Before(job.ExpiresAt)
		}
		if !done {
			continue
		}
		if err := os.Remove(filepath.Join(e.dir, entry.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
