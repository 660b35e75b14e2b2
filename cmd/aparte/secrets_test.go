package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Secrets come from files: one that others can change or guess is refused, one that others can read
// is named in the log.
func TestServeChecksItsSecrets(t *testing.T) {
	url := "sqlite:" + filepath.Join(t.TempDir(), "aparte.db")
	address := secretFile(t, url+"\n")
	mustAparte(t, "migrate", "--database-url-file", address)
	for name, c := range map[string]struct {
		text string
		mode os.FileMode
		want string
	}{
		"guessable": {strings.Repeat("password", 8), 0o600, "can be guessed"},
		"writable":  {testSecret, 0o602, "every user of this machine can write"},
		"short":     {"short", 0o600, "at least 32"},
	} {
		file := secretFile(t, c.text)
		if err := os.Chmod(file, c.mode); err != nil {
			t.Fatal(err)
		}
		e := aparteIn(t, nil, "serve", "--database-url-file", address, "--jwt-secret-file", file)
		if e.code != exitUsage || !strings.Contains(e.stderr, "--jwt-secret-file") || !strings.Contains(e.stderr, c.want) ||
			strings.Contains(e.stderr, strings.TrimSpace(c.text)+"\"") {
			t.Errorf("%s: %d %s", name, e.code, e.stderr)
		}
	}
	file := secretFile(t, testSecret)
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	p := startServe(t, nil, "--database-url-file", address, "--jwt-secret-file", file, "--create-users")
	p.await("every user of this machine can read a secret")
	token := strings.TrimSpace(mustAparte(t, "token", "--jwt-secret-file", file, "--subject", "host-1"))
	if got := p.status(t, token); got != 200 {
		t.Error(got)
	}
}

// The address of the database comes from one place.
func TestTheDatabaseURLOfAFile(t *testing.T) {
	url := "sqlite:" + filepath.Join(t.TempDir(), "aparte.db")
	address, empty := secretFile(t, " "+url+" \r\n"), secretFile(t, "\n")
	mustAparte(t, "migrate", "--database-url", url)
	for _, c := range []struct {
		env, args, want string
	}{
		{"", "--database-url-file " + address, ""},
		{"APARTE_DATABASE_URL_FILE=" + address, "", ""},
		{"APARTE_DATABASE_URL=sqlite:/nowhere/x.db", "--database-url-file " + address, ""},
		{"APARTE_DATABASE_URL_FILE=/nowhere", "--database-url " + url, ""},
		{"", "--database-url " + url + " --database-url-file " + address, "not both"},
		{"", "--database-url-file " + empty, "is empty"},
		{"", "--database-url-file /nowhere/url", "no such file"},
		{"", "--data-dir x --database-url-file " + address, "not both"},
	} {
		var env []string
		if c.env != "" {
			env = []string{c.env}
		}
		e := aparteIn(t, env, append([]string{"doctor"}, strings.Fields(c.args)...)...)
		if (e.code == 0) != (c.want == "") || !strings.Contains(e.stderr, c.want) {
			t.Errorf("%s doctor %s: %d %s", c.env, c.args, e.code, e.stderr)
		}
	}
}

func TestAURLThatHoldsAPassword(t *testing.T) {
	for url, want := range map[string]bool{
		"postgres://aparte@db/aparte": false, "postgres://aparte:word@db/aparte": true, "postgres://db/aparte?password=word": true,
		"postgres://aparte:@db/aparte": true, "postgres://aparte:w%zz@db/aparte": true, "sqlite:/data/aparte.db": false, "": false,
	} {
		if holdsPassword(url) != want {
			t.Errorf("%q: %v", url, !want)
		}
	}
}
