package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/aparte-im/aparte/internal/faultproxy"
	"github.com/aparte-im/aparte/internal/testdb"
	"github.com/aparte-im/aparte/internal/testpg/pgcluster"
)

// failoverSenders is how many requests send at once: enough for batches beside the fast path.
const failoverSenders = 6

// failover is a server whose database has a primary and a synchronous standby behind one name.
type failover struct {
	*testing.T
	primary, standby *pgcluster.Cluster
	// name is what the server connects to.
	name   *faultproxy.Proxy
	server *process
	// sender is a token, recipient the id of the user who gets the messages.
	sender, recipient string
	// acked are the keys of the messages that were acknowledged; count is their number.
	mu    sync.Mutex
	acked []string
	count atomic.Int64
	// refused is the last answer to a send that was no acknowledgement.
	refused atomic.Value
}

// I10: through a name that leads to a standby for a time, and through a failover, no acknowledged
// message is lost, and sends, reads and readiness come back by themselves. No connection to the
// standby is kept when the name leads elsewhere.
func TestFailover(t *testing.T) {
	t.Parallel()
	f := startFailover(t)

	// The name leads to the standby while nobody writes and nobody asks /readyz, so nothing fails.
	f.leadTo(f.standby)
	f.name.Cut()
	f.read()
	f.leadTo(f.primary)
	f.await("reads that leave the standby", func() bool {
		f.read()
		return f.connections(f.standby) == 0
	})

	stop := f.send()
	f.awaitAcks(30)

	// The name leads to the standby for a time.
	f.leadTo(f.standby)
	f.name.Cut()
	notReady(t, f.server)
	f.awaitDials(3 * failoverSenders)
	f.read() // from the standby, so that a connection that reads is made there
	notReady(t, f.server)
	if _, said := fetch(t, f.server.address+"/readyz"); strings.Contains(said, "25006") {
		t.Errorf("/readyz tells anybody about the database: %s", said)
	}
	// Open connections stay open: the server has to give them up.
	f.leadTo(f.primary)
	f.awaitAcks(30)
	awaitStatus(t, f.server.address+"/readyz", http.StatusOK, "ok")
	f.await("writes that leave the standby", func() bool { return f.connections(f.standby) == 0 })

	// The primary dies, and the standby takes its place.
	if err := f.primary.Halt(t.Context()); err != nil {
		t.Fatal(err)
	}
	notReady(t, f.server)
	f.leadTo(f.standby)
	f.awaitDials(3 * failoverSenders)
	notReady(t, f.server)
	if err := f.standby.Promote(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.awaitAcks(30)
	awaitStatus(t, f.server.address+"/readyz", http.StatusOK, "ok")
	f.read()
	stop()
	f.server.stop(syscall.SIGTERM)
	f.check()
}

func startFailover(t *testing.T) *failover {
	t.Helper()
	f := &failover{T: t}
	f.primary = f.cluster(pgcluster.Options{})
	migrated := mustAparte(t, "migrate", "--database-url", f.primary.URL())
	if !strings.Contains(migrated, "newest") {
		t.Fatal(migrated)
	}
	f.standby = f.cluster(pgcluster.Options{Primary: f.primary.URL()})
	// Acknowledged means written on the standby, too.
	f.exec(f.primary, "ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()")
	f.awaitSync()
	var err error
	if f.name, err = faultproxy.Start(f.primary.URL()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.name.Close)
	secret := secretFile(t, testSecret)
	f.server = startServe(t, nil, "--database-url", f.name.URL(), "--jwt-secret-file", secret, "--rate-sends", "0", "--rate-address-sends", "0",
		"--rate-reads", "0")
	awaitStatus(t, f.server.address+"/readyz", http.StatusOK, "ok")
	admin := strings.TrimSpace(mustAparte(t, "token", "--jwt-secret-file", secret, "--admin"))
	f.sender = strings.TrimSpace(mustAparte(t, "token", "--jwt-secret-file", secret, "--subject", "1"))
	f.server.ask(admin, jobPeople, nil, nil)
	var ben struct{ User struct{ ID string } }
	f.server.ask(f.sender, `{ user(by: {handle: "ben"}) { id } }`, nil, &ben)
	f.recipient = ben.User.ID
	return f
}

func (f *failover) cluster(o pgcluster.Options) *pgcluster.Cluster {
	f.Helper()
	ctx, cancel := context.WithTimeout(f.Context(), 2*patience)
	defer cancel()
	c, err := pgcluster.Start(ctx, o)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(c.Stop)
	return c
}

func (f *failover) leadTo(c *pgcluster.Cluster) {
	f.Helper()
	if err := f.name.Lead(c.URL()); err != nil {
		f.Fatal(err)
	}
}

// open connects to a server itself, not to the name.
func (f *failover) open(c *pgcluster.Cluster) *sql.DB {
	f.Helper()
	db, err := sql.Open("postgres", testdb.WithSchema(c.URL()))
	if err != nil {
		f.Fatal(err)
	}
	return db
}

func (f *failover) exec(c *pgcluster.Cluster, texts ...string) {
	f.Helper()
	db := f.open(c)
	defer func() { _ = db.Close() }()
	for _, text := range texts {
		if _, err := db.ExecContext(f.Context(), text); err != nil {
			f.Fatal(err)
		}
	}
}

// awaitSync waits until the commits of the primary wait for the standby.
func (f *failover) awaitSync() {
	f.Helper()
	db := f.open(f.primary)
	defer func() { _ = db.Close() }()
	f.await("a synchronous standby", func() bool {
		var n int
		if err := db.QueryRowContext(f.Context(), "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'").Scan(&n); err != nil {
			f.Fatal(err)
		}
		return n == 1
	})
}

// await asks until a state is there.
func (f *failover) await(state string, there func() bool) {
	f.Helper()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	timeout := time.After(patience)
	for !there() {
		select {
		case <-again.C:
		case <-timeout:
			f.Fatalf("not reached: %s; the last refusal of a send: %v", state, f.refused.Load())
		}
	}
}

func (f *failover) awaitAcks(more int64) {
	f.Helper()
	want := f.count.Load() + more
	f.await(fmt.Sprintf("%d more sends", more), func() bool { return f.count.Load() >= want })
}

// awaitDials waits until the server has made so many connections more.
func (f *failover) awaitDials(more int64) {
	f.Helper()
	var dials atomic.Int64
	f.name.Follow(func(statement string) faultproxy.Step {
		if statement == faultproxy.Login {
			dials.Add(1)
		}
		return faultproxy.Pass()
	})
	defer f.name.Follow(nil)
	f.await(fmt.Sprintf("%d more connections", more), func() bool { return dials.Load() >= more })
}

// connections counts the connections of clients to a standby, less the one that counts.
func (f *failover) connections(c *pgcluster.Cluster) (n int) {
	f.Helper()
	db := f.open(c)
	defer func() { _ = db.Close() }()
	const text = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
	if err := db.QueryRowContext(f.Context(), text).Scan(&n); err != nil {
		f.Fatal(err)
	}
	return n
}

// read reads as a user until there is an answer.
func (f *failover) read() {
	f.Helper()
	f.await("a read", func() bool { return f.server.status(f.T, f.sender) == http.StatusOK })
}

// send sends from several requests until the function that it returns is called. A message that is
// not acknowledged is sent again with its key.
func (f *failover) send() (stop func()) {
	done := make(chan struct{})
	var senders sync.WaitGroup
	for i := range failoverSenders {
		senders.Go(func() {
			for n := 0; ; {
				select {
				case <-done:
					return
				default:
				}
				key := fmt.Sprintf("%d.%d", i, n)
				if err := f.sendOne(key); err != nil {
					f.refused.Store(err.Error())
					continue
				}
				f.mu.Lock()
				f.acked = append(f.acked, key)
				f.mu.Unlock()
				f.count.Add(1)
				n++
			}
		})
	}
	return sync.OnceFunc(func() {
		close(done)
		senders.Wait()
	})
}

// sendOne returns nil when the message is acknowledged.
func (f *failover) sendOne(key string) error {
	body, err := json.Marshal(map[string]any{
		"query": `mutation($in: SendMessageInput!) { sendMessage(input: $in) { __typename } }`,
		"variables": map[string]any{"in": map[string]any{
			"to": map[string]any{"userId": f.recipient}, "clientMessageId": key, "body": "message " + key,
		}},
	})
	if err != nil {
		return err
	}
	request, err := http.NewRequest(http.MethodPost, f.server.url("/graphql"), bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+f.sender)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	var answer struct {
		Data struct {
			SendMessage struct {
				Typename string `json:"__typename"`
			}
		}
		Errors json.RawMessage
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return err
	}
	if answer.Data.SendMessage.Typename != "SendMessageSuccess" {
		return fmt.Errorf("%s %s %s", response.Status, answer.Data.SendMessage.Typename, answer.Errors)
	}
	return nil
}

// check compares the messages on the promoted server with those that were acknowledged.
func (f *failover) check() {
	f.Helper()
	db := f.open(f.standby)
	defer func() { _ = db.Close() }()
	rows, err := db.QueryContext(f.Context(), "SELECT client_message_id FROM messages")
	if err != nil {
		f.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	stored := map[string]int{}
	for rows.Next() {
		var key string
		if err := rows.Scan(&key); err != nil {
			f.Fatal(err)
		}
		stored[key]++
	}
	if err := rows.Err(); err != nil {
		f.Fatal(err)
	}
	for _, key := range f.acked {
		if stored[key] != 1 {
			f.Errorf("the acknowledged message %s is stored %d times", key, stored[key])
		}
	}
	f.Logf("%d messages were acknowledged", len(f.acked))
	checkDatabase(f.T, testdb.WithSchema(f.standby.URL()))
}
