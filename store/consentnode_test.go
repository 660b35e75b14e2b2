//go:build unix

package store_test

import (
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/internal/consent"
	"github.com/aparte-im/aparte/live"
	"github.com/aparte-im/aparte/store"
)

// consentNews is what the nodes tell each other: a round to play, a pair to stop, or the end of a
// round.
type consentNews struct {
	Round []consentPair
	// Stop is a pair whose sends end, because the one who decides is done. Pairs count from 1.
	Stop int
	Done bool
	// Ops is what the second node saw in a round; Broken counts what failed with an internal error,
	// first with Fault.
	Ops    []consent.Op
	Broken int
	Fault  string
}

type consentPair struct {
	N          int
	Alice, Bob dm.UserID
}

// Sizes of the load: as many pairs at once as the sessions of both nodes can change without
// waiting, and as many sends at once in each as make every change meet some.
const (
	consentLanes   = 12
	consentPairs   = 10 * consentLanes
	consentSenders = 2
	// consentTurns is how often a pair goes through its noes once it is past the request.
	consentTurns = 4
)

// consentNode is one of the two nodes. Alice of each pair sends from both; the pair's number says
// from which of them Bob says no and yes.
type consentNode struct {
	number  int
	store   *store.Store
	service *dm.Service
	// tell sends news to the other node.
	tell func(consentNews) error

	mu      sync.Mutex
	stopped map[int]chan struct{}
	ops     []consent.Op
	broken  int
	fault   string
}

func openConsentNode(t *testing.T, number int, url string, locked bool) *consentNode {
	t.Helper()
	rules := dm.DefaultRules()
	rules.DefaultAudience = policy.Everyone
	// No send may be refused for anything but a "no".
	rules.RequestLimit = 1 << 20
	open := store.Open
	if !locked {
		open = store.OpenWithoutLock
	}
	s, err := open(t.Context(), store.Config{URL: url, Rules: rules})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return &consentNode{number: number, store: s, service: dm.New(dm.Config{Store: s, Bus: live.NewHub()})}
}

// begin makes a round's pairs stoppable. The first news of them may come as soon as the other node
// knows of the round.
func (n *consentNode) begin(pairs []consentPair) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.stopped, n.ops, n.broken, n.fault = map[int]chan struct{}{}, nil, 0, ""
	for _, p := range pairs {
		n.stopped[p.N] = make(chan struct{})
	}
}

// stop ends this node's sends of a pair.
func (n *consentNode) stop(pair int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	close(n.stopped[pair])
}

// stopAll ends a round whose other node is gone.
func (n *consentNode) stopAll() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, stopped := range n.stopped {
		select {
		case <-stopped:
		default:
			close(stopped)
		}
	}
}

func (n *consentNode) ended(pair int) <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.stopped[pair]
}

// play runs this node's part of a round.
func (n *consentNode) play(ctx context.Context, pairs []consentPair) {
	var wg sync.WaitGroup
	for lane := range consentLanes {
		var mine []consentPair
		for i := lane; i < len(pairs); i += consentLanes {
			mine = append(mine, pairs[i])
		}
		for sender := range consentSenders {
			wg.Go(func() {
				for _, p := range mine {
					n.send(ctx, p, 10*n.number+sender)
				}
			})
		}
		if lane%2 == n.number {
			wg.Go(func() {
				for _, p := range mine {
					n.decide(ctx, p)
					n.stop(p.N)
					if err := n.tell(consentNews{Stop: p.N}); err != nil {
						n.fail(err)
					}
				}
			})
		}
	}
	wg.Wait()
}

// send writes from Alice to Bob until the pair is stopped.
func (n *consentNode) send(ctx context.Context, p consentPair, client int) {
	stopped := n.ended(p.N)
	for i := 0; ; i++ {
		select {
		case <-stopped:
			return
		default:
		}
		key := fmt.Sprintf("%d-%d", client, i)
		n.do(p, client, consent.Send, func() (bool, int64, error) { return n.write(ctx, p.Alice, p.Bob, key) })
	}
}

