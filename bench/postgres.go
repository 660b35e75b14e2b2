package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/internal/testpg/pgcluster"
	"github.com/aparte-im/aparte/store"
)

// clockTick is the kernel's unit in /proc/PID/stat (USER_HZ), the same on every Linux that Go runs
// on.
const clockTick = 10 * time.Millisecond

// measurePostgres starts a server with its default durability and measures every row that needs
// one.
func (o options) measurePostgres(ctx context.Context, p *population, add func(result, error) error) error {
	if len(o.only) > 0 && !o.wantsPostgres() {
		return nil
	}
	cluster, err := pgcluster.Start(ctx, pgcluster.Options{Durable: true, Settings: []string{walKept}})
	if err != nil {
		return err
	}
	defer cluster.Stop()
	pg := &postgres{admin: cluster.URL()}
	if err := pg.prepare(ctx, p); err != nil {
		return fmt.Errorf("prepare the database: %w", err)
	}
	if err := o.lone(ctx, pg, p, add); err != nil {
		return err
	}
	for _, row := range o.wanted([]sendRow{
		{"naive", 32, o.naive},
		{"store 32", 32, o.store},
		{"store 1024", 1024, o.store},
	}) {
		if err := add(o.once(ctx, pg, p, row)); err != nil {
			return err
		}
	}
	if err := o.compare(ctx, pg, p, o.wanted([]sendRow{
		{"function", 32, o.function},
		{"floor", 32, o.floor},
		{"store 256", 256, o.store},
		{"api 256", 256, o.api},
		{"api socket 256", 256, o.socketAPI},
	}), add); err != nil {
		return err
	}
	if err := o.celebrity(ctx, pg, p, add); err != nil {
		return err
	}
	return o.screen(ctx, pg, p, add)
}

func (o options) wantsPostgres() bool {
	for _, name := range o.only {
		first, _, _ := strings.Cut(name, " ")
		if !slices.Contains([]string{"sqlite", liveIdle, liveDeliver, liveHold}, first) {
			return true
		}
	}
	return false
}

// postgres is the measured server and the database of the current row.
type postgres struct {
	admin, url string
	pid        int
	db         *sql.DB
}

// A server that has run for a while writes its WAL into segments that it has from before. A new one
// makes each of them, 16 MB of zeros, while the committer waits: 50 ms, once a second under load.
// So 1 GB of segments is made before anything is measured, and kept: as many as the default of
// max_wal_size lets a busy server have.
const (
	walKept     = "min_wal_size=1GB"
	walSegments = 64
	// checkpoint lets the segments that were written be written again.
	checkpoint = "CHECKPOINT"
)

const (
	templateName = "bench_template"
	rowName      = "bench_row"
)

// database returns the URL of a database, with the product's schema as the search path.
func (pg *postgres) database(name string) string {
	u, err := url.Parse(pg.admin)
	if err != nil {
		return ""
	}
	u.Path = "/" + name
	q := u.Query()
	q.Set("options", "-csearch_path="+store.DefaultSchema)
	u.RawQuery = q.Encode()
	return u.String()
}

