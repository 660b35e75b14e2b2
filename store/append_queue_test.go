package store

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aparte-im/aparte/dm"
)

func waitingSend(sender dm.UserID) *waiting { return waitingSendTo(sender, dm.NewUserID()) }

func waitingSendTo(sender, recipient dm.UserID) *waiting {
	return &waiting{send: dm.Send{Sender: sender, Recipient: recipient}, answer: make(chan answer, 1)}
}

func mustPush(t *testing.T, q *queue, sender dm.UserID) *waiting {
	t.Helper()
	w := waitingSend(sender)
	if err := q.push(w); err != nil {
		t.Fatal(err)
	}
	return w
}

func refusedAsBusy(t *testing.T, err error) {
	t.Helper()
	var e *dm.Error
	if !errors.As(err, &e) || e.Code != dm.CodeRateLimited || e.RetryAfter <= 0 {
		t.Errorf("a full queue answers %v, want %s and when to come again", err, dm.CodeRateLimited)
	}
}

// A queue that is full refuses at once, and takes sends again when there is room.
func TestQueueIsBounded(t *testing.T) {
	q := newQueue(4, 0)
	for range queueLimit {
		mustPush(t, q, dm.NewUserID())
	}
	refusedAsBusy(t, q.push(waitingSend(dm.NewUserID())))
	batch := q.take(batchSize)
	for range batch {
		mustPush(t, q, dm.NewUserID())
	}
	refusedAsBusy(t, q.push(waitingSend(dm.NewUserID())))
}

// I8: one sender cannot fill the queue for the others.
func TestQueueBoundsASender(t *testing.T) {
	q := newQueue(4, 0)
	flood, quiet := dm.NewUserID(), dm.NewUserID()
	for range queuePerSender {
		mustPush(t, q, flood)
	}
	refusedAsBusy(t, q.push(waitingSend(flood)))
	mustPush(t, q, quiet)
}

// I8: a flood waits for itself: who comes later is in the very next batch.
func TestQueueIsFairBetweenSenders(t *testing.T) {
	q := newQueue(4, 0)
	flood := dm.NewUserID()
	for range queuePerSender {
		mustPush(t, q, flood)
	}
	var others []*waiting
	for range batchSize - 1 {
		others = append(others, mustPush(t, q, dm.NewUserID()))
	}
	batch := q.take(batchSize)
	for _, w := range others {
		if !slices.Contains(batch, w) {
			t.Fatal("a sender with one send waits behind a flood")
		}
	}
	// While the flood's is being written, another writer takes none of it, but everybody else's.
	late := mustPush(t, q, dm.NewUserID())
	if next := q.take(batchSize); len(next) != 1 || next[0] != late {
		t.Errorf("a second writer takes %d sends, want the one of who came late", len(next))
	}
	q.done(batch)
	if next := q.take(batchSize); len(next) != batchSize || next[0].send.Sender != flood {
		t.Errorf("alone, the flood gets %d places, want all %d", len(next), batchSize)
	}
}

// I8: a send to another person does not wait behind the crowd that writes to one person, and the
// crowd gets all the room that is left.
func TestQueueIsFairBetweenRecipients(t *testing.T) {
	q := newQueue(4, 0)
	star := dm.NewUserID()
	crowd := func(n int) {
		for range n {
			if err := q.push(waitingSendTo(dm.NewUserID(), star)); err != nil {
				t.Fatal(err)
			}
		}
	}
	toStar := func(batch []*waiting) (n int) {
		for _, w := range batch {
			if w.send.Recipient == star {
				n++
			}
		}
		return n
	}
	crowd(10 * batchSize)
	for range batchSize {
		mustPush(t, q, dm.NewUserID())
	}
	first := q.take(batchSize)
	if n := toStar(first); len(first) != batchSize || n != batchSize/recipientShare {
		t.Errorf("of a batch of %d, %d go to the one whom everybody writes to, want a quarter", len(first), n)
	}
	// A second writer would wait on the same head: it gets what is not for that person, and nothing
	// that is.
	second := q.take(batchSize)
	if n := toStar(second); n != 0 || len(second) != batchSize/recipientShare {
		t.Errorf("a second writer gets %d sends, %d of them for a head that is being written", len(second), n)
	}
	q.done(first)
	if third := q.take(batchSize); toStar(third) != batchSize {
		t.Errorf("alone, the crowd gets %d places of %d", toStar(third), batchSize)
	}
}

