package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/internal/testdb"
	"github.com/aparte-im/aparte/internal/testwait"
	"github.com/aparte-im/aparte/live"
	"github.com/aparte-im/aparte/store"
)

// withPart returns a URL with another database or user.
func withPart(t *testing.T, address string, change func(*url.URL)) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	change(u)
	return u.String()
}

// administrator returns a connection to the server of a database, in another database of it.
func administrator(t *testing.T, address string) *sql.DB {
	t.Helper()
	db := openRaw(t, withPart(t, address, func(u *url.URL) { u.Path = "/postgres" }))
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func databaseOf(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(u.Path, "/")
}

func tempName(prefix string) string {
	return prefix + "_" + strings.ReplaceAll(uuid.NewString(), "-", "")
}

// A database that could not hold every text, or takes no writes, is refused before anything is made
// in it, with what to do.
func TestUnfitDatabasesAreRefused(t *testing.T) {
	server := testdb.EmptyPostgres(t)
	admin := administrator(t, server)
	for _, c := range []struct{ name, create, alter, want string }{
		{"LATIN1", "ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0", "", "ENCODING 'UTF8'"},
		{"SQL_ASCII", "ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0", "", "ENCODING 'UTF8'"},
		{"read only", "", "SET default_transaction_read_only = on", "default_transaction_read_only to off"},
	} {
		t.Run(c.name, func(t *testing.T) {
			name := tempName("aparte_unfit")
			run(t, admin, "CREATE DATABASE "+name+" "+c.create)
			defer run(t, admin, "DROP DATABASE "+name+" WITH (FORCE)")
			if c.alter != "" {
				run(t, admin, "ALTER DATABASE "+name+" "+c.alter)
			}
			config := store.Config{URL: withPart(t, server, func(u *url.URL) { u.Path = "/" + name })}
			_, migrated := store.Migrate(t.Context(), config)
			_, opened := store.Open(t.Context(), config)
			for what, err := range map[string]error{"Migrate": migrated, "Open": opened} {
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("%s: %v; want %q", what, err, c.want)
				}
			}
		})
	}
}

// A role that may have fewer connections than a store opens is refused with the setting's name.
// With the setting, reads wait for a connection where the role has none left.
func TestARoleWithFewConnections(t *testing.T) {
	owner := testdb.Postgres(t)
	admin := administrator(t, owner)
	role := tempName("aparte_role")
	const limit = 8
	run(t, admin, fmt.Sprintf("CREATE ROLE %s LOGIN CONNECTION LIMIT %d", role, limit))
	// The database goes first, and with it what the role owns.
	db := openRaw(t, owner)
	run(t, db, "GRANT USAGE ON SCHEMA aparte TO "+role, "GRANT ALL ON ALL TABLES IN SCHEMA aparte TO "+role)
	defer func() {
		run(t, db, "DROP OWNED BY "+role, "DROP ROLE "+role)
		_ = db.Close()
	}()
	c := store.Config{URL: withPart(t, owner, func(u *url.URL) { u.User = url.User(role) }), Rules: dm.DefaultRules()}
	if _, err := store.Open(t.Context(), c); err == nil || !strings.Contains(err.Error(), "--database-connections to at most 8") {
		t.Fatalf("%v; want a refusal that names --database-connections", err)
	}
	c.Connections = limit
	s, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	befriendedOn(t, s)
	// Others of the same role take what is left.
	others := openRaw(t, c.URL)
	defer others.Close()
	var held []*sql.Conn
	for {
		conn, err := others.Conn(t.Context())
		if pq.As(err, "53300") != nil {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, conn)
	}
	if len(held) == 0 {
		t.Fatal("no connection was left to take")
	}
	var reads sync.WaitGroup
	for range 60 {
		reads.Go(func() {
			if _, err := s.UserByHandle(context.WithoutCancel(t.Context()), "a"); err != nil {
				t.Errorf("a read failed: %v", err)
			}
		})
	}
	reads.Wait()
	for _, conn := range held {
		_ = conn.Close()
	}
}

// befriendedOn makes two friends and returns their ids.
func befriendedOn(t *testing.T, s *store.Store) (a, b dm.UserID) {
	t.Helper()
	service := dm.New(dm.Config{Store: s, Bus: live.NewHub()})
	users, err := service.UpsertUsers(t.Context(), []dm.UserInput{{ExternalID: "a", Handle: "a"}, {ExternalID: "b", Handle: "b"}})
	if err != nil {
		t.Fatal(err)
	}
	a, b = users[0].ID, users[1].ID
	if err := errors.Join(service.Follow(t.Context(), a, b), service.Follow(t.Context(), b, a)); err != nil {
		t.Fatal(err)
	}
	return a, b
}