// prepare makes the database that every row starts from.
func (pg *postgres) prepare(ctx context.Context, p *population) error {
	admin, err := sql.Open("postgres", pg.admin)
	if err != nil {
		return err
	}
	pg.db = admin
	for range walSegments {
		if _, err := admin.ExecContext(ctx, "SELECT pg_logical_emit_message(false, 'bench', ''), pg_switch_wal()"); err != nil {
			return err
		}
	}
	if _, err := admin.ExecContext(ctx, "CREATE DATABASE "+templateName); err != nil {
		return err
	}
	var dir string
	if err := admin.QueryRowContext(ctx, "SHOW data_directory").Scan(&dir); err != nil {
		return err
	}
	pidFile, err := os.ReadFile(filepath.Join(dir, "postmaster.pid"))
	if err != nil {
		return err
	}
	first, _, _ := strings.Cut(string(pidFile), "\n")
	if pg.pid, err = strconv.Atoi(first); err != nil {
		return err
	}
	if _, err := store.Migrate(ctx, store.Config{URL: pg.database(templateName)}); err != nil {
		return err
	}
	db, err := sql.Open("postgres", pg.database(templateName))
	if err != nil {
		return err
	}
	defer db.Close()
	if err := p.load(ctx, db); err != nil {
		return err
	}
	for _, text := range []string{functionSQL, "CREATE TABLE floor (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text NOT NULL)", "VACUUM ANALYZE"} {
		if _, err := db.ExecContext(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

// fresh starts a row on a copy of the prepared database, with a checkpoint behind it.
func (pg *postgres) fresh(ctx context.Context, trial string) error {
	for _, text := range []string{
		"DROP DATABASE IF EXISTS " + rowName + " WITH (FORCE)",
		"CREATE DATABASE " + rowName + " TEMPLATE " + templateName,
		checkpoint,
	} {
		if _, err := pg.db.ExecContext(ctx, text); err != nil {
			return err
		}
	}
	pg.url = pg.database(rowName)
	if trial == "" {
		return nil
	}
	db, err := sql.Open("postgres", pg.url)
	if err != nil {
		return err
	}
	defer db.Close()
	for _, text := range strings.Split(trial, ";") {
		if _, err := db.ExecContext(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

// hotShare tells, for the tables that a send updates, how many updates stayed out of the indexes.
func (pg *postgres) hotShare(ctx context.Context) (string, error) {
	db, err := sql.Open("postgres", pg.url)
	if err != nil {
		return "", err
	}
	defer db.Close()
	var line string
	err = db.QueryRowContext(ctx, `SELECT string_agg(format('%s %s%% of %s updates, %s dead', relname,
			100 * n_tup_hot_upd / n_tup_upd, n_tup_upd, n_dead_tup), '; ' ORDER BY relname)
		FROM pg_stat_user_tables WHERE n_tup_upd > 0`).Scan(&line)
	return line, err
}

// read adds what the server used to what this process used.
func (pg *postgres) read() (counters, error) {
	c := ownCounters()
	if err := pg.db.QueryRow("SELECT wal_sync, wal_bytes FROM pg_stat_wal").Scan(&c.syncs, &c.bytes); err != nil {
		return c, err
	}
	var err error
	c.db, err = treeCPU(pg.pid)
	return c, err
}

// treeCPU sums the CPU of a process and its children, the ended ones included.
func treeCPU(root int) (time.Duration, error) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0, err
	}
	var ticks int64
	for _, path := range stats {
		b, err := os.ReadFile(path)
		if err != nil {
			continue // it ended meanwhile; its parent has its time
		}
		_, rest, _ := strings.Cut(string(b), ") ")
		f := strings.Fields(rest)
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		parent, _ := strconv.Atoi(f[1])
		if pid != root && parent != root {
			continue
		}
		last := 13 // utime and stime; for the root also those of ended children
		if pid == root {
			last = 15
		}
		for _, v := range f[11:last] {
			n, _ := strconv.ParseInt(v, 10, 64)
			ticks += n
		}
	}
	return time.Duration(ticks) * clockTick, nil
}

var tpsLine = regexp.MustCompile(`(?m)^tps = ([0-9.]+)`)

// floor is what the server commits when a transaction is one bare insert.
func (o options) floor(ctx context.Context, pg *postgres, _ *population, name string, concurrent int) (result, error) {
	r := result{Name: name}
	script := filepath.Join(os.TempDir(), "aparte-bench-floor.sql")
	body := "INSERT INTO floor (body) VALUES ('Did you see the one with the cat on the escalator? It made my whole day.');\n"
	if err := os.WriteFile(script, []byte(body), 0o644); err != nil {
		return r, err
	}
	defer os.Remove(script)
	before, err := pg.read()
	if err != nil {
		return r, err
	}
	prefix := filepath.Join(os.TempDir(), "aparte-bench-floor-log")
	cmd := exec.CommandContext(ctx, "pgbench", "-n", "-M", "prepared", "-c", itoa(concurrent), "-j", "2",
		"-T", itoa(int(o.length.Seconds())), "-f", script, "-l", "--log-prefix", prefix, "--sampling-rate=0.05", pg.url)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return r, fmt.Errorf("pgbench: %w\n%s", err, out)
	}
	after, err := pg.read()
	if err != nil {
		return r, err
	}
	m := tpsLine.FindSubmatch(out)
	if m == nil {
		return r, errors.New("pgbench printed no rate")
	}
	r.Rate, _ = strconv.ParseFloat(string(m[1]), 64)
	if r.P50, r.P99, err = pgbenchPercentiles(prefix); err != nil {
		return r, err
	}
	n := r.Rate * o.length.Seconds()
	r.CPUDB = float64((after.db - before.db).Microseconds()) / n
	r.Fsyncs = float64(after.syncs-before.syncs) / n
	r.WAL = float64(after.bytes-before.bytes) / n
	return r, nil
}

// store is the product: store.Append with all its rules.
func (o options) store(ctx context.Context, pg *postgres, p *population, name string, concurrent int) (result, error) {
	s, err := store.Open(ctx, store.Config{URL: pg.url, Rules: dm.DefaultRules()})
	if err != nil {
		return result{Name: name}, err
	}
	defer s.Close()
	r, err := o.load(ctx, p, name, concurrent, pg.read, func(int) (sendFunc, error) { return appendTo(s), nil })
	if err != nil || o.trial == "" {
		return r, err
	}
	share, err := pg.hotShare(ctx)
	fmt.Fprintf(os.Stderr, "in place: %s\n", share)
	return r, err
}

func appendTo(s *store.Store) sendFunc {
	return func(ctx context.Context, send dm.Send) (bool, error) {
		_, err := s.Append(ctx, send)
		switch dm.CodeOf(err) {
		case dm.CodeMessageNotAllowed, dm.CodeRateLimited:
			return false, nil
		}
		return err == nil, err
	}
}
