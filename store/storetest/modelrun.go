package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// The random histories: few users, so that they meet; every check uses new ones on the same store,
// so that a history costs no database.
const modelUsers = 5

var folderNames = map[string]dm.Folder{
	"INBOX": dm.FolderInbox, "REQUESTS": dm.FolderRequests, "HIDDEN": dm.FolderHidden, "ARCHIVE": dm.FolderArchive,
}

// testModel compares the store with the model over random histories: I1 (the verdict of each send
// is the one that the changes before it demand), I2 (retries and conflicts), I3, I4 (watchers that
// are cut and resume), I5 and I6.
func testModel(t *testing.T, b Backend) {
	w := newWorld(t, b, func(w *world) { w.config.Rules = modelRules(w.config.Rules) })
	rapid.Check(t, func(rt *rapid.T) {
		r := &modelRun{world: w.in(rt), T: rt, ids: w.in(rt).users(modelUsers)}
		r.m = newModel(r.world, modelUsers)
		for _, user := range r.ids {
			s := r.snapshot(user)
			r.clients = append(r.clients, &client{user: user, picture: s, watcher: r.watch(user, &s.cursor)})
		}
		defer func() {
			for _, c := range r.clients {
				c.watcher.Close()
			}
		}()
		rt.Repeat(map[string]func(*rapid.T){
			"send": r.doSend, "send more": r.doSend, "burst": r.doBurst, "retry": r.doRetry, "follow": r.doFollow,
			"friends": r.doFriends, "block": r.doBlock, "unblock": r.doUnblock, "audience": r.doAudience, "custom": r.doCustom,
			"accept": r.doAccept, "decline": r.doDecline, "read": r.doRead, "archive": r.doArchive, "time": r.doTime,
			"restrict": r.doRestrict, "list": r.doList, "age": r.doAge, "kinds": r.doKinds, "undo": r.doUndo, "words": r.doWords,
			"make a code": r.doMakeCode, "bear a code": r.doBear, "revoke a code": r.doRevoke,
			"unsend": r.doUnsend, "moderate": r.doModerate, "receive": r.doReceive, "cut": r.doCut,
			"": r.check,
		})
		for user := range r.ids {
			r.receive(user)
			r.resume(user)
		}
		r.consistent(r.ids...)
		r.erase(r.user(rt, "erased"))
	})
}

// modelRun is one history.
type modelRun struct {
	*world
	*rapid.T
	m       *model
	ids     []dm.UserID
	clients []*client
	sent    []pastSend
	// gone: one of the people was erased.
	gone bool
}

// client is a user's device: a picture of the inbox, kept by a watch.
type client struct {
	user    dm.UserID
	picture *snapshot
	watcher *dm.Watcher
}

type pastSend struct {
	from, to  int
	key, body string
	// bears: with a contact code; nil is one that was never made.
	bears bool
	code  *code
}

func (p pastSend) input(to dm.UserID) dm.SendInput {
	in := dm.SendInput{To: to, Body: p.body, ClientMessageID: p.key}
	if p.bears {
		secret := "01234-56789-ABCDE-FGHJK"
		if p.code != nil {
			secret = p.code.secret
		}
		in.ContactCode = &secret
	}
	return in
}

func (r *modelRun) user(t *rapid.T, name string) int {
	return rapid.IntRange(0, modelUsers-1).Draw(t, name)
}

func (r *modelRun) two(t *rapid.T) (a, b int) { return r.user(t, "who"), r.user(t, "whom") }

func (r *modelRun) conversation(a, b int) dm.ConversationID {
	return dm.ConversationOf(r.ids[a], r.ids[b])
}

// wantCode compares a refusal; "" is none.
func (r *modelRun) wantCode(what string, err error, want dm.Code) {
	if err != nil && dm.CodeOf(err) == "" {
		r.Fatalf("%s: an internal error: %v", what, err)
	}
	if got := dm.CodeOf(err); got != want {
		r.Fatalf("%s: got %q (%v), the model says %q", what, got, err, want)
	}
}

