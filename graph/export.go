package graph

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph/apierror"
	"github.com/aparte-im/aparte/graph/auth"
	"github.com/aparte-im/aparte/graph/clientaddr"
	"github.com/aparte-im/aparte/graph/generated"
	"github.com/aparte-im/aparte/graph/transport"
)

// ExportPath is where ServeExport is to be mounted; the name of a file follows.
const ExportPath = "/exports/"

const exportSuffix = ".zip"

// Exports keeps the files that exports wrote.
type Exports interface {
	// Open returns a file, or an error that is fs.ErrNotExist.
	Open(id dm.JobID) (io.ReadSeekCloser, error)
}

func (m mutation) ExportMyData(ctx context.Context) (generated.ExportResult, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	if !m.exports {
		return refused[generated.ExportResult](dm.Invalid("", "This server offers no exports."))
	}
	job, err := m.service.StartExport(ctx, viewer)
	if err != nil {
		return refused[generated.ExportResult](err)
	}
	return generated.ExportSuccess{Job: exportOf(job, m.mountPath)}, nil
}

func (q query) ExportJob(ctx context.Context, text *string) (*generated.ExportJob, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	var id dm.JobID
	if text = given(text); text != nil {
		var ok bool
		if id, ok = dm.ParseJobID(*text); !ok {
			return nil, nil
		}
	}
	job, err := q.service.Export(ctx, viewer, id)
	if err != nil {
		return nil, absent(err)
	}
	return exportOf(job, q.mountPath), nil
}

func exportOf(j *dm.Job, mountPath string) *generated.ExportJob {
	out := &generated.ExportJob{
		ID: j.ID.String(), State: j.State, Progress: j.Progress(), RequestedAt: j.RequestedAt,
		FinishedAt: timeOrNil(j.FinishedAt), ExpiresAt: timeOrNil(j.ExpiresAt),
	}
	if j.State == dm.JobDone {
		url, size := mountPath+ExportPath+j.ID.String()+exportSuffix, int(j.Size)
		out.URL, out.Size = &url, &size
	}
	return out
}

func (m mutation) EraseUser(ctx context.Context, externalID string) (generated.EraseUserResult, error) {
	if err := auth.RequireAdmin(ctx); err != nil {
		return nil, err
	}
	by := dm.Moderator{Name: auth.IdentityOf(ctx).Subject, RequestID: requestIDOf(ctx)}
	jobs, err := m.service.EraseUser(ctx, by, externalID)
	if err != nil {
		return refused[generated.EraseUserResult](err)
	}
	m.usersChanged(ctx)
	return generated.EraseUserSuccess{ExternalID: externalID, Erasures: erasuresOf(jobs)}, nil
}

func (q query) Erasures(ctx context.Context, externalID string) ([]*generated.Erasure, error) {
	if err := auth.RequireAdmin(ctx); err != nil {
		return nil, err
	}
	jobs, err := q.service.Erasures(ctx, externalID)
	if err = absent(err); err != nil {
		return nil, err
	}
	return erasuresOf(jobs), nil
}

func erasuresOf(jobs []*dm.Job) []*generated.Erasure {
	out := make([]*generated.Erasure, len(jobs))
	for i, j := range jobs {
		out[i] = &generated.Erasure{
			UserID: j.User.String(), State: j.State, Progress: j.Progress(), RequestedAt: j.RequestedAt, FinishedAt: timeOrNil(j.FinishedAt),
		}
	}
	return out
}

// ServeExport hands out the file of an export to its user, by the same token as the API.
func (s *Server) ServeExport(w http.ResponseWriter, r *http.Request) {
	if !s.work.enter() {
		w.Header().Set("Retry-After", "1")
		transport.Refuse(w, http.StatusServiceUnavailable, apierror.CodeShuttingDown, "The service is restarting. Try again in a moment.")
		return
	}
	defer s.work.leave()
	defer s.guard(w, r)
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		transport.Refuse(w, http.StatusMethodNotAllowed, apierror.CodeMethodNotAllowed, "Use GET.")
		return
	}
	r = r.WithContext(clientaddr.With(r.Context(), s.budgetAddress(r)))
	id, err := s.authenticator.Enter(r.Context(), auth.CredentialsOf(r.Header))
	if err != nil {
		s.refuseToken(w, r, err)
		return
	}
	if id.Admin {
		s.logAdmin(r.Context(), id, "download", "export")
	}
	name := strings.TrimPrefix(r.URL.Path, ExportPath)
	file, finished, err := s.openExport(auth.WithIdentity(r.Context(), id), strings.TrimSuffix(name, exportSuffix))
	if err != nil {
		if dm.CodeOf(err) == dm.CodeNotFound {
			err = apierror.New(string(dm.CodeNotFound), "No such export, or not any more.", http.StatusNotFound)
		}
		s.refuseError(w, r, err)
		return
	}
	defer func() { _ = file.Close() }()
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", `attachment; filename="messages.zip"`)
	w.Header().Set("Cache-Control", "private, no-store")
	http.ServeContent(w, r, "", finished, file)
}

func (s *Server) openExport(ctx context.Context, text string) (io.ReadSeekCloser, time.Time, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, time.Time{}, err
	}
	id, ok := dm.ParseJobID(text)
	if !ok || s.config.Exports == nil {
		return nil, time.Time{}, dm.NotFound("export")
	}
	job, err := s.service.Export(ctx, viewer, id)
	if err != nil {
		return nil, time.Time{}, err
	}
	if job.State != dm.JobDone || !s.config.Clock().Before(job.ExpiresAt) {
		return nil, time.Time{}, dm.NotFound("export")
	}
	file, err := s.config.Exports.Open(id)
	if errors.Is(err, fs.ErrNotExist) {
		err = dm.NotFound("export")
	}
	return file, job.FinishedAt, err
}
