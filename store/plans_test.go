package store_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/internal/testdb"
	"github.com/aparte-im/aparte/live"
	"github.com/aparte-im/aparte/store"
)

// Bounds of what one statement may do on its way to a page: rows that one step of a plan looks at,
// rows that are sorted.
const (
	planRows = 2000
	planSort = 256
)

// recordTour notes every statement that the store asks, with its arguments, on a database of its
// own.
func recordTour(t *testing.T, url string, user func(*dm.Service) func(int) dm.UserID, trim time.Time) []store.Asked {
	t.Helper()
	rules := dm.DefaultRules()
	rules.DefaultAudience = policy.Everyone
	var asked []store.Asked
	recording := false
	note := func(a store.Asked) {
		if recording && !planExempt(a.Text) {
			asked = append(asked, a)
		}
	}
	s, closeAll, err := store.OpenRecording(t.Context(), store.Config{URL: url, Rules: rules}, note)
	if err != nil {
		t.Fatal(err)
	}
	service := dm.New(dm.Config{Store: s, Bus: live.NewHub()})
	users := user(service)
	recording = true
	tourOf(t, s, service, users, trim)
	if err := closeAll(); err != nil {
		t.Error(err)
	}
	return asked
}

// planExempt leaves out what has no plan.
func planExempt(text string) bool {
	return slices.ContainsFunc([]string{"BEGIN", "COMMIT", "ROLLBACK", "SHOW", "SET"}, func(word string) bool { return strings.HasPrefix(text, word) })
}

// Inbox pages, message pages, unread, resume, and all that a send or another change asks, stay flat
// on Postgres however much a person has: no table is read whole, no step looks at more than a few
// pages of rows, nothing larger is sorted.
func TestPlansStayFlatOnPostgres(t *testing.T) {
	asked := recordTour(t, filledPostgres(t), func(*dm.Service) func(int) dm.UserID { return planUser }, time.UnixMicro(600))

	t.Run("planned with statistics", func(t *testing.T) {
		t.Parallel()
		p := newPlanner(t, testdb.Postgres(t), asked)
		fillPlans(t, p.write)
		p.exec("ANALYZE")
		p.check()
	})
	// The worst there is: a plan that was made while every table was empty and known to be, and is
	// kept.
	t.Run("planned while empty", func(t *testing.T) {
		t.Parallel()
		p := newPlanner(t, testdb.Postgres(t), asked)
		p.exec("ANALYZE")
		p.plan()
		fillPlans(t, p.write)
		p.check()
	})
	t.Run("filled since the statistics", func(t *testing.T) {
		t.Parallel()
		p := newPlanner(t, testdb.Postgres(t), asked)
		p.exec("ANALYZE")
		fillPlans(t, p.write)
		p.check()
	})
}

func filledPostgres(t *testing.T) string {
	t.Helper()
	url := testdb.Postgres(t)
	db, err := sql.Open("postgres", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	fillPlans(t, db)
	return url
}

// planner asks Postgres for the plans of statements, over connections with the settings of the
// store's own.
type planner struct {
	*testing.T
	asked []store.Asked
	read  *sql.DB
	write *sql.DB
	conns map[bool]*sql.Conn
	names map[string]string
}

func newPlanner(t *testing.T, url string, asked []store.Asked) *planner {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{URL: url, Rules: dm.DefaultRules()})
	if err != nil {
		t.Fatal(err)
	}
	p := &planner{T: t, asked: asked, conns: map[bool]*sql.Conn{}, names: map[string]string{}}
	p.read, p.write = s.Pools()
	for _, write := range []bool{false, true} {
		pool := p.read
		if write {
			pool = p.write
		}
		if p.conns[write], err = pool.Conn(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := p.conns[true].ExecContext(t.Context(), s.WriterSettings()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, c := range p.conns {
			_ = c.Close()
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	// The statistics are those that the test makes.
	for _, table := range []string{"users", "heads", "conversations", "messages", "events", "follows", "overrides", "suggestions", "settings_changes", "reports", "evidence", "audit_log", "jobs", "contact_codes", "contact_code_redemptions", "search_words"} {
		p.exec("ALTER TABLE " + table + " SET (autovacuum_enabled = false)")
	}
	return p
}

func (p *planner) exec(text string) {
	p.Helper()
	if _, err := p.write.ExecContext(p.Context(), text); err != nil {
		p.Fatalf("%s: %v", text, err)
	}
}

// plan makes every statement's plan and keeps it.
func (p *planner) plan() {
	p.Helper()
	for _, a := range p.asked {
		p.explain(a, "EXPLAIN (FORMAT JSON) ")
	}
}

// check runs every statement and looks at what it did.
func (p *planner) check() {
	p.Helper()
	texts := map[string]bool{}
	for _, a := range p.asked {
		texts[a.Text] = true
		plan := p.explain(a, "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ")
		for _, complaint := range plan.complaints(planRows) {
			p.Errorf("%s\nin %s\n%s", complaint, a.Text, plan.text("\t"))
		}
	}
	p.Logf("%d statements in %d uses", len(texts), len(p.asked))
}

// explain prepares a statement once a connection, as the store does, and explains a use of it in a
// transaction that it takes back.
func (p *planner) explain(a store.Asked, how string) planNode {
	p.Helper()
	ctx, conn := p.Context(), p.conns[a.Write]
	if _, err := conn.ExecContext(ctx, "BEGIN; SET LOCAL statement_timeout = '5s'"); err != nil {
		p.Fatal(err)
	}
	defer func() {
		if _, err := conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK"); err != nil {
			p.Fatal(err)
		}
	}()
	key := fmt.Sprint(a.Write, a.Text)
	if p.names[key] == "" {
		p.names[key] = fmt.Sprintf("plan_%d", len(p.names))
		if _, err := conn.ExecContext(ctx, "PREPARE "+p.names[key]+" AS "+a.Text); err != nil {
			p.Fatalf("%s: %v", a.Text, err)
		}
	}
	args := make([]string, len(a.Args))
	for i, arg := range a.Args {
		args[i] = planLiteral(arg.Value)
	}
	execute := how + "EXECUTE " + p.names[key]
	if len(args) > 0 {
		execute += "(" + strings.Join(args, ", ") + ")"
	}
	var out []byte
	if err := conn.QueryRowContext(ctx, execute).Scan(&out); err != nil {
		p.Errorf("%v\nin %s\n\t%s", err, a.Text, execute)
		return planNode{}
	}
	var plans []struct{ Plan planNode }
	if err := json.Unmarshal(out, &plans); err != nil {
		p.Fatal(err)
	}
	return plans[0].Plan
}

// planNode is a step of a plan. Rows are those of one loop.
type planNode struct {
	Type    string     `json:"Node Type"`
	Table   string     `json:"Relation Name,omitempty"`
	Index   string     `json:"Index Name,omitempty"`
	Rows    float64    `json:"Actual Rows"`
	Loops   float64    `json:"Actual Loops"`
	Removed float64    `json:"Rows Removed by Filter,omitempty"`
	Joined  float64    `json:"Rows Removed by Join Filter,omitempty"`
	Plans   []planNode `json:"Plans,omitempty"`
}

func (n planNode) text(indent string) string {
	out := fmt.Sprintf("%s%s %s %s: %.0f rows, %.0f removed, %.0f times\n", indent, n.Type, n.Table, n.Index, n.Rows, n.Removed+n.Joined, n.Loops)
	for _, below := range n.Plans {
		out += below.text(indent + "  ")
	}
	return out
}

func (n planNode) complaints(limit int) []string {
	var out []string
	if n.Type == "Seq Scan" {
		out = append(out, "reads the table "+n.Table+" whole")
	}
	if looked := (n.Rows + n.Removed + n.Joined) * n.Loops; looked > float64(limit) {
		out = append(out, fmt.Sprintf("%s %s looks at %.0f rows", n.Type, n.Table, looked))
	}
	for _, below := range n.Plans {
		if strings.HasSuffix(n.Type, "Sort") && below.Rows*below.Loops > planSort {
			out = append(out, fmt.Sprintf("%s of %.0f rows", n.Type, below.Rows*below.Loops))
		}
		out = append(out, below.complaints(limit)...)
	}
	return out
}

// The same on SQLite, which plans without statistics and tells no rows: each table is searched by
// an index, and nothing is sorted that an index could give in order.
func TestPlansStayFlatOnSQLite(t *testing.T) {
	url := testdb.SQLite(t)
	asked := recordTour(t, url, func(service *dm.Service) func(int) dm.UserID { return planPeople(t, service) }, time.Now().Add(time.Hour))
	s, err := store.Open(t.Context(), store.Config{URL: url, Rules: dm.DefaultRules()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	read, write := s.Pools()
	seen := map[string]bool{}
	for _, a := range asked {
		if seen[a.Text] {
			continue
		}
		seen[a.Text] = true
		pool := read
		if a.Write {
			pool = write
		}
		args := make([]any, len(a.Args))
		for i, arg := range a.Args {
			args[i] = arg.Value
		}
		rows, err := pool.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+a.Text, args...) //nolint:sqlclosecheck // read to its end
		if err != nil {
			t.Fatalf("%s: %v", a.Text, err)
		}
		var steps []string
		for rows.Next() {
			var id, parent, unused int
			var step string
			if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
				t.Fatal(err)
			}
			steps = append(steps, step)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		for _, step := range steps {
			if complaint := liteComplaint(a.Text, step); complaint != "" {
				t.Errorf("%s\nin %s\n\t%s", complaint, a.Text, strings.Join(steps, "\n\t"))
			}
		}
	}
	t.Logf("%d statements", len(seen))
}

const liteTables = `users|heads|conversations|messages|events|follows|overrides|suggestions|settings_changes|reports|evidence|audit_log|jobs|contact_codes|contact_code_redemptions|search_words`

var liteScan = regexp.MustCompile(`^SCAN (\w+)`)

func liteComplaint(text, step string) string {
	// A scan of a subquery's rows is one of a page; only tables and their aliases are large.
	scan := liteScan.FindStringSubmatch(step)
	switch {
	case scan != nil && regexp.MustCompile(`\b(`+liteTables+`) `+scan[1]+`\b`).MatchString(text),
		regexp.MustCompile(`^SCAN (` + liteTables + `)\b`).MatchString(step):
		return "reads a table whole"
	case strings.HasPrefix(step, "MULTI-INDEX OR"):
		return "reads all conversations of a person"
	// The inbox sorts two pages into one, and a page of messages is in the order of its
	// conversations.
	case strings.HasPrefix(step, "USE TEMP B-TREE FOR ORDER BY") && !strings.Contains(text, "both_sides") && !strings.Contains(text, "ORDER BY m.conversation_id"):
		return "sorts"
	}
	return ""
}

// planPeople makes a few people, those of the tour.
func planPeople(t *testing.T, service *dm.Service) func(int) dm.UserID {
	t.Helper()
	in := make([]dm.UserInput, 100)
	for i := range in {
		name := fmt.Sprintf("u%d", i)
		in[i] = dm.UserInput{ExternalID: name, Handle: name, DisplayName: fmt.Sprintf("Person %d", i), Exempt: true}
	}
	users, err := service.UpsertUsers(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return func(n int) dm.UserID { return users[n].ID }
}

// The checks can fail.
func TestPlanComplaints(t *testing.T) {
	for want, n := range map[string]planNode{
		"reads the table heads whole":          {Type: "Seq Scan", Table: "heads", Rows: 1, Loops: 1},
		"Index Scan events looks at 9000 rows": {Type: "Index Scan", Table: "events", Rows: 10, Removed: 20, Loops: 300},
		"Incremental Sort of 300 rows":         {Type: "Incremental Sort", Plans: []planNode{{Type: "Limit", Rows: 300, Loops: 1}}},
	} {
		above := planNode{Type: "Limit", Rows: 1, Loops: 1, Plans: []planNode{n}}
		if got := above.complaints(planRows); len(got) != 1 || got[0] != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	for step, text := range map[string]string{
		"SCAN h":                       "SELECT 1 FROM heads h",
		"SCAN users":                   "SELECT 1 FROM users",
		"MULTI-INDEX OR":               "",
		"USE TEMP B-TREE FOR ORDER BY": "SELECT 1 FROM users ORDER BY 1",
	} {
		if liteComplaint(text, step) == "" {
			t.Errorf("%s passes in %s", step, text)
		}
	}
}
