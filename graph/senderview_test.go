package graph_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/internal/testdb"
	"github.com/aparte-im/aparte/internal/testsample"
)

// Nothing that a sender can reach may tell a block from a closed audience, or a declined request
// from one that waits.
//
// The test builds worlds: every relation × shared friends × audience × override × request × contact
// code between a recipient and a sender. In copies of each world the recipient acts in different
// ways; the sender then runs every query and every mutation of the schema, several sends, and the
// same again after the time of a decline has run out and after the recipient has taken the action
// back. All answers and all events of the sender must be equal within a group of actions:
//
//	a block, NEVER, NO_ONE and PEOPLE_I_MESSAGED
//	nothing, a decline, hidden words and a restriction
//
// The documents are made from the schema. A field with arguments that viewArguments does not know,
// and that viewWithout does not exclude with a reason, fails the test. Times are compared by
// TestARefusalTakesAsLongAsAnyOther and TestADeclineTakesAsLongAsAWait.
//
// A dimension is one entry of viewDimensions, so that groups can become one.
//
// make test runs a seeded sample on both databases, make soak (APARTE_SWEEP=1) every world.
//
// The test of the test. Each of these changes, made by hand, must make it fail: SharedFriendsMatter
// compares route(false) with route(true) for every pair (the relation SUGGESTED comes and goes in
// explainWhoCanMessageMe); Decide refuses a Declined sender (viewerCanMessage turns to
// NOT_ACCEPTING); Facts.Pending is 0 in the folder NONE (a request has room again after a decline
// or a block).
func TestASenderSeesNoDecision(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		h := newViewHarness(t, url)
		worlds := everyViewWorld()
		if !testsample.Whole() {
			testsample.Rand(t).Shuffle(len(worlds), func(i, j int) { worlds[i], worlds[j] = worlds[j], worlds[i] })
			worlds = worlds[:viewSample]
		}
		for _, v := range worlds {
			h.compare(t, v)
			if t.Failed() {
				return
			}
		}
	})
}

// viewSample is the number of worlds in a sample.
const viewSample = 4

// viewDimensions are the values of what a world is made of, by name.
var viewDimensions = []struct {
	name   string
	values []string
}{
	{"relation", []string{"stranger", "follower", "followed", "friend", "known", "suggested by the host"}},
	{"shared friends", []string{"0", "3"}},
	{"audience", []string{"EVERYONE", "FOLLOWERS", "SUGGESTED_FRIENDS", "FRIENDS", "PEOPLE_I_MESSAGED", "NO_ONE", "strangers to the inbox"}},
	{"override", []string{"none", "restricted", "ALWAYS"}},
	{"request", []string{"none", "waits", "full"}},
	{"contact code", []string{"none", "good"}},
}

// viewWorld is one value of each dimension, by the dimension's name.
type viewWorld map[string]string

func everyViewWorld() []viewWorld {
	worlds := []viewWorld{{}}
	for _, d := range viewDimensions {
		var more []viewWorld
		for _, w := range worlds {
			for _, value := range d.values {
				next := viewWorld{d.name: value}
				for k, v := range w {
					next[k] = v
				}
				more = append(more, next)
			}
		}
		worlds = more
	}
	return worlds
}

// viewHarness is a service in which pairs of people are made.
type viewHarness struct {
	*world
	docs *viewDocuments
	now  atomic.Int64 // in microseconds since 1970
	made int          // pairs
}

func newViewHarness(t *testing.T, url string) *viewHarness {
	t.Helper()
	h := &viewHarness{docs: newViewDocuments(t, viewWithout)}
	h.now.Store(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).UnixMicro())
	h.world = newWorld(t, setup{url: url, clock: func() time.Time { return time.UnixMicro(h.now.Load()).UTC() }})
	if missing := h.docs.missing(); len(missing) > 0 {
		t.Errorf("no document selects %v", missing)
	}
	return h
}

// viewPair is a recipient and a sender in one copy of a world.
type viewPair struct {
	*viewHarness
	ctx               context.Context
	recipient, sender dm.UserID
	prefix, to, from  string // of their handles, and these
	code              string // a contact code of the recipient's; "" for none
	codeID            dm.ContactCodeID
	audience          policy.Audience
	routes            map[policy.Relation]policy.Route
	answers           []string
	mask              mask
	conversation      dm.ConversationID
	step              string
	sent              int // messages before the recipient acts
}

// must stops the test on an error.
func (p *viewPair) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatalf("%s: %v", p.step, err)
	}
}

// pair makes a recipient and a sender and what a world says of them.
func (h *viewHarness) pair(v viewWorld) *viewPair {
	h.made++
	p := &viewPair{
		viewHarness: h, ctx: context.Background(), mask: mask{names: map[string]string{}},
		prefix: fmt.Sprintf("p%05d", h.made),
	}
	p.to, p.from = p.prefix+"recipient", p.prefix+"sender"
	h.join(p.prefix + "bystander") // is in the lists of people, too
	h.join(p.to)
	h.join(p.from)
	p.recipient, p.sender = h.ids[p.to], h.ids[p.from]
	p.conversation = dm.ConversationOf(p.sender, p.recipient)
	s := h.service
	follow := func(a, b dm.UserID) { p.must(s.Follow(p.ctx, a, b)) }
	p.choose(policy.Everyone, nil)
	switch v["relation"] {
	case "follower":
		follow(p.sender, p.recipient)
	case "followed":
		follow(p.recipient, p.sender)
	case "friend":
		follow(p.sender, p.recipient)
		follow(p.recipient, p.sender)
	case "known":
		p.write("known before")
		_, err := s.AcceptRequest(p.ctx, p.recipient, p.conversation)
		p.must(err)
	case "suggested by the host":
		p.must(s.SetEdges(p.ctx, []dm.EdgeEdit{{From: "x-" + p.from, To: "x-" + p.to, Suggested: true}}))
	}
	if v["shared friends"] != "0" {
		for n := range dm.DefaultRules().SharedFriends {
			name := fmt.Sprint(p.prefix, "friend", n)
			h.join(name)
			friend := h.ids[name]
			for _, one := range []dm.UserID{p.sender, p.recipient} {
				follow(one, friend)
				follow(friend, one)
			}
		}
	}
	for range map[string]int{"waits": 1, "full": dm.DefaultRules().RequestLimit}[v["request"]] {
		p.write("a request")
	}
	switch v["override"] {
	case "restricted":
		p.must(s.Restrict(p.ctx, p.recipient, p.sender))
	case "ALWAYS":
		p.must(s.SetListed(p.ctx, p.recipient, p.sender, policy.ListedAlways))
	}
	if v["contact code"] == "good" {
		code, secret, err := s.CreateContactCode(p.ctx, p.recipient, dm.ContactCodeInput{Label: "for the sender", MaxUses: 5, For: 24 * time.Hour})
		p.must(err)
		p.code, p.codeID = secret, code.ID
	}
	p.audience, p.routes = viewAudiences[v["audience"]], nil
	if p.audience == policy.Custom {
		p.routes = map[policy.Relation]policy.Route{
			policy.Known: policy.RouteInbox, policy.Friend: policy.RouteInbox, policy.Followed: policy.RouteInbox,
			policy.Suggested: policy.RouteRequests, policy.Follower: policy.RouteRequests, policy.Stranger: policy.RouteInbox,
		}
	}
	p.choose(p.audience, p.routes)
	return p
}

var viewAudiences = map[string]policy.Audience{
	"EVERYONE": policy.Everyone, "FOLLOWERS": policy.Followers, "SUGGESTED_FRIENDS": policy.SuggestedFriends, "FRIENDS": policy.Friends,
	"PEOPLE_I_MESSAGED": policy.PeopleIMessaged, "NO_ONE": policy.NoOne, "strangers to the inbox": policy.Custom,
}

func (p *viewPair) choose(audience policy.Audience, routes map[policy.Relation]policy.Route) {
	_, err := p.service.SetWhoCanMessageMe(p.ctx, p.recipient, audience, routes)
	p.must(err)
}

// write sends a message to the recipient, which must be accepted.
func (p *viewPair) write(body string) {
	p.sent++
	_, err := p.service.Send(p.ctx, p.sender, dm.SendInput{To: p.recipient, Body: body, ClientMessageID: fmt.Sprint("before ", p.sent)})
	p.must(err)
}

