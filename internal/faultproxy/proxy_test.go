package faultproxy_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/lib/pq"

	"github.com/aparte-im/aparte/internal/faultproxy"
	"github.com/aparte-im/aparte/internal/testdb"
	"github.com/aparte-im/aparte/internal/testwait"
)

// Each step does to a transaction what its name says, and the proxy goes on after it.
func TestSteps(t *testing.T) {
	p, err := faultproxy.Start(testdb.EmptyPostgres(t))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	db, err := sql.Open("postgres", p.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(t.Context(), "CREATE TABLE n (n int)"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, at string
		step     faultproxy.Step
		code     string
		fails    bool
		rows     int
	}{
		{name: "pass", at: "COMMIT", step: faultproxy.Pass(), rows: 1},
		{name: "fail a statement", at: "INSERT", step: faultproxy.Fail("40001"), code: "40001", fails: true},
		{name: "fail a commit", at: "COMMIT", step: faultproxy.Fail("53100"), code: "53100", fails: true},
		{name: "cut before", at: "COMMIT", step: faultproxy.CutBefore(), fails: true},
		{name: "cut after", at: "COMMIT", step: faultproxy.CutAfter(), fails: true, rows: 1},
	} {
		p.Follow(func(statement string) faultproxy.Step {
			if strings.HasPrefix(statement, c.at) {
				return c.step
			}
			return faultproxy.Pass()
		})
		err := insert(t.Context(), db)
		p.Follow(nil)
		var e *pq.Error
		if (err != nil) != c.fails || c.code != "" && (!errors.As(err, &e) || string(e.Code) != c.code) {
			t.Errorf("%s: the client gets %v", c.name, err)
		}
		// The lock waits for a transaction whose client has gone.
		var n int
		if _, err := db.ExecContext(t.Context(), "BEGIN; LOCK TABLE n; COMMIT"); err != nil {
			t.Fatal(err)
		}
		if err := db.QueryRowContext(t.Context(), "WITH gone AS (DELETE FROM n RETURNING 1) SELECT count(*) FROM gone").Scan(&n); err != nil || n != c.rows {
			t.Errorf("%s: %d rows were committed (%v), want %d", c.name, n, err, c.rows)
		}
	}
}

func insert(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(ctx, "INSERT INTO n VALUES ($1)", 1); err != nil {
		return err
	}
	return tx.Commit()
}

// A stalled connection says nothing until the proxy is closed.
func TestStall(t *testing.T) {
	p, err := faultproxy.Start(testdb.EmptyPostgres(t))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	db, err := sql.Open("postgres", p.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	stalled := make(chan struct{}, 1)
	p.Follow(func(statement string) faultproxy.Step {
		if statement == "SELECT 1" {
			stalled <- struct{}{}
			return faultproxy.Stall()
		}
		return faultproxy.Pass()
	})
	answer := make(chan error, 1)
	go func() {
		_, err := db.ExecContext(context.WithoutCancel(t.Context()), "SELECT 1")
		answer <- err
	}()
	<-stalled
	if _, err := db.ExecContext(t.Context(), "SELECT 2"); err != nil {
		t.Errorf("another connection: %v", err)
	}
	select {
	case err := <-answer:
		t.Errorf("a stalled statement is answered with %v", err)
	default:
	}
	p.Close()
	select {
	case err := <-answer:
		if err == nil {
			t.Error("a stalled statement succeeded")
		}
	case <-time.After(testwait.Limit(time.Minute)):
		t.Error("Close does not end a stalled connection")
	}
}