// I8: a crowd that waits for one head is no company for the others: they wait for each other, as
// they would without it.
func TestACrowdThatWaitsIsNoCompany(t *testing.T) {
	q := newQueue(3, time.Hour)
	star := dm.NewUserID()
	for range 3 * batchSize {
		if err := q.push(waitingSendTo(dm.NewUserID(), star)); err != nil {
			t.Fatal(err)
		}
	}
	first := q.take(batchSize)
	var others []*waiting
	for range besideSize - 1 {
		others = append(others, mustPush(t, q, dm.NewUserID()))
		if q.ready() {
			t.Fatalf("a batch of %d begins beside another, with %d who cannot be in it", len(others), 2*batchSize)
		}
	}
	others = append(others, mustPush(t, q, dm.NewUserID()))
	if second := q.take(batchSize); !slices.Equal(second, others) {
		t.Fatalf("a second writer takes %d sends, want the %d that wait for nobody", len(second), len(others))
	}
	q.done(first)
	if third := q.take(batchSize); len(third) != batchSize || third[0].send.Recipient != star {
		t.Errorf("the crowd gets %d places of %d", len(third), batchSize)
	}
	q.done(others)
	if len(q.parked) != 1 || len(q.parked[star]) != batchSize {
		t.Errorf("%d wait for the head that is being written, want the last %d", len(q.parked[star]), batchSize)
	}
}

// No two batches that are being written share a head, whichever side of a send it is on, and nobody
// is forgotten.
func TestQueueKeepsHeadsApart(t *testing.T) {
	q := newQueue(4, 0)
	a, b, c := dm.NewUserID(), dm.NewUserID(), dm.NewUserID()
	push := func(from, to dm.UserID) *waiting {
		w := waitingSendTo(from, to)
		if err := q.push(w); err != nil {
			t.Fatal(err)
		}
		return w
	}
	push(a, b)
	first := q.take(1)
	answered, third := push(b, a), push(c, b)
	free := push(c, dm.NewUserID())
	other := mustPush(t, q, dm.NewUserID())
	if next := q.take(batchSize); len(next) != 1 || next[0] != other {
		t.Errorf("took %d sends, want the one that shares nothing", len(next))
	}
	q.done(first)
	if next := q.take(batchSize); !slices.Equal(next, []*waiting{answered, third, free}) {
		t.Errorf("took %d sends, want the three that waited, in their order", len(next))
	}
}

