package main

import (
	"bytes"
	"context"
	"crypto/md5"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/internal/testpg/pgcluster"
	"github.com/aparte-im/aparte/live"
	"github.com/aparte-im/aparte/store"
)

// How the reads are measured: one reader at a time, the two sizes by turns, so that what else the
// machine does meets both.
const (
	scaleRounds  = 10
	scaleTurn    = 500 * time.Millisecond
	scaleWarmUps = 2000
	scalePage    = 50
	// resumeGap is how many events somebody missed who comes back.
	resumeGap = 50
)

// Goals of reads.
const (
	flatLimit = 1.3
	apiLimit  = 3.0
)

// yardstick is the page as bare SQL, which the others are set against.
const yardstick = "inbox page, SQL"

func md5Of(s string) [16]byte { return md5.Sum([]byte(s)) }

// read is one way to read as the i-th of the measured people.
type read struct {
	name string
	do   func(ctx context.Context, i int) error
}

// readResult is one row of the scale table.
type readResult struct {
	Name     string  `json:"name"`
	SmallP50 float64 `json:"small_p50_ms"`
	SmallP99 float64 `json:"small_p99_ms"`
	LargeP50 float64 `json:"large_p50_ms"`
	LargeP99 float64 `json:"large_p99_ms"`
}

// measureScale measures the same reads on a small and on a large database on one server.
func (o options) measureScale(ctx context.Context, messages int) error {
	fmt.Println(machine())
	// The rows of the measured people stay in the server's memory at both sizes, like those of
	// people who are online.
	cluster, err := pgcluster.Start(ctx, pgcluster.Options{Settings: []string{"shared_buffers=2GB", "max_wal_size=8GB"}})
	if err != nil {
		return err
	}
	defer cluster.Stop()
	pg := &postgres{admin: cluster.URL()}
	if pg.db, err = sql.Open("postgres", pg.admin); err != nil {
		return err
	}
	perUser := conversationsPerUser * messagesPerConversation
	sizes := []size{{"small", messages / 100 / perUser}, {"large", messages / perUser}}
	var reads [2][]read
	for _, s := range sizes {
		start := time.Now()
		if err := pg.scaleDatabase(ctx, s); err != nil {
			return fmt.Errorf("fill %s: %w", s.name, err)
		}
		fmt.Printf("%s: %d messages, %d conversations, %d people; filled in %v\n",
			s.name, s.messages(), s.conversations(), s.users, time.Since(start).Round(time.Second))
	}
	for i, s := range sizes {
		list, stop, err := scaleReads(ctx, pg.database(s.name), s)
		if err != nil {
			return err
		}
		defer stop()
		reads[i] = list
	}
	var results []readResult
	for i := range reads[0] {
		r, err := measureReads(ctx, [2]read{reads[0][i], reads[1][i]})
		if err != nil {
			return fmt.Errorf("%s: %w", reads[0][i].name, err)
		}
		results = append(results, r)
	}
	printScale(results)
	return writeJSON(filepath.Join(filepath.Dir(o.out), "scale.json"), results)
}

func (pg *postgres) scaleDatabase(ctx context.Context, s size) error {
	if _, err := pg.db.ExecContext(ctx, "CREATE DATABASE "+s.name); err != nil {
		return err
	}
	if _, err := store.Migrate(ctx, store.Config{URL: pg.database(s.name)}); err != nil {
		return err
	}
	return s.fill(ctx, pg.database(s.name))
}