// A session that was made while the server took no writes, as with a standby after a failover, is
// given up when the address leads to a server that does: sends, reads and readiness come back
// without a restart, and without the server ending the session.
func TestSessionsOfAReadOnlyServerAreGivenUp(t *testing.T) {
	address := testdb.Postgres(t)
	admin := administrator(t, address)
	lost := make(chan struct{}, 1024)
	s, err := store.Open(t.Context(), store.Config{URL: address, Rules: dm.DefaultRules(), Observer: store.Observer{Retried: func(bool) {
		select {
		case lost <- struct{}{}:
		default:
		}
	}}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	a, b := befriendedOn(t, s)
	service := dm.New(dm.Config{Store: s, Bus: live.NewHub()})
	strangers, err := service.UpsertUsers(t.Context(), []dm.UserInput{{ExternalID: "c", Handle: "c"}, {ExternalID: "d", Handle: "d"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := service.SetWhoCanMessageMe(t.Context(), strangers[0].ID, policy.NoOne, nil); err != nil {
		t.Fatal(err)
	}
	send := func(key string) error {
		_, err := service.Send(context.WithoutCancel(t.Context()), a, dm.SendInput{To: b, Body: "x", ClientMessageID: key})
		return err
	}
	if err := send("before"); err != nil {
		t.Fatal(err)
	}
	name := databaseOf(t, address)
	run(t, admin, `ALTER DATABASE "`+name+`" SET default_transaction_read_only = on`,
		`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '`+name+`'`)
	// A refusal writes nothing; it is decided by a server that takes writes all the same.
	refused, sent := make(chan error, 1), make(chan error, 1)
	triedAgain := func(answer chan error) {
		t.Helper()
		// The first retry is for the session that ended; the others have met a session that is read
		// only.
		for range 3 {
			select {
			case <-lost:
			case err := <-answer:
				t.Fatalf("the send ended with %v instead of being tried again", err)
			case <-time.After(testwait.Limit(20 * time.Second)):
				t.Fatal("the send was not tried again")
			}
		}
	}
	go func() { sent <- send("during") }()
	triedAgain(sent)
	go func() {
		_, err := service.Send(context.WithoutCancel(t.Context()), strangers[1].ID, dm.SendInput{To: strangers[0].ID, Body: "x", ClientMessageID: "x"})
		refused <- err
	}()
	triedAgain(refused)
	if err := s.CheckReady(t.Context()); err == nil {
		t.Error("the store is ready on a server that takes no writes")
	}
	run(t, admin, `ALTER DATABASE "`+name+`" RESET default_transaction_read_only`)
	if err := <-sent; err != nil {
		t.Errorf("the send that waited: %v", err)
	}
	if err := <-refused; dm.CodeOf(err) != dm.CodeMessageNotAllowed {
		t.Errorf("the refused send that waited: %v", err)
	}
	if err := send("after"); err != nil {
		t.Errorf("a send after it: %v", err)
	}
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	timeout := time.After(testwait.Limit(20 * time.Second))
	for err = s.CheckReady(t.Context()); err != nil; err = s.CheckReady(t.Context()) {
		select {
		case <-again.C:
		case <-timeout:
			t.Fatalf("the store is not ready again: %v", err)
		}
	}
}

// The file that a SQLite URL names is the one that is made, readable by its owner only.
func TestSQLitePathsAreTakenAsTheyAre(t *testing.T) {
	for _, name := range []string{"50%41", "what?", "a#b", "100%", "a b", "é%3F?#"} {
		dir := filepath.Join(t.TempDir(), "x")
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, name)
		if _, err := store.Migrate(t.Context(), store.Config{URL: "sqlite:" + path}); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		sendOne(t, store.Config{URL: "sqlite:" + path})
		if info, err := os.Stat(path); err != nil || info.Size() == 0 {
			t.Errorf("%s: the file is empty or missing: %v", name, err)
		}
		files, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			info, err := f.Info()
			if err != nil || !strings.HasPrefix(f.Name(), name) || info.Mode().Perm()&0o077 != 0 {
				t.Errorf("%s: made %s with mode %v (%v)", name, f.Name(), info.Mode(), err)
			}
		}
	}
}

// A SQLite file on a disk that is full, or takes no writes, is not ready, and is when the disk is
// well again.
func TestNotReadyOnADiskThatTakesNoWrites(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=8m"); err != nil {
		t.Skipf("a file system of a given size needs the right to mount: %v", err)
	}
	defer func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) }()
	c := store.Config{URL: "sqlite:" + filepath.Join(dir, "aparte.db"), Rules: dm.DefaultRules()}
	if _, err := store.Migrate(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	// The answer about the disk is remembered for a moment.
	ready := func(want bool, when string) {
		t.Helper()
		again := time.NewTicker(10 * time.Millisecond)
		defer again.Stop()
		timeout := time.After(testwait.Limit(20 * time.Second))
		for err := s.CheckReady(t.Context()); (err == nil) != want; err = s.CheckReady(t.Context()) {
			select {
			case <-again.C:
			case <-timeout:
				t.Fatalf("%s: CheckReady says %v", when, err)
			}
		}
	}
	ready(true, "at first")
	filler := filepath.Join(dir, "filler")
	if err := os.WriteFile(filler, make([]byte, 16<<20), 0o600); err == nil {
		t.Fatal("the disk is not full")
	}
	ready(false, "on a full disk")
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	ready(true, "with room again")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{"Open": second(store.Open(t.Context(), c)), "Migrate": second(store.Migrate(t.Context(), c))} {
		if err == nil || !strings.Contains(err.Error(), "read-only file system") {
			t.Errorf("%s on a read-only disk: %v", what, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }
