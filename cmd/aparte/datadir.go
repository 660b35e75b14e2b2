package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/gofrs/flock"

	"github.com/aparte-im/aparte"
)

// dataDir is the directory of `aparte dev`: the database, the secret that signs its tokens, and a
// lock.
type dataDir string

// defaultDataDir returns the directory that the system has for data of a user's programs.
func defaultDataDir(getenv func(string) string) string {
	home, err := os.UserHomeDir()
	if err != nil {
		return "aparte-data"
	}
	switch {
	case getenv("XDG_DATA_HOME") != "":
		return filepath.Join(getenv("XDG_DATA_HOME"), "aparte")
	case runtime.GOOS == "darwin":
		return filepath.Join(home, "Library", "Application Support", "aparte")
	case runtime.GOOS == "windows":
		return filepath.Join(home, "AppData", "Local", "aparte")
	}
	return filepath.Join(home, ".local", "share", "aparte")
}

func (d dataDir) file(name string) string { return filepath.Join(string(d), name) }
func (d dataDir) databaseFile() string    { return d.file("aparte.db") }
func (d dataDir) databaseURL() string     { return "sqlite:" + d.databaseFile() }
func (d dataDir) secretFile() string      { return d.file("jwt-secret") }

// create creates the directory, for its owner only.
func (d dataDir) create() error { return os.MkdirAll(string(d), 0o700) }

func (d dataDir) mustExist() error {
	if _, err := os.Stat(d.databaseFile()); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no Aparté data in %s; `aparte dev --data-dir %s` makes it", d, d)
	} else if err != nil {
		return err
	}
	return nil
}

// lock takes the directory for this process alone, until unlock or the end of the process.
func (d dataDir) lock() (unlock func(), err error) {
	if err := d.create(); err != nil {
		return nil, err
	}
	lock := flock.New(d.file("lock"), flock.SetPermissions(0o600))
	free, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", d, err)
	}
	if !free {
		return nil, fmt.Errorf("another aparte process works on %s; stop it, or give another --data-dir", d)
	}
	return func() { _ = lock.Close() }, nil
}

// secret reads the secret that `aparte dev` made.
func (d dataDir) secret() ([]byte, error) {
	secret, err := readSecret(d.secretFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no secret in %s; `aparte dev --data-dir %s` makes it", d, d)
	}
	return secret, err
}

// ensureSecret creates the secret when there is none. The caller holds the lock.
func (d dataDir) ensureSecret() ([]byte, error) {
	secret, err := readSecret(d.secretFile())
	if !errors.Is(err, fs.ErrNotExist) {
		return secret, err
	}
	fresh := make([]byte, 32)
	_, _ = rand.Read(fresh)
	// It is written beside and renamed, so that a crash leaves no half of a secret.
	part := d.file("jwt-secret.part")
	if err := os.WriteFile(part, []byte(hex.EncodeToString(fresh)+"\n"), 0o600); err != nil {
		return nil, err
	}
	if err := os.Rename(part, d.secretFile()); err != nil {
		return nil, err
	}
	return readSecret(d.secretFile())
}

// permissions returns the permissions of a file, and 0 where there are none to check.
func permissions(path string) fs.FileMode {
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS == "windows" {
		return 0
	}
	return info.Mode().Perm()
}

// readSecret reads a secret: the text of the file without the line end.
func readSecret(path string) ([]byte, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if mode := permissions(path); mode&0o002 != 0 {
		return nil, fmt.Errorf("every user of this machine can write %s (%v), and so sign tokens; make it 0600", path, mode)
	}
	secret := strings.TrimRight(string(b), "\r\n")
	if len(secret) < aparte.MinSecret {
		return nil, fmt.Errorf("%s holds %d bytes; a secret needs at least %d", path, len(secret), aparte.MinSecret)
	}
	return []byte(secret), nil
}
