package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lib/pq"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/internal/faultproxy"
	"github.com/aparte-im/aparte/internal/testdb"
	"github.com/aparte-im/aparte/internal/testwait"
	"github.com/aparte-im/aparte/store"
)

// The statements of a transaction of sends, by what only they hold.
var sendStatements = []string{"BEGIN", "FOR NO KEY UPDATE", "LEFT JOIN LATERAL", "INSERT INTO messages", "COMMIT"}

// holds reports whether a statement is the one that is meant. The two of a lone send stand for
// several each.
func holds(statement, text string) bool {
	switch {
	case strings.Contains(statement, text):
		return true
	case strings.Contains(statement, "FROM heads a JOIN heads b"):
		return text == "BEGIN" || text == "LEFT JOIN LATERAL"
	case strings.Contains(statement, "held AS"):
		return text == "COMMIT"
	}
	return false
}

// faulty is a store that reaches its Postgres through a proxy, and what was sent through it.
type faulty struct {
	t     *testing.T
	url   string
	proxy *faultproxy.Proxy
	store *store.Store
	users []dm.UserID
	sent  int
}

func newFaulty(t *testing.T, timeout time.Duration) *faulty {
	t.Helper()
	f := &faulty{t: t, url: testdb.Postgres(t)}
	f.users = befriended(t, f.url, 16)
	var err error
	if f.proxy, err = faultproxy.Start(f.url); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.proxy.Close)
	f.store = openStoreWith(t, store.Config{URL: f.proxy.URL(), StatementTimeout: timeout})
	t.Cleanup(func() {
		f.proxy.Follow(nil)
		if err := f.store.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// once is a script that takes a step with the first n statements that hold text, and whether it
// has.
func once(text string, n int, step faultproxy.Step) (script faultproxy.Script, hit func() bool) {
	var mu sync.Mutex
	return func(statement string) faultproxy.Step {
			mu.Lock()
			defer mu.Unlock()
			if n == 0 || !holds(statement, text) {
				return faultproxy.Pass()
			}
			n--
			return step
		}, func() bool {
			mu.Lock()
			defer mu.Unlock()
			return n == 0
		}
}

// sends makes one send of each user to the next, with keys that nobody used.
func (f *faulty) sends() []dm.Send {
	out := make([]dm.Send, len(f.users))
	for i, u := range f.users {
		f.sent++
		out[i] = dm.Send{
			Sender: u, Recipient: f.users[(i+1)%len(f.users)], Body: fmt.Sprint("body ", f.sent),
			ClientMessageID: fmt.Sprint("key ", f.sent),
		}
	}
	return out
}

// appendAll sends at once and returns all answers.
func (f *faulty) appendAll(s *store.Store, sends []dm.Send) ([]dm.Sent, []error) {
	sent, errs := make([]dm.Sent, len(sends)), make([]error, len(sends))
	var wg sync.WaitGroup
	for i := range sends {
		wg.Go(func() { sent[i], errs[i] = s.Append(f.t.Context(), sends[i]) })
	}
	wg.Wait()
	return sent, errs
}

// acknowledged sends under a fault: every send is answered well, and its retry with the same
// message (I2, I10).
func (f *faulty) acknowledged(what string) {
	f.t.Helper()
	sends := f.sends()
	first, errs := f.appendAll(f.store, sends)
	f.proxy.Follow(nil)
	again, errsAgain := f.appendAll(f.store, sends)
	for i := range sends {
		if errs[i] != nil || errsAgain[i] != nil {
			f.t.Fatalf("%s: send: %v; its retry: %v (I8)", what, errs[i], errsAgain[i])
		}
		if !again[i].Repeated || again[i].Message.ID != first[i].Message.ID {
			f.t.Errorf("%s: %v was answered, its retry says %v, repeated %v (I2)",
				what, first[i].Message.ID, again[i].Message.ID, again[i].Repeated)
		}
	}
}

func (f *faulty) whole() {
	f.t.Helper()
	checkWhole(f.t, f.store, f.url, f.sent)
}

// I2, I3, I8, I10: conflicts, timeouts and cut connections at every statement of a send's
// transaction, before and after the server has run it, do no harm and are not seen by a caller.
// With COMMIT, the latter is the unknown outcome.
func TestFaultsThatPass(t *testing.T) {
	t.Parallel()
	f := newFaulty(t, 0)
	for name, step := range map[string]faultproxy.Step{
		"serialization failure": faultproxy.Fail("40001"), "deadlock": faultproxy.Fail("40P01"),
		"statement timeout": faultproxy.Fail("57014"), "lock timeout": faultproxy.Fail("55P03"),
		"cut before": faultproxy.CutBefore(), "cut after": faultproxy.CutAfter(),
	} {
		for _, statement := range sendStatements {
			for _, times := range []int{1, 3} {
				script, hit := once(statement, times, step)
				f.proxy.Follow(script)
				what := fmt.Sprintf("%s at %s, %d times", name, statement, times)
				f.acknowledged(what)
				if !hit() {
					t.Errorf("%s did not happen", what)
				}
			}
		}
	}
	f.whole()
}

// I2, I3: what does not pass, as a full disk, is told to the caller as what it is, at once; nothing
// of it is written, and when it is over the same store goes on.
func TestFaultsThatStay(t *testing.T) {
	t.Parallel()
	f := newFaulty(t, 0)
	for _, code := range []string{"53100", "53200", "58030"} {
		for _, statement := range sendStatements {
			f.proxy.Follow(func(s string) faultproxy.Step {
				if holds(s, statement) {
					return faultproxy.Fail(code)
				}
				return faultproxy.Pass()
			})
			sends := f.sends()
			_, errs := f.appendAll(f.store, sends)
			for _, err := range errs {
				var e *pq.Error
				if !errors.As(err, &e) || string(e.Code) != code || dm.CodeOf(err) != "" {
					t.Errorf("%s at %s: the caller is told %v", code, statement, err)
				}
			}
			f.proxy.Follow(nil)
			sent, errs := f.appendAll(f.store, sends)
			for i, err := range errs {
				if err != nil || sent[i].Repeated {
					t.Errorf("%s at %s: the next try says %v, repeated %v", code, statement, err, sent[i].Repeated)
				}
			}
		}
	}
	f.whole()
}

// I2, I10: a connection that goes silent, while its transaction holds locks and the server does not
// know, delays the sends behind it and loses none.
func TestStalledConnections(t *testing.T) {
	t.Parallel()
	f := newFaulty(t, 400*time.Millisecond)
	for _, statement := range sendStatements {
		script, hit := once(statement, 1, faultproxy.Stall())
		f.proxy.Follow(script)
		f.acknowledged("stalled at " + statement)
		if !hit() {
			t.Errorf("nothing stalled at %s", statement)
		}
	}
	// A login that gets no answer. The cuts make for the login: while one session is left that is
	// well, it may do all the work.
	login, hit := once(faultproxy.Login, 1, faultproxy.Stall())
	f.proxy.Follow(func(s string) faultproxy.Step {
		switch {
		case s == faultproxy.Login:
			return login(s)
		case holds(s, "COMMIT") && !hit():
			return faultproxy.CutBefore()
		}
		return faultproxy.Pass()
	})
	f.acknowledged("stalled at login")
	if !hit() {
		t.Error("no login stalled")
	}
	f.whole()
}

// I8: somebody who holds a row for longer than a statement may take delays only those who need it.
func TestStatementTimeout(t *testing.T) {
	t.Parallel()
	f := newFaulty(t, 200*time.Millisecond)
	db := openRaw(t, f.url)
	defer db.Close()
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(t.Context(), "SELECT FROM heads WHERE user_id = $1 FOR UPDATE", held(f)); err != nil {
		t.Fatal(err)
	}
	// Two failed attempts and a third that begins show that the statement was timed out and tried
	// again.
	attempts := make(chan struct{}, 1000)
	f.proxy.Follow(func(s string) faultproxy.Step {
		if strings.Contains(s, "ROLLBACK") {
			attempts <- struct{}{}
		}
		return faultproxy.Pass()
	})
	sends := f.sends()
	behind := make(chan error, 1)
	go func() {
		_, err := f.store.Append(t.Context(), sends[0])
		behind <- err
	}()
	<-attempts
	if _, err := f.store.Append(t.Context(), sends[5]); err != nil {
		t.Errorf("a send that needs nothing of what is held: %v (I8)", err)
	}
	<-attempts
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := <-behind; err != nil {
		t.Errorf("the send that waited: %v", err)
	}
	if _, errs := f.appendAll(f.store, sends); errors.Join(errs...) != nil {
		t.Error(errors.Join(errs...))
	}
	f.whole()
}

// held is the id of the first user as the database writes it.
func held(f *faulty) string {
	f.t.Helper()
	db := openRaw(f.t, f.url)
	defer db.Close()
	var id string
	if err := db.QueryRowContext(f.t.Context(), "SELECT id FROM users WHERE external_id = 'u00'").Scan(&id); err != nil {
		f.t.Fatal(err)
	}
	return id
}

// I2, I10: a server that takes no more connections, or is starting, is waited for.
func TestRefusedConnections(t *testing.T) {
	t.Parallel()
	f := newFaulty(t, 0)
	f.acknowledged("connect")
	for _, code := range []string{"53300", "57P03", "57P01"} {
		refuse, refused := once(faultproxy.Login, 3, faultproxy.Fail(code))
		f.proxy.Follow(func(s string) faultproxy.Step {
			switch {
			case s == faultproxy.Login:
				return refuse(s)
			case holds(s, "COMMIT") && !refused():
				return faultproxy.CutBefore()
			}
			return faultproxy.Pass()
		})
		f.acknowledged("logins refused with " + code)
		if !refused() {
			t.Errorf("%s: too few logins were refused", code)
		}
	}
	f.whole()
}

// I10: Close answers each send that waits, with the reason, even when the database does not come
// back. A send that was not acknowledged can be sent again.
func TestCloseWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	f := newFaulty(t, 0)
	node := openStoreWith(t, store.Config{URL: f.proxy.URL()})
	const code = "53300"
	refused := make(chan struct{}, 1000)
	f.proxy.Follow(func(s string) faultproxy.Step {
		if s == faultproxy.Login {
			refused <- struct{}{}
			return faultproxy.Fail(code)
		}
		return faultproxy.CutBefore()
	})
	sends := f.sends()
	var closed, told int
	var waiters sync.WaitGroup
	answers := make(chan error, len(sends))
	for i := range sends {
		waiters.Go(func() {
			_, err := node.Append(t.Context(), sends[i])
			answers <- err
		})
	}
	<-refused
	<-refused
	ended := make(chan error, 1)
	go func() { ended <- node.Close() }()
	ctx, cancel := context.WithTimeout(t.Context(), testwait.Limit(10*time.Second))
	defer cancel()
	for range sends {
		select {
		case err := <-answers:
			switch {
			case err == nil:
				t.Error("a send was acknowledged by a database that was away (I10)")
			case strings.Contains(err.Error(), "refused by the proxy"):
				told++
			default:
				closed++
			}
		case <-ctx.Done():
			t.Fatal("a send was not answered by Close")
		}
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	waiters.Wait()
	if told == 0 {
		t.Error("nobody was told why")
	}
	f.proxy.Follow(nil)
	if _, errs := f.appendAll(f.store, sends); errors.Join(errs...) != nil {
		t.Error(errors.Join(errs...))
	}
	f.whole()
}

// I2: of retries of one key on two nodes at once, whose answers are lost on the way, one writes.
func TestLostAnswersOnTwoNodes(t *testing.T) {
	t.Parallel()
	f := newFaulty(t, 0)
	other := openStoreWith(t, store.Config{URL: f.proxy.URL()})
	defer other.Close()
	for range 10 {
		sends := f.sends()
		var mu sync.Mutex
		lost := 0
		f.proxy.Follow(func(s string) faultproxy.Step {
			mu.Lock()
			defer mu.Unlock()
			if holds(s, "COMMIT") {
				if lost++; lost%2 == 1 && lost < 8 {
					return faultproxy.CutAfter()
				}
			}
			return faultproxy.Pass()
		})
		var answers [4][]dm.Sent
		var errs [4][]error
		var wg sync.WaitGroup
		for i := range answers {
			wg.Go(func() {
				node := f.store
				if i%2 == 1 {
					node = other
				}
				answers[i], errs[i] = f.appendAll(node, sends)
			})
		}
		wg.Wait()
		f.proxy.Follow(nil)
		for k := range sends {
			for i := range answers {
				if errs[i][k] != nil {
					t.Fatal(errs[i][k])
				}
				if answers[i][k].Message.ID != answers[0][k].Message.ID {
					t.Errorf("one key has the messages %v and %v (I2)", answers[i][k].Message.ID, answers[0][k].Message.ID)
				}
			}
		}
	}
	f.whole()
}
