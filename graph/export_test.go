package graph_test

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"net/http"
	"testing"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/export"
	"github.com/aparte-im/aparte/graph"
	"github.com/aparte-im/aparte/internal/testdb"
)

// memoryFiles keeps exports as cmd/aparte does in a directory.
type memoryFiles map[dm.JobID][]byte

type memoryFile struct{ *bytes.Reader }

func (memoryFile) Close() error { return nil }

func (m memoryFiles) Open(id dm.JobID) (io.ReadSeekCloser, error) {
	b, ok := m[id]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return memoryFile{bytes.NewReader(b)}, nil
}

const exportMyData = `mutation { exportMyData { __typename ... on ExportSuccess { job { id state progress url } } ... on UserError { code } ... on RateLimited { retryAfterSeconds } } }`

// download asks for a file and returns the status and what came.
func (c caller) download(path string) (*http.Response, []byte) {
	c.w.t.Helper()
	r, err := http.NewRequest(http.MethodGet, c.w.http.URL+path, nil)
	if err != nil {
		c.w.t.Fatal(err)
	}
	r.Header = c.header
	response, err := c.w.http.Client().Do(r)
	if err != nil {
		c.w.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	b, err := io.ReadAll(response.Body)
	if err != nil {
		c.w.t.Fatal(err)
	}
	return response, b
}

func TestAnExportIsItsUsersOnly(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		files, now := memoryFiles{}, time.Now()
		w := newWorld(t, setup{url: url, config: func(c *graph.Config) {
			c.Exports, c.Clock = files, func() time.Time { return now }
		}})
		mux := http.NewServeMux()
		mux.Handle("/", w.graph)
		mux.HandleFunc(graph.ExportPath, w.graph.ServeExport)
		w.http.Config.Handler = mux
		w.befriend("alice", "bob")
		w.say("alice", "bob", "to be exported")
		alice, bob := w.as("alice"), w.as("bob")
		alice.do(`{ exportJob { id } }`, nil).is("exportJob", `null`)
		made := alice.do(exportMyData, nil)
		id := made.text("exportMyData.job.id")
		made.is("exportMyData.job", `{"id":"`+id+`","state":"QUEUED","progress":0,"url":null}`)
		alice.do(exportMyData, nil).is("exportMyData.job.id", `"`+id+`"`)

		ctx := context.Background()
		job, err := w.service.TakeJob(ctx, dm.JobExport, "n", time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := export.New(w.service, w.store).Write(ctx, job, &b, func() error { return nil }); err != nil {
			t.Fatal(err)
		}
		path := graph.ExportPath + id + ".zip"
		if r, _ := alice.download(path); r.StatusCode != http.StatusNotFound {
			t.Errorf("before it is done: %d", r.StatusCode)
		}
		files[job.ID] = b.Bytes()
		if err := w.service.FinishExport(ctx, job, int64(b.Len()), time.Hour); err != nil {
			t.Fatal(err)
		}
		const one = `query($id: ID) { exportJob(id: $id) { state progress url size } }`
		alice.do(one, vars{"id": id}).is("exportJob.url", `"`+path+`"`)
		bob.do(one, vars{"id": id}).is("exportJob", `null`)
		r, got := alice.download(path)
		if r.StatusCode != http.StatusOK || !bytes.Equal(got, b.Bytes()) || r.Header.Get("Cache-Control") != "private, no-store" {
			t.Errorf("%d, %d of %d bytes, %v", r.StatusCode, len(got), b.Len(), r.Header)
		}
		for name, c := range map[string]caller{
			"another": bob, "nobody": w.with(), "the host": w.admin(), "a moderator": w.moderator("m"),
		} {
			if r, _ := c.download(path); r.StatusCode == http.StatusOK {
				t.Errorf("%s downloads it", name)
			}
		}
		if r, _ := bob.download(path); r.StatusCode != http.StatusNotFound {
			t.Errorf("another's export answers %d, not as one that does not exist (I9)", r.StatusCode)
		}
		if r, _ := alice.download(graph.ExportPath + "job_0.zip"); r.StatusCode != http.StatusNotFound {
			t.Errorf("no export answers %d", r.StatusCode)
		}
		alice.do(exportMyData, nil).is("exportMyData.code", `"RATE_LIMITED"`)
		now = now.Add(2 * time.Hour)
		if r, _ := w.as("alice").download(path); r.StatusCode != http.StatusUnauthorized && r.StatusCode != http.StatusNotFound {
			t.Errorf("after it expired: %d", r.StatusCode)
		}
	})
}

func TestWithoutExportsNoneIsPromised(t *testing.T) {
	w := newWorld(t, setup{})
	w.as("alice").do(exportMyData, nil).is("exportMyData.code", `"INVALID_INPUT"`)
}