// measureReads measures one read on both sizes by turns.
func measureReads(ctx context.Context, pair [2]read) (readResult, error) {
	r := readResult{Name: pair[0].name}
	var hists [2]*hdrhistogram.Histogram
	next := [2]int{}
	once := func(i int) error {
		next[i] += 7919 // a prime, so that everybody has their turn
		return pair[i].do(ctx, next[i])
	}
	for i := range pair {
		hists[i] = hdrhistogram.New(1, 60_000_000, 3)
		for range scaleWarmUps {
			if err := once(i); err != nil {
				return r, err
			}
		}
	}
	for range scaleRounds {
		for i := range pair {
			for end := time.Now().Add(scaleTurn); time.Now().Before(end); {
				start := time.Now()
				if err := once(i); err != nil {
					return r, err
				}
				_ = hists[i].RecordValue(time.Since(start).Microseconds())
			}
		}
	}
	ms := func(i int, q float64) float64 { return float64(hists[i].ValueAtPercentile(q)) / 1000 }
	r.SmallP50, r.SmallP99, r.LargeP50, r.LargeP99 = ms(0, 50), ms(0, 99), ms(1, 50), ms(1, 99)
	return r, nil
}

// inboxSQL is what the page needs, as somebody would write it who has nothing but the tables: the
// newest of both sides, the last message, the other person, and whether receipts show.
const inboxSQL = `SELECT c.id, c.last_seq, c.last_at, c.blocks, c.folder, c.read_seq, c.cleared_seq, c.their_read_seq, c.muted,
		hm.read_receipts AND ht.read_receipts, m.seq, m.sender_id, m.body, m.video, m.created_at, u.id, u.handle, u.display_name
	FROM (SELECT * FROM (
		(SELECT id, high_id AS other, last_seq, last_at, low_blocks AS blocks, low_folder AS folder, low_read_seq AS read_seq,
			low_cleared_seq AS cleared_seq, high_read_seq AS their_read_seq, low_muted AS muted
			FROM conversations WHERE low_id = $1 AND low_folder = 1 ORDER BY last_at DESC LIMIT $2)
		UNION ALL
		(SELECT id, low_id, last_seq, last_at, high_blocks, high_folder, high_read_seq, high_cleared_seq, low_read_seq, high_muted
			FROM conversations WHERE high_id = $1 AND high_folder = 1 ORDER BY last_at DESC LIMIT $2)
		) AS both_sides ORDER BY last_at DESC LIMIT $2) AS c
	JOIN heads hm ON hm.user_id = $1 JOIN heads ht ON ht.user_id = c.other JOIN users u ON u.id = c.other
	LEFT JOIN messages m ON m.conversation_id = c.id AND m.seq = c.last_seq ORDER BY c.last_at DESC`

const inboxQuery = `query { inbox(first: 50) { pageInfo { hasNextPage endCursor } nodes { id folder lastActivityAt unreadCount
	readSeq muted ... on DirectConversation { theirReadSeq with { id handle displayName } } lastMessage { seq body createdAt } } } }`