// compare lets the recipient act in copies of one world.
func (h *viewHarness) compare(t *testing.T, v viewWorld) {
	for _, group := range viewActions {
		var first *viewPair
		var name string
		for _, action := range group {
			if action.needs != nil && !action.needs(v) {
				continue
			}
			p := h.pair(v)
			p.step = action.name
			p.play(v, action)
			if first == nil {
				first, name = p, action.name
				continue
			}
			for i := range min(len(first.answers), len(p.answers)) {
				if a, b := difference(first.answers[i], p.answers[i]); a != b {
					t.Errorf("%v: answer %d differs.\n%s: …%s\n%s: …%s", v, i, name, a, action.name, b)
					break
				}
			}
			if len(first.answers) != len(p.answers) {
				t.Errorf("%v: %d answers after %s, %d after %s", v, len(first.answers), name, len(p.answers), action.name)
			}
		}
	}
}

// play lets the recipient act and writes down everything that the sender is answered.
func (p *viewPair) play(v viewWorld, action viewAction) {
	p.must(action.do(p))
	p.round("first", v["contact code"] == "good")
	p.now.Add((dm.DefaultRules().DeclineFor + time.Hour).Microseconds())
	p.round("after the decline", false)
	if action.undo != nil {
		p.must(action.undo(p))
		p.now.Add(time.Minute.Microseconds())
		p.round("taken back", false)
	}
	for at, more := int64(0), true; more; {
		log, err := p.store.Log(p.ctx, p.sender, at, 100)
		p.must(err)
		for _, e := range log.Events {
			at = e.Position
			line := fmt.Sprint("event ", e.Position, " kind ", e.Kind, " unread ", e.Unread)
			if v := e.View; v != nil {
				line += fmt.Sprintf(" folder %v last %d unread %d read %d muted %v", v.Folder, v.LastSeq, v.Unread, v.ReadSeq, v.Muted)
				if v.TheirReadSeq != nil {
					line += fmt.Sprint(" they have read ", *v.TheirReadSeq)
				}
			}
			p.answers = append(p.answers, line)
		}
		more = len(log.Events) > 0
	}
}

var aSecret = regexp.MustCompile(`[0-9A-Z]{5}(-[0-9A-Z]{5}){3}`)

// ask runs one operation as the sender and notes the answer, with ids, times and handles masked.
func (p *viewPair) ask(field string, v vars) {
	p.t.Helper()
	a := p.as(p.from).post(p.docs.roots[field], v)
	for _, e := range a.Errors {
		if code := e.code(); code != "RATE_LIMITED" {
			p.t.Fatalf("%s shows nothing: %s", field, a.body)
		}
	}
	text := strings.ReplaceAll(aSecret.ReplaceAllString(a.body, "SECRET"), p.prefix, "")
	p.answers = append(p.answers, field+" "+p.mask.apply(text))
}

// round runs every query, sends, every mutation and every query.
func (p *viewPair) round(name string, withCode bool) {
	queries := func() {
		for _, field := range p.docs.order["Query"] {
			for _, v := range p.arguments(field) {
				p.ask(field, v)
			}
		}
	}
	queries()
	send := func(n int, more vars) {
		in := vars{"to": vars{"userId": p.recipient.String()}, "body": "hello", "clientMessageId": fmt.Sprint(name, n)}
		for k, v := range more {
			in[k] = v
		}
		p.ask("sendMessage", vars{"input": in})
	}
	for n := range dm.DefaultRules().RequestLimit + 1 {
		send(n, nil)
		send(n, nil) // a retry
		p.ask("user", vars{"by": vars{"id": p.recipient.String()}})
	}
	send(0, vars{"body": "another text"}) // a conflict
	send(50, vars{"contactCode": "no such code"})
	if withCode {
		p.ask("contact", vars{"code": p.code})
		send(51, vars{"contactCode": p.code})
		send(52, vars{"contactCode": p.code})
	}
	for _, field := range p.docs.order["Mutation"] {
		for _, v := range p.arguments(field) {
			p.ask(field, v)
		}
	}
	queries()
}

// arguments are the variables with which a field is asked for; a field that needs some and has none
// fails the test.
func (p *viewPair) arguments(field string) []vars {
	if known, ok := viewArguments[field]; ok {
		return known(p)
	}
	root := p.docs.schema.Query
	if slices.Contains(p.docs.order["Mutation"], field) {
		root = p.docs.schema.Mutation
	}
	for _, a := range root.Fields.ForName(field).Arguments {
		if a.Type.NonNull && a.DefaultValue == nil {
			p.t.Fatalf("%s needs %s: say in viewArguments with what it is asked, or in viewWithout why not", field, a.Name)
		}
	}
	return []vars{nil}
}
