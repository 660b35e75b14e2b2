package testdb

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/lib/pq"

	"github.com/aparte-im/aparte/internal/testpg/pgcluster"
	"github.com/aparte-im/aparte/store"
)

// Postgres returns the URL of a fresh migrated database. A test that opens the URL itself finds the
// tables: it sets search_path to the product's schema.
func Postgres(t testing.TB) string {
	t.Helper()
	server, err := postgresServer()
	if err != nil {
		t.Fatalf("testdb: %v", err)
	}
	template, err := postgresTemplate()
	if err != nil {
		t.Fatalf("testdb: %v", err)
	}
	return server.forTest(t, template)
}

// EmptyPostgres returns the URL of a fresh database without the product's schema.
func EmptyPostgres(t testing.TB) string {
	t.Helper()
	server, err := postgresServer()
	if err != nil {
		t.Fatalf("testdb: %v", err)
	}
	return withoutOptions(server.forTest(t, "template1"))
}

// server is a Postgres on which databases may be created.
type server struct {
	admin *sql.DB
	url   *url.URL
	// cluster is held so that it lives as long as the process; nil when the server was there
	// before.
	cluster *pgcluster.Cluster
}

var postgresServer = sync.OnceValues(func() (*server, error) {
	ctx, cancel := context.WithTimeout(context.Background(), setupTimeout)
	defer cancel()
	s := &server{}
	admin := os.Getenv("APARTE_TEST_POSTGRES")
	if admin == "" {
		cluster, err := pgcluster.Start(ctx, pgcluster.Options{})
		if err != nil {
			return nil, err
		}
		s.cluster, admin = cluster, cluster.URL()
	}
	var err error
	if s.url, err = url.Parse(admin); err != nil {
		return nil, fmt.Errorf("APARTE_TEST_POSTGRES: %w", err)
	}
	if s.admin, err = sql.Open("postgres", admin); err != nil {
		return nil, err
	}
	// One connection is enough, and keeps parallel packages far from the server's limit.
	s.admin.SetMaxOpenConns(1)
	return s, s.admin.PingContext(ctx)
})

// postgresTemplate is migrated once per process; a database is then a copy of some files. On a
// server that outlives the process its name is left behind.
var postgresTemplate = sync.OnceValues(func() (string, error) {
	s, err := postgresServer()
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), setupTimeout)
	defer cancel()
	name := "aparte_template_" + suffix()
	if err := s.create(ctx, name, "template1"); err != nil {
		return "", err
	}
	if _, err := store.Migrate(ctx, store.Config{URL: s.database(name)}); err != nil {
		return "", fmt.Errorf("migrate the template: %w", err)
	}
	return name, nil
})

func (s *server) forTest(t testing.TB, template string) string {
	t.Helper()
	name := "aparte_test_" + suffix()
	if err := s.create(t.Context(), name, template); err != nil {
		t.Fatalf("testdb: %v", err)
	}
	t.Cleanup(func() {
		// The test's own context has ended by now.
		ctx, cancel := context.WithTimeout(context.Background(), setupTimeout)
		defer cancel()
		if _, err := s.admin.ExecContext(ctx, "DROP DATABASE "+pq.QuoteIdentifier(name)+" WITH (FORCE)"); err != nil {
			t.Errorf("testdb: %v", err)
		}
	})
	return s.database(name)
}

func (s *server) create(ctx context.Context, name, template string) error {
	_, err := s.admin.ExecContext(ctx,
		"CREATE DATABASE "+pq.QuoteIdentifier(name)+" TEMPLATE "+pq.QuoteIdentifier(template))
	return err
}

func (s *server) database(name string) string {
	u := *s.url
	u.Path = "/" + name
	return WithSchema(u.String())
}

func withoutOptions(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	q := u.Query()
	q.Del("options")
	u.RawQuery = q.Encode()
	return u.String()
}

// WithSchema returns the URL of a Postgres database with the product's schema as the search path.
func WithSchema(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	q := u.Query()
	q.Set("options", "-csearch_path="+store.DefaultSchema)
	u.RawQuery = q.Encode()
	return u.String()
}

func suffix() string { return strings.ToLower(rand.Text()[:16]) }