// I3: the sends of one sender are taken in their order, by one writer at a time, whatever the
// number of writers.
func TestQueueKeepsTheOrderOfASender(t *testing.T) {
	q := newQueue(4, 0)
	const senders, each, writers = 10, 100, 3
	pushed := map[dm.UserID][]*waiting{}
	for range senders {
		id := dm.NewUserID()
		for range each {
			pushed[id] = append(pushed[id], mustPush(t, q, id))
		}
	}
	q.close()
	taken := map[dm.UserID][]*waiting{}
	busy := map[dm.UserID]int{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for writer := range writers {
		wg.Go(func() {
			for batch := q.take(7); batch != nil; batch = q.take(7) {
				mu.Lock()
				for _, w := range batch {
					if other, ok := busy[w.send.Sender]; ok && other != writer {
						t.Error("two writers have sends of one sender")
					}
					busy[w.send.Sender] = writer
					taken[w.send.Sender] = append(taken[w.send.Sender], w)
				}
				mu.Unlock()
				mu.Lock()
				for _, w := range batch {
					delete(busy, w.send.Sender)
				}
				mu.Unlock()
				q.done(batch)
			}
		})
	}
	wg.Wait()
	for id, want := range pushed {
		if !slices.Equal(taken[id], want) {
			t.Error("a sender's sends are out of order, lost or doubled")
		}
	}
	if len(q.senders) != 0 || q.size != 0 {
		t.Errorf("an empty queue remembers %d senders and %d sends", len(q.senders), q.size)
	}
}

// A closed queue refuses, hands out what it holds, and then lets every writer go, also those who
// wait for a sender that is being written.
func TestQueueEndsWhenItIsEmpty(t *testing.T) {
	q := newQueue(4, 0)
	sender := dm.NewUserID()
	mustPush(t, q, sender)
	first := q.take(1)
	mustPush(t, q, sender)
	results := make(chan []*waiting)
	for range 2 {
		go func() {
			batch := q.take(1)
			if batch != nil {
				q.done(batch)
			}
			results <- batch
		}()
	}
	q.close()
	if err := q.push(waitingSend(sender)); !errors.Is(err, errClosed) {
		t.Errorf("a closed queue answers %v", err)
	}
	q.done(first)
	got := 0
	for range 2 {
		got += len(<-results)
	}
	if got != 1 {
		t.Errorf("%d sends were handed out, want the one that waited", got)
	}
}

// A send past the queue is one that would be a batch by itself at once: nobody waits, a batch may
// be written, and neither of its two is being written to or for. Given back, it goes before what
// its sender sent since.
func TestQueueClaim(t *testing.T) {
	q := newQueue(2, 0)
	alice, bob := dm.NewUserID(), dm.NewUserID()
	first := waitingSendTo(alice, bob)
	if !q.claim(first) {
		t.Fatal("a lone send was not taken")
	}
	for name, w := range map[string]*waiting{
		"of the sender": waitingSend(alice), "to the recipient": waitingSendTo(dm.NewUserID(), bob), "of the recipient": waitingSend(bob),
	} {
		if q.claim(w) {
			t.Errorf("a send %s was taken beside it", name)
		}
	}
	second := waitingSend(dm.NewUserID())
	if !q.claim(second) {
		t.Fatal("the send of others was not taken beside it")
	}
	if q.claim(waitingSend(dm.NewUserID())) {
		t.Error("three batches are written at once, not two")
	}
	later := mustPush(t, q, alice)
	q.done([]*waiting{second})
	if q.claim(waitingSend(dm.NewUserID())) {
		t.Error("a send was taken past one that waits")
	}
	q.giveBack(first)
	if batch := q.take(batchSize); !slices.Equal(batch, []*waiting{first, later}) {
		t.Fatalf("%d sends were handed out, not the one that was given back and the one after it", len(batch))
	} else {
		q.done(batch)
	}
	if len(q.senders) != 0 || len(q.writing) != 0 || q.free != 2 {
		t.Errorf("an empty queue remembers %d senders, %d who are written, %d free batches", len(q.senders), len(q.writing), q.free)
	}
}

// A closed queue takes no send past it, and its writers stay for one that may be given back.
func TestQueueClosesWithAClaim(t *testing.T) {
	q := newQueue(2, 0)
	w := waitingSend(dm.NewUserID())
	if !q.claim(w) {
		t.Fatal("a lone send was not taken")
	}
	q.close()
	if q.claim(waitingSend(dm.NewUserID())) {
		t.Error("a closed queue took a send")
	}
	got := make(chan []*waiting)
	go func() {
		batch := q.take(batchSize)
		got <- batch
		q.done(batch)
		got <- q.take(batchSize)
	}()
	q.giveBack(w)
	if batch := <-got; len(batch) != 1 || batch[0] != w {
		t.Errorf("%d sends were handed out, not the one that was given back", len(batch))
	}
	if batch := <-got; batch != nil {
		t.Error("an empty closed queue handed something out")
	}
}

// Beside a batch that is being written another begins when enough senders wait, or when the one
// before takes long; otherwise what comes waits for it, and is one batch. A lone send goes beside
// one other.
func TestQueueBeginsBesideWhatTakesLong(t *testing.T) {
	q := newQueue(3, time.Hour)
	first := waitingSend(dm.NewUserID())
	if !q.claim(first) {
		t.Fatal("a lone send was not taken")
	}
	second := waitingSend(dm.NewUserID())
	if !q.claim(second) {
		t.Error("a lone send was not taken beside one other")
	}
	if q.claim(waitingSend(dm.NewUserID())) {
		t.Error("a lone send took the place of a large batch")
	}
	taken := make(chan []*waiting)
	for range 2 { // writers
		go func() {
			for {
				batch := q.take(batchSize)
				taken <- batch
				if batch == nil {
					return
				}
			}
		}()
	}
	var few []*waiting
	for range besideSize {
		few = append(few, mustPush(t, q, dm.NewUserID()))
	}
	if beside := <-taken; !slices.Equal(beside, few) {
		t.Fatalf("beside another begins a batch of %d, want one of %d", len(beside), besideSize)
	}
	late := mustPush(t, q, dm.NewUserID())
	q.done(few)
	q.mu.Lock()
	if q.ready() {
		t.Error("a small batch begins beside one that has only begun")
	}
	q.mu.Unlock()
	q.done([]*waiting{first})
	q.done([]*waiting{second})
	if alone := <-taken; len(alone) != 1 || alone[0] != late {
		t.Error("nothing is being written, and what waits is not taken")
	}
	q.done([]*waiting{late})
	q.close()
	for range 2 {
		if batch := <-taken; batch != nil {
			t.Error("an empty closed queue handed something out")
		}
	}
}

// A send that waits for patience to end is taken then, even when no other send comes and no batch
// ends.
func TestQueuePatienceEndsByItself(t *testing.T) {
	q := newQueue(2, 20*time.Millisecond)
	held := waitingSend(dm.NewUserID())
	if !q.claim(held) {
		t.Fatal("a lone send was not taken")
	}
	taken := make(chan []*waiting)
	go func() { taken <- q.take(batchSize) }()
	w := mustPush(t, q, dm.NewUserID())
	if batch := <-taken; len(batch) != 1 || batch[0] != w {
		t.Errorf("%d sends were taken", len(batch))
	}
	q.close()
}