func (r *modelRun) doSend(t *rapid.T) {
	from, to := r.two(t)
	r.attempt(pastSend{from: from, to: to, key: r.key(), body: rapid.SampledFrom([]string{"a", "b", "spam", "see x.com"}).Draw(t, "body")})
}

// doBurst sends several at once, which share a batch; any order of them is right, so only the sums
// are compared.
func (r *modelRun) doBurst(t *rapid.T) {
	to := r.user(t, "whom")
	n := rapid.IntRange(2, 5).Draw(t, "sends")
	from := r.user(t, "who")
	if from == to {
		t.Skip("nobody to write to")
	}
	errs := make(chan error, n)
	for range n {
		key := r.key()
		go func() { errs <- second(r.trySend(r.ids[from], r.ids[to], "burst", key)) }()
	}
	got, want := 0, 0
	for range n {
		if <-errs == nil {
			got++
		}
		if _, _, code, _ := r.m.send(pastSend{from: from, to: to, key: fmt.Sprint("burst", r.names.Add(1)), body: "burst"}); code == "" {
			want++
		}
	}
	if got != want {
		r.Fatalf("%d of a burst of %d were written, the model says %d", got, n, want)
	}
}

func (r *modelRun) doRetry(t *rapid.T) {
	if len(r.sent) == 0 {
		t.Skip("nothing to retry")
	}
	past := rapid.SampledFrom(r.sent).Draw(t, "send")
	if rapid.Bool().Draw(t, "conflicting") {
		past.body += "!"
	}
	r.attempt(past)
}

func (r *modelRun) attempt(p pastSend) {
	before, ok := r.standing(r.ids[p.from], r.ids[p.to]), true
	for _, old := range r.sent {
		ok = ok && old.key != p.key
	}
	sent, err := r.service.Send(r.Context(), r.ids[p.from], p.input(r.ids[p.to]))
	seq, again, code, denial := r.m.send(p)
	r.wantCode("send", err, code)
	if denial != policy.DenialNone {
		r.denied(err, denial)
	}
	if code == "" {
		m := sent.Message
		want := dm.MessageID{Conversation: r.conversation(p.from, p.to), Seq: int64(seq)}
		body := r.m.talks[pairKey(p.from, p.to)].messages[seq-1].shown()
		if m.ID != want || sent.Repeated != again || m.Body != body || m.ClientMessageID != p.key || m.Sender != r.ids[p.from] {
			r.Fatalf("the send answers %+v, repeated %v; the model says %+v, %v (I2, I3)", m, sent.Repeated, want, again)
		}
		if !again {
			r.sent = append(r.sent, p)
		}
	}
	if code == "" && p.from != p.to && !again {
		if got, asks := sent.Outreach, sent.Remaining != nil; (got != nil) != asks {
			r.Fatalf("the send answers the budget %+v beside %v remaining", got, sent.Remaining)
		} else if asks && (got.Remaining != r.m.budgets[p.from].left(r.m) || got.PerDay != r.m.budgets[p.from].perDay(r.m)) {
			r.Fatalf("the send answers the budget %+v, the model says %d of %d", got, r.m.budgets[p.from].left(r.m), r.m.budgets[p.from].perDay(r.m))
		}
	}
	if p.bears {
		return // what it was offered is compared by checkCodes
	}
	// The answer before a send and the send are one policy.
	if denial == policy.DenialKind {
		denial = policy.DenialNone // of the message, not of the person
	}
	if fresh := ok && p.from != p.to; fresh && before.Permission.Denial != denial {
		r.Fatalf("before the send: denial %v; the send: %v", before.Permission.Denial, denial)
	}
}

func (r *modelRun) doUnsend(t *rapid.T) {
	a, b := r.two(t)
	seq := rapid.IntRange(1, 8).Draw(t, "seq")
	_, err := r.service.Unsend(r.Context(), r.ids[a], dm.MessageID{Conversation: r.conversation(a, b), Seq: int64(seq)})
	r.wantCode("unsend", err, foundCode(r.m.unsend(a, b, seq)))
}

