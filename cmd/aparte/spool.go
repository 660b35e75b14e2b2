package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph"
	"github.com/aparte-im/aparte/store"
)

// spool is the directory of exports. A file that is being written has a name of its own; its last act is to be renamed,
// so whatever a crash leaves is never handed out.
type spool struct{ dir string }

const (
	spoolReady = ".zip"
	spoolPart  = ".part"
)

// openSpool makes the directory, for its owner only. An empty name is no spool.
func openSpool(dir string) (*spool, error) {
	if dir == "" {
		return nil, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("directory of exports: %w", err)
	}
	return &spool{dir}, nil
}

// files is what the API hands out, nil without a spool.
func (s *spool) files() graph.Exports {
	if s == nil {
		return nil
	}
	return s
}

func (s *spool) path(id dm.JobID, suffix string) string {
	return filepath.Join(s.dir, id.String()+suffix)
}

// Open implements graph.Exports.
func (s *spool) Open(id dm.JobID) (io.ReadSeekCloser, error) { return os.Open(s.path(id, spoolReady)) }

// write makes the file of a job by what writes its content, and returns its size. It starts anew each time.
func (s *spool) write(id dm.JobID, content func(io.Writer) error) (size int64, err error) {
	f, err := os.OpenFile(s.path(id, spoolPart), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
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
	if err := os.Rename(f.Name(), s.path(id, spoolReady)); err != nil {
		return 0, err
	}
	return size, s.sync()
}

// sync makes a rename durable: a job must not say that it is done while its file may still be lost.
func (s *spool) sync() error {
	d, err := os.Open(s.dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// sweep removes the files that no job stands for any more. A job is there before its file.
func (s *spool) sweep(ctx context.Context, st *store.Store) error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		suffix := filepath.Ext(entry.Name())
		id, ok := dm.ParseJobID(strings.TrimSuffix(entry.Name(), suffix))
		if !ok || suffix != spoolReady && suffix != spoolPart {
			continue // nobody else's files are ours to remove
		}
		job, err := st.JobByID(ctx, id)
		if err != nil {
			return err
		}
		done := job == nil || job.State == dm.JobFailed
		if !done && job.State == dm.JobDone {
			done = suffix == spoolPart || !time.Now().Before(job.ExpiresAt)
		}
		if !done {
			continue
		}
		if err := os.Remove(filepath.Join(s.dir, entry.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