// decide is Bob. Every "no" is followed by a read, because a message that was asked for before the
// "no" and written after it can be told from one written before in no other way.
func (n *consentNode) decide(ctx context.Context, p consentPair) {
	client := 10*n.number + consentSenders
	do := func(kind consent.Kind, f func() error) {
		n.do(p, client, kind, func() (bool, int64, error) {
			err := f()
			if kind == consent.Decline && dm.CodeOf(err) == dm.CodeNotFound {
				return false, 0, nil
			}
			return true, 0, err
		})
	}
	read := func() {
		n.do(p, client, consent.Read, func() (bool, int64, error) {
			v, err := n.service.ConversationWith(ctx, p.Alice, p.Bob)
			if dm.CodeOf(err) == dm.CodeNotFound {
				return true, 0, nil
			} else if err != nil {
				return false, 0, err
			}
			return true, v.LastSeq, nil
		})
	}
	block := func() { do(consent.Block, func() error { return n.service.Block(ctx, p.Bob, p.Alice) }) }
	unblock := func() { do(consent.Unblock, func() error { return n.service.Unblock(ctx, p.Bob, p.Alice) }) }
	audience := func(kind consent.Kind, a policy.Audience) {
		do(kind, func() error {
			_, err := n.service.SetWhoCanMessageMe(ctx, p.Bob, a, nil)
			return err
		})
	}
	// Before the first message, or around it.
	block()
	read()
	unblock()
	// While it is a request. The node's own send makes sure that there is one.
	n.do(p, client, consent.Send, func() (bool, int64, error) { return n.write(ctx, p.Alice, p.Bob, "request") })
	do(consent.Decline, func() error {
		_, _, err := n.service.DeclineRequests(ctx, p.Bob, []dm.ConversationID{dm.ConversationOf(p.Alice, p.Bob)})
		return err
	})
	for range consentTurns {
		n.do(p, client, consent.Look, func() (bool, int64, error) {
			_, err := n.service.ConversationWith(ctx, p.Bob, p.Alice)
			if dm.CodeOf(err) == dm.CodeNotFound {
				return false, 0, nil
			}
			return true, 0, err
		})
	}
	n.do(p, client, consent.Answer, func() (bool, int64, error) { return n.write(ctx, p.Bob, p.Alice, "answer") })
	// When they know each other.
	for range consentTurns {
		block()
		read()
		unblock()
		audience(consent.Close, policy.NoOne)
		read()
		audience(consent.Open, policy.Everyone)
	}
}

func (n *consentNode) write(ctx context.Context, from, to dm.UserID, key string) (bool, int64, error) {
	sent, err := n.service.Send(ctx, from, dm.SendInput{To: to, Body: "hello", ClientMessageID: key})
	if dm.CodeOf(err) == dm.CodeMessageNotAllowed {
		return false, 0, nil
	} else if err != nil {
		return false, 0, err
	}
	return true, sent.Message.ID.Seq, nil
}

// do takes down what was asked, when, and what came back.
func (n *consentNode) do(p consentPair, client int, kind consent.Kind, ask func() (bool, int64, error)) {
	call := monotonic()
	ok, seq, err := ask()
	end := monotonic()
	if err != nil {
		n.fail(err)
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.ops = append(n.ops, consent.Op{Pair: p.N, Client: client, Kind: kind, Call: call, Return: end, OK: ok, Seq: seq})
}

func (n *consentNode) fail(err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.broken++
	if n.fault == "" {
		n.fault = err.Error()
	}
}

// monotonic is a clock that all processes of the machine share and nobody sets.
func monotonic() int64 {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &t); err != nil {
		panic(err)
	}
	return t.Nano()
}

// The second node's environment, and its pipes.
const (
	consentURL    = "APARTE_TEST_CONSENT_URL"
	consentLocked = "APARTE_TEST_CONSENT_LOCKED"
	consentIn     = 3
	consentOut    = 4
)

// TestConsentNode is no test: it is the second node, in a process of its own, that the tests below
// start.
func TestConsentNode(t *testing.T) {
	url := os.Getenv(consentURL)
	if url == "" {
		t.Skip("it is started by other tests")
	}
	n := openConsentNode(t, 1, url, os.Getenv(consentLocked) != "")
	line := newConsentLine(os.NewFile(consentIn, "in"), os.NewFile(consentOut, "out"))
	n.tell = line.send
	// The pipe ends with the first node, however that ends.
	var playing sync.WaitGroup
	for {
		news, err := line.receive()
		if err != nil {
			n.stopAll()
			break
		}
		if news.Stop > 0 {
			n.stop(news.Stop)
			continue
		}
		playing.Wait()
		n.begin(news.Round)
		playing.Go(func() {
			n.play(t.Context(), news.Round)
			if err := line.send(consentNews{Done: true, Ops: n.ops, Broken: n.broken, Fault: n.fault}); err != nil {
				t.Error(err)
			}
		})
	}
	playing.Wait()
}

// consentLine carries news over two pipes.
type consentLine struct {
	mu  sync.Mutex
	enc *gob.Encoder
	dec *gob.Decoder
}

func newConsentLine(in io.Reader, out io.Writer) *consentLine {
	return &consentLine{enc: gob.NewEncoder(out), dec: gob.NewDecoder(in)}
}

func (l *consentLine) send(news consentNews) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.enc.Encode(news)
}

func (l *consentLine) receive() (news consentNews, err error) { return news, l.dec.Decode(&news) }

// startConsentNode starts the second node; it ends when the test does.
func startConsentNode(t *testing.T, url string, locked bool) *consentLine {
	t.Helper()
	childIn, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	out, childOut, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestConsentNode$", "-test.timeout=0")
	cmd.Env = append(os.Environ(), consentURL+"="+url)
	if locked {
		cmd.Env = append(cmd.Env, consentLocked+"=1")
	}
	cmd.Stderr = os.Stderr
	cmd.ExtraFiles = []*os.File{childIn, childOut}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	err = errors.Join(childIn.Close(), childOut.Close())
	t.Cleanup(func() {
		if err := in.Close(); err != nil {
			t.Error(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("the second node: %v", err)
		}
		out.Close()
	})
	if err != nil {
		t.Fatal(err)
	}
	return newConsentLine(out, in)
}