func (r *modelRun) doFollow(t *rapid.T) {
	a, b := r.two(t)
	if rapid.IntRange(0, 3).Draw(t, "unfollow") == 0 {
		r.wantCode("unfollow", r.service.Unfollow(r.Context(), r.ids[a], r.ids[b]), selfCode(a, b))
		delete(r.m.follows, [2]int{a, b})
		return
	}
	code := selfCode(a, b)
	if r.m.blocks[[2]int{a, b}] {
		code = dm.CodeInvalidInput
	}
	r.wantCode("follow", r.service.Follow(r.Context(), r.ids[a], r.ids[b]), code)
	if code == "" {
		r.m.follow(a, b)
	}
}

// doFriends makes one user the friend of all others, or nobody would share friends often enough.
func (r *modelRun) doFriends(t *rapid.T) {
	a := r.user(t, "who")
	for b := range r.ids {
		if a == b || r.m.blocks[[2]int{a, b}] || r.m.blocks[[2]int{b, a}] {
			continue
		}
		r.world.friends(r.ids[a], r.ids[b])
		r.m.follow(a, b)
		r.m.follow(b, a)
	}
}

func selfCode(a, b int) dm.Code {
	if a == b {
		return dm.CodeInvalidInput
	}
	return ""
}

func (r *modelRun) doBlock(t *rapid.T) {
	a, b := r.two(t)
	r.wantCode("block", r.service.Block(r.Context(), r.ids[a], r.ids[b]), selfCode(a, b))
	if a != b {
		r.m.block(a, b)
	}
}

func (r *modelRun) doUnblock(t *rapid.T) {
	a, b := r.two(t)
	r.wantCode("unblock", r.service.Unblock(r.Context(), r.ids[a], r.ids[b]), selfCode(a, b))
	delete(r.m.blocks, [2]int{a, b})
}

func (r *modelRun) doAudience(t *rapid.T) {
	a := r.user(t, "who")
	audience := policy.Audience(rapid.IntRange(int(policy.Everyone), int(policy.NoOne)).Draw(t, "audience"))
	r.choose(a, audience, nil, audienceRules[audience])
}

func (r *modelRun) doCustom(t *rapid.T) {
	a := r.user(t, "who")
	var grid policy.Grid
	routes := map[policy.Relation]policy.Route{}
	for _, name := range []string{"known", "friend", "followed", "suggested", "follower", "stranger"} {
		route := rapid.SampledFrom([]policy.Route{policy.RouteInbox, policy.RouteRequests, policy.RouteHidden, policy.RouteRefuse}).Draw(t, name)
		grid[relationNames[name]], routes[relationNames[name]] = route, route
	}
	r.choose(a, policy.Custom, routes, ruleOf(grid))
}

func (r *modelRun) choose(user int, audience policy.Audience, routes map[policy.Relation]policy.Route, rule rule) {
	_, err := r.service.SetWhoCanMessageMe(r.Context(), r.ids[user], audience, routes)
	code := r.m.tooYoung(user, rule)
	r.wantCode("choose", err, code)
	if code == "" {
		before := r.m.rule(user)
		r.m.who[user], r.m.chosen[user] = rule, true
		r.m.loosened(user, before)
	}
}

func (r *modelRun) doAccept(t *rapid.T) {
	a, b := r.two(t)
	_, err := r.service.AcceptRequest(r.Context(), r.ids[a], r.conversation(a, b))
	r.wantCode("accept", err, r.m.accept(a, b))
}

func (r *modelRun) doDecline(t *rapid.T) {
	a, b := r.two(t)
	_, _, err := r.service.DeclineRequests(r.Context(), r.ids[a], []dm.ConversationID{r.conversation(a, b)})
	r.wantCode("decline", err, foundCode(r.m.decline(a, b)))
}

func foundCode(found bool) dm.Code {
	if found {
		return ""
	}
	return dm.CodeNotFound
}

