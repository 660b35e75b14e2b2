package main

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aparte-im/aparte/internal/testdb"
)

const (
	jobPeople = `mutation { upsertUsers(users: [{externalId: "1", handle: "ann"}, {externalId: "2", handle: "ben"}]) { __typename }
		setFollows(follows: [{from: "1", to: "2"}, {from: "2", to: "1"}]) { __typename } }`
	jobSend = `mutation($to: ID!) { sendMessage(input: {to: {userId: $to}, body: "remember this", clientMessageId: "k"}) { __typename } }`
)

// An export that a killed server had begun is made by the next one; its file is its owner's only.
// An erasure is done by the server that was asked for it.
func TestJobsOutliveTheirServer(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		dir, secret := filepath.Join(t.TempDir(), "spool"), secretFile(t, testSecret)
		args := []string{"--database-url", url, "--jwt-secret-file", secret, "--export-dir", dir}
		p := startServe(t, nil, args...)
		// Without its directory this server cannot finish, however fast it is.
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		admin := strings.TrimSpace(mustAparte(t, "token", "--jwt-secret-file", secret, "--admin"))
		ann := strings.TrimSpace(mustAparte(t, "token", "--jwt-secret-file", secret, "--subject", "1"))
		p.ask(admin, jobPeople, nil, nil)
		var ben struct{ User struct{ ID string } }
		p.ask(ann, `{ user(by: {handle: "ben"}) { id } }`, nil, &ben)
		p.ask(ann, jobSend, map[string]any{"to": ben.User.ID}, nil)
		var made struct {
			ExportMyData struct {
				Job struct{ ID string }
			}
		}
		p.ask(ann, `mutation { exportMyData { ... on ExportSuccess { job { id } } } }`, nil, &made)
		p.stop(syscall.SIGKILL)
		// A crash in the middle leaves this.
		id := made.ExportMyData.Job.ID
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, id+".part"), []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}

		p = startServe(t, nil, args...)
		p.await(`a job is done`)
		var job struct {
			ExportJob struct {
				State, URL string
				Progress   int
				Size       int64
			}
		}
		p.ask(ann, `{ exportJob { state url progress size } }`, nil, &job)
		if job.ExportJob.State != "DONE" || job.ExportJob.Progress != 100 {
			t.Fatalf("the job is %+v", job.ExportJob)
		}
		request, err := http.NewRequest(http.MethodGet, p.url(job.ExportJob.URL), nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+ann)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK || int64(len(body)) != job.ExportJob.Size {
			t.Fatalf("%d, %d bytes of %d, %v", response.StatusCode, len(body), job.ExportJob.Size, err)
		}
		if text := unzipped(t, body, "messages.jsonl"); !strings.Contains(text, `"body":"remember this"`) {
			t.Errorf("the export has %s", text)
		}
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) != 1 || entries[0].Name() != id+".zip" {
			t.Fatalf("the spool has %v, %v", entries, err)
		}
		info, err := entries[0].Info()
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the file's mode is %v, %v", info.Mode(), err)
		}

		p.ask(admin, `mutation { eraseUser(externalId: "1") { __typename } }`, nil, nil)
		p.awaitAgain(`a job is done`, 2)
		var gone struct {
			Erasures []struct{ State string }
		}
		p.ask(admin, `{ erasures(externalId: "1") { state } }`, nil, &gone)
		if len(gone.Erasures) != 1 || gone.Erasures[0].State != "DONE" {
			t.Errorf("the erasures are %+v", gone)
		}
		p.stop(syscall.SIGTERM)
	})
}

func unzipped(t *testing.T, b []byte, name string) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// awaitAgain waits until the process has said a text so many times.
func (p *process) awaitAgain(text string, times int) {
	p.t.Helper()
	deadline := time.After(patience)
	for {
		said, more := p.said.now()
		if strings.Count(said, text) >= times {
			return
		}
		select {
		case <-more:
		case <-deadline:
			p.t.Fatalf("%q was not said %d times:\n%s", text, times, said)
		}
	}
}