// scaleReads opens a database in all the ways in which it is read. stop ends them.
func scaleReads(ctx context.Context, url string, s size) (reads []read, stop func(), err error) {
	var stops []func()
	stop = func() {
		for _, f := range stops {
			f()
		}
	}
	defer func() {
		if err != nil {
			stop()
		}
	}()
	db, err := sql.Open("postgres", url+"&plan_cache_mode=force_generic_plan&jit=off&enable_seqscan=off&enable_hashjoin=off&enable_mergejoin=off")
	if err != nil {
		return nil, stop, err
	}
	stops = append(stops, func() { _ = db.Close() })
	inbox, err := db.PrepareContext(ctx, inboxSQL)
	if err != nil {
		return nil, stop, err
	}
	st, err := store.Open(ctx, store.Config{URL: url, Rules: dm.DefaultRules()})
	if err != nil {
		return nil, stop, err
	}
	stops = append(stops, func() { _ = st.Close() })
	service := dm.New(dm.Config{Store: st, Bus: live.NewHub()})
	server, err := startAPI(ctx, url)
	if err != nil {
		return nil, stop, err
	}
	stops = append(stops, server.stop)
	target := &apiTarget{address: server.address, external: map[dm.UserID]string{}}
	var busy []dm.UserID
	for i := range s.measured() {
		busy = append(busy, s.busyUser(i))
		target.external[busy[i]] = "u" + itoa(i)
	}
	if err := target.greet(ctx, busy); err != nil {
		return nil, stop, err
	}
	client := &http.Client{}
	stops = append(stops, client.CloseIdleConnections)
	body := []byte(`{"query":` + mustQuote(inboxQuery) + `}`)
	return []read{
		{yardstick, func(ctx context.Context, i int) error { return readInboxSQL(ctx, inbox, s.busyUser(i)) }},
		{"inbox page, store", func(ctx context.Context, i int) error {
			views, err := st.Inbox(ctx, s.busyUser(i), dm.FolderInbox, nil, scalePage)
			return full(len(views), scalePage, err)
		}},
		{"inbox page, API", func(ctx context.Context, i int) error {
			answer, err := target.ask(ctx, client, s.busyUser(i), body)
			return full(bytes.Count(answer, []byte(`"lastMessage":{`)), scalePage, err)
		}},
		{"message page, store", func(ctx context.Context, i int) error {
			id := dm.ConversationOf(s.busyUser(i), s.friendOf(i))
			lists, err := st.Messages(ctx, s.busyUser(i), []dm.ConversationID{id}, int64(dm.FromNewest), scalePage)
			return full(len(lists[id]), messagesPerConversation, err)
		}},
		{"unread, store", func(ctx context.Context, i int) error {
			_, err := service.Unread(ctx, s.busyUser(i))
			return err
		}},
		{"resume, store", func(ctx context.Context, i int) error {
			log, err := st.Log(ctx, s.busyUser(i), busyConversations*messagesPerConversation-resumeGap, 100)
			return full(len(log.Events), resumeGap, err)
		}},
	}, stop, nil
}

// ask is for answers of any length, and one reader at a time who has the machine to themselves.
func (t *apiTarget) ask(ctx context.Context, client *http.Client, as dm.UserID, body []byte) ([]byte, error) {
	token, err := t.token(as)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+t.address+"/graphql", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err == nil && (res.StatusCode != http.StatusOK || bytes.Contains(answer, []byte(`"errors"`))) {
		err = fmt.Errorf("%s: %.500s", res.Status, answer)
	}
	return answer, err
}

func full(got, want int, err error) error {
	if err == nil && got != want {
		err = fmt.Errorf("read %d rows, not %d", got, want)
	}
	return err
}

func readInboxSQL(ctx context.Context, stmt *sql.Stmt, user dm.UserID) error {
	rows, err := stmt.QueryContext(ctx, uid(user), scalePage)
	if err != nil {
		return err
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		var id, sender, other uuid.UUID
		var lastSeq, lastAt, folder, readSeq, cleared, theirs, seq, created int64
		var blocked, muted, receipts bool
		var body, handle, display string
		var video sql.NullString
		if err := rows.Scan(&id, &lastSeq, &lastAt, &blocked, &folder, &readSeq, &cleared, &theirs, &muted, &receipts,
			&seq, &sender, &body, &video, &created, &other, &handle, &display); err != nil {
			return err
		}
		n++
	}
	return full(n, scalePage, rows.Err())
}

func printScale(results []readResult) {
	by := map[string]readResult{}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\nread\tsmall p50 ms\tp99 ms\tlarge p50 ms\tp99 ms\tlarge / small\t")
	for _, r := range results {
		by[r.Name] = r
		fmt.Fprintf(w, "%s\t%.3f\t%.3f\t%.3f\t%.3f\t%.2f\t\n", r.Name, r.SmallP50, r.SmallP99, r.LargeP50, r.LargeP99, r.LargeP50/r.SmallP50)
	}
	_ = w.Flush()
	fmt.Println()
	for _, r := range results {
		if r.Name != yardstick {
			printCheck(r.Name+", large / small", r.LargeP50/r.SmallP50, flatLimit, false)
		}
	}
	printCheck("inbox page, API / SQL, large", by["inbox page, API"].LargeP50/by[yardstick].LargeP50, apiLimit, false)
}

func writeJSON(path string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, append(b, '\n'), 0o644))
}