func (r *modelRun) doRead(t *rapid.T) {
	a, b := r.two(t)
	upTo := rapid.IntRange(0, 8).Draw(t, "up to")
	_, err := r.service.MarkRead(r.Context(), r.ids[a], r.conversation(a, b), int64(upTo))
	r.wantCode("mark read", err, r.m.markRead(a, b, upTo))
}

func (r *modelRun) doArchive(t *rapid.T) {
	a, b := r.two(t)
	archived := rapid.Bool().Draw(t, "archived")
	_, err := r.service.Archive(r.Context(), r.ids[a], r.conversation(a, b), archived)
	r.wantCode("archive", err, r.m.archive(a, b, archived))
}

func (r *modelRun) doTime(t *rapid.T) {
	by := rapid.SampledFrom([]time.Duration{time.Microsecond, time.Hour, 7 * time.Hour, 25 * time.Hour, r.m.declineFor - time.Hour, r.m.declineFor}).Draw(t, "by")
	r.clock.advance(by)
	r.m.now = r.clock.Now()
}

func (r *modelRun) doReceive(t *rapid.T) { r.receive(r.user(t, "who")) }

// receive takes from the watch all that is due, and checks that the client's picture then is the
// inbox (I4, I5).
func (r *modelRun) receive(user int) {
	c := r.clients[user]
	head := r.cursor(c.user)
	for c.picture.cursor.Position < head.Position {
		r.must(c.picture.advance(r.next(c.watcher)))
	}
	if c.picture.cursor != head {
		r.Fatalf("the watch is at %+v, the log at %+v (I4)", c.picture.cursor, head)
	}
	r.equals(c.user, c.picture, r.snapshot(c.user))
}

// doCut cuts a connection at whatever point it is and resumes from the last cursor.
func (r *modelRun) doCut(t *rapid.T) {
	user := r.user(t, "who")
	c := r.clients[user]
	for range rapid.IntRange(0, 3).Draw(t, "received before") {
		if c.picture.cursor.Position < r.cursor(c.user).Position {
			r.must(c.picture.advance(r.next(c.watcher)))
		}
	}
	r.resume(user)
}

func (r *modelRun) resume(user int) {
	c := r.clients[user]
	c.watcher.Close()
	c.watcher = r.watch(c.user, &c.picture.cursor)
}

// check compares after each step all that can be seen with the model (I6, I9, and the folders).
func (r *modelRun) check(*rapid.T) {
	r.checkCodes()
	for a, id := range r.ids {
		if got, want := r.unread(id), r.m.unread(a); got != want {
			r.Fatalf("user %d has %+v unread, the model says %+v (I6)", a, got, want)
		}
		now := r.snapshot(id)
		want := map[dm.ConversationID]shown{}
		for b := range r.ids {
			if talk, side := r.m.shown(a, b); side != nil {
				want[r.conversation(a, b)] = shown{
					Folder: folderNames[side.folder], LastSeq: int64(len(talk.messages)), ReadSeq: int64(side.read),
					Unread: r.m.unreadIn(a, b), TheirReadSeq: r.m.receipt(a, b),
					Last: talk.preview(a, side),
				}
			}
		}
		if diff := cmp.Diff(want, now.shown()); diff != "" {
			r.Fatalf("the inbox of user %d, -model +store:\n%s", a, diff)
		}
		for name, folder := range folderNames {
			if diff := cmp.Diff(r.order(a, name), now.order(folder)); diff != "" {
				r.Fatalf("folder %s of user %d, -model +store:\n%s", name, a, diff)
			}
		}
	}
}

func (r *modelRun) order(user int, folder string) (ids []dm.ConversationID) {
	type row struct {
		at time.Time
		id dm.ConversationID
	}
	var rows []row
	for other := range r.ids {
		if t, s := r.m.shown(user, other); s != nil && s.folder == folder {
			rows = append(rows, row{t.at, r.conversation(user, other)})
		}
	}
	slices.SortFunc(rows, func(a, b row) int {
		if c := b.at.Compare(a.at); c != 0 {
			return c
		}
		return slices.Compare(b.id[:], a.id[:])
	})
	for _, row := range rows {
		ids = append(ids, row.id)
	}
	return ids
}
