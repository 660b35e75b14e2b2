package export

import (
	"archive/zip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// pageSize is the number of rows that an export reads at once.
const pageSize = 500

// Store is the part of dm.Store that an export reads.
type Store interface {
	dm.ExportStore
	// Users is that of dm.UserStore.
	Users(ctx context.Context, ids []dm.UserID) (map[dm.UserID]*dm.User, error)
}

// Service is the part of dm.Service that an export reads: what the user's own screens show.
type Service interface {
	Messaging(ctx context.Context, viewer dm.UserID) (dm.Messaging, error)
	ContactCodes(ctx context.Context, viewer dm.UserID, page dm.PageRequest) (dm.Page[*dm.ContactCode], error)
	BlockedUsers(ctx context.Context, viewer dm.UserID, page dm.PageRequest) (dm.Page[dm.FoundUser], error)
	RestrictedUsers(ctx context.Context, viewer dm.UserID, page dm.PageRequest) (dm.Page[dm.FoundUser], error)
	ListedUsers(ctx context.Context, viewer dm.UserID, listed policy.Listed, page dm.PageRequest) (dm.Page[dm.FoundUser], error)
	MyReports(ctx context.Context, viewer dm.UserID, page dm.PageRequest) (dm.Page[*dm.Report], error)
	MyNotices(ctx context.Context, viewer dm.UserID, page dm.PageRequest) (dm.Page[*dm.Report], error)
}

// Writer writes exports. It is safe for concurrent use.
type Writer struct {
	service Service
	store   Store
}

// New returns a Writer that reads from a service and its store.
func New(service Service, store Store) *Writer { return &Writer{service, store} }

// Write writes a ZIP archive of JSON Lines files to w: everything that is stored about the user of
// the job. It reads 500 rows at a time and keeps a few bytes a conversation. While it runs it
// updates job.Done and job.Total, in messages, and calls progress after each page of messages; an
// error of progress ends the export and is returned. Errors: NOT_FOUND when the user was deleted.
// After an error the archive is incomplete.
func (x *Writer) Write(ctx context.Context, job *dm.Job, w io.Writer, progress func() error) error {
	e := &export{
		service: x.service, store: x.store, user: job.User, job: job, zip: zip.NewWriter(w), progress: progress,
		people: map[dm.UserID]*dm.User{}, counts: map[string]int64{},
	}
	for _, part := range []func(context.Context) error{
		e.profile, e.settings, e.messages, e.edges, e.contactCodes, e.reports, e.manifest,
	} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return e.zip.Close()
}

type export struct {
	service  Service
	store    Store
	user     dm.UserID
	job      *dm.Job
	zip      *zip.Writer
	progress func() error
	// people are the users that the lines of the current page name.
	people map[dm.UserID]*dm.User
	counts map[string]int64
}

// lines begins a file and returns the function that adds a line to it.
func (e *export) lines(name string) (func(any) error, error) {
	f, err := e.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: time.Now().UTC()})
	if err != nil {
		return nil, err
	}
	encoder := json.NewEncoder(f)
	encoder.SetEscapeHTML(false)
	e.counts[name] = 0
	return func(v any) error {
		e.counts[name]++
		return encoder.Encode(v)
	}, nil
}

// manifest ends the export with the number of lines in each file, so that a missing file or line
// shows.
func (e *export) manifest(context.Context) error {
	counts := e.counts
	line, err := e.lines("manifest.jsonl")
	if err != nil {
		return err
	}
	delete(counts, "manifest.jsonl")
	if err := line(struct {
		Version int              `json:"version"`
		User    string           `json:"userId"`
		At      stamp            `json:"madeAt"`
		Lines   map[string]int64 `json:"lines"`
	}{1, e.user.String(), stamp(time.Now().UTC()), counts}); err != nil {
		return fmt.Errorf("end the export: %w", err)
	}
	return nil
}
