package graph_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/internal/testdb"
)

// refusals are the ways in which a person says no to another. None may show in an answer or in the
// time that it takes.
var refusals = []struct{ name, query string }{
	{"NO_ONE", `mutation { setWhoCanMessageMe(input: {audience: NO_ONE}) { __typename } }`},
	{"a block", blocks},
	{"NEVER", `mutation($id: ID!) { setListed(userId: $id, list: NEVER) { __typename } }`},
	{"PEOPLE_I_MESSAGED", `mutation { setWhoCanMessageMe(input: {audience: PEOPLE_I_MESSAGED}) { __typename } }`},
}

// A refusal takes the same time, whatever the reason, for people who know each other, for strangers
// and for strangers with shared friends: all the times are of one distribution. "batch" sends with
// a contact code, which the fast path leaves to a batch. APARTE_TIMINGS is the number of answers of
// each kind; a few show nothing, so without it there is nothing to do.
func TestARefusalTakesAsLongAsAnyOther(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv(soakSize))
	if n == 0 {
		t.Skip("set " + soakSize + " to how many refusals of each kind to time")
	}
	testdb.Each(t, func(t *testing.T, url string) {
		for _, relation := range []string{"known", "stranger", "shared friends"} {
			w := newWorld(t, setup{url: url})
			alice := w.as("alice")
			var recipients []string
			for i, refusal := range refusals {
				name := fmt.Sprint(relation[:2], i)
				w.join(name)
				recipients = append(recipients, name)
				switch relation {
				case "known":
					w.open(name)
					w.say("alice", name, "hello")
					w.say(name, "alice", "hello")
				case "shared friends":
					w.as(name).do(`mutation { setWhoCanMessageMe(input: {audience: SUGGESTED_FRIENDS}) { __typename } }`, nil)
					for _, friend := range []string{"carol", "dave", "erin"} {
						w.befriend("alice", friend)
						w.befriend(name, friend)
					}
				}
				v := vars{"id": w.id("alice")}
				if refusal.query[:10] == "mutation {" {
					v = nil
				}
				if relation == "known" && refusal.name == "PEOPLE_I_MESSAGED" {
					refusal = refusals[0] // it admits people who are known
				}
				w.as(name).do(refusal.query, v)
			}
			look := `query($id: ID!) { user(by: {id: $id}) { viewerCanMessage { denial } followsViewer } explainWhoCanMessageMe(userId: $id) { relations } }`
			send := func(to string, i int, code any) answer {
				return alice.post(aSend, vars{"input": vars{"to": vars{"userId": w.id(to)}, "body": "please", "clientMessageId": fmt.Sprint(to, i), "contactCode": code}})
			}
			for name, try := range map[string]func(to string, i int) answer{
				"send":  func(to string, i int) answer { return send(to, i, nil) },
				"batch": func(to string, i int) answer { return send(to, i, "AAAA") },
				"look":  func(to string, _ int) answer { return alice.post(look, vars{"id": w.id(to)}) },
			} {
				times := make([][]float64, len(refusals))
				for i := range n {
					for k := range recipients {
						k = (k + i) % len(recipients) // no recipient is always the first
						begin := time.Now()
						a := try(recipients[k], i)
						times[k] = append(times[k], float64(time.Since(begin)))
						if len(a.Errors) > 0 {
							t.Fatalf("%s, %s measures an error: %s", relation, name, a.body)
						}
						if i == 0 && name == "send" {
							a.node().is("sendMessage.denial", `"NOT_ACCEPTING"`)
						}
					}
				}
				for k := 1; k < len(times); k++ {
					distance, limit := kolmogorovSmirnov(times[0], times[k])
					t.Logf("%s, %s: %d tries each; p50 %.0f µs for %s and %.0f µs for %s; Kolmogorov–Smirnov distance %.4f, at 0.1 %% %.4f",
						relation, name, n, median(times[0])/1e3, refusals[0].name, median(times[k])/1e3, refusals[k].name, distance, limit)
					if distance > limit {
						t.Errorf("%s, %s: the times of %s and of %s can be told apart", relation, name, refusals[0].name, refusals[k].name)
					}
				}
			}
		}
	})
}

// A declined request takes the time of one that waits: sends that are taken, sends to a full
// request, and looks. The audience sends strangers to the inbox for the first, so that no limit
// ends it.
func TestADeclineTakesAsLongAsAWait(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv(soakSize))
	if n == 0 {
		t.Skip("set " + soakSize + " to how many answers of each kind to time")
	}
	testdb.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, setup{url: url})
		alice := w.as("alice")
		for name, taken := range map[string]bool{"taken": true, "full": false} {
			var recipients []string
			for i, decline := range []bool{false, true} {
				to := fmt.Sprint(name, i)
				w.join(to)
				w.open(to)
				recipients = append(recipients, to)
				for range dm.DefaultRules().RequestLimit {
					w.say("alice", to, "a request")
				}
				if decline {
					w.as(to).do(`mutation($c: [ID!]!) { declineRequests(conversationIds: $c) { ... on DeclineSuccess { declined } } }`,
						vars{"c": []string{w.conversation("alice", to)}})
				}
				if taken {
					w.as(to).do(`mutation { setWhoCanMessageMe(input: {audience: CUSTOM, routes: [{relation: STRANGER, route: INBOX}]}) { __typename } }`, nil)
				}
			}
			look := `query($id: ID!) { user(by: {id: $id}) { viewerCanMessage { allowed denial remaining } } conversationWith(userId: $id) { unreadCount theirReadSeq } }`
			for what, try := range map[string]func(to string, i int) answer{
				"send": func(to string, i int) answer {
					return alice.post(aSend, vars{"input": vars{"to": vars{"userId": w.id(to)}, "body": "please", "clientMessageId": fmt.Sprint(to, i)}})
				},
				"look": func(to string, _ int) answer { return alice.post(look, vars{"id": w.id(to)}) },
			} {
				var times [2][]float64
				for i := range n {
					for k := range recipients {
						k = (k + i) % len(recipients)
						begin := time.Now()
						a := try(recipients[k], i)
						times[k] = append(times[k], float64(time.Since(begin)))
						if len(a.Errors) > 0 {
							t.Fatalf("%s, %s measures an error: %s", name, what, a.body)
						}
						if what == "send" && i == 0 && (a.node().text("sendMessage.__typename") == "SendMessageSuccess") != taken {
							t.Fatalf("%s: %s", name, a.body)
						}
					}
				}
				distance, limit := kolmogorovSmirnov(times[0], times[1])
				t.Logf("%s, %s: %d tries each; p50 %.0f µs waiting and %.0f µs declined; Kolmogorov–Smirnov distance %.4f, at 0.1 %% %.4f",
					name, what, n, median(times[0])/1e3, median(times[1])/1e3, distance, limit)
				if distance > limit {
					t.Errorf("%s, %s: the times of a decline and of a wait can be told apart", name, what)
				}
			}
		}
	})
}

// join adds a user to the world.
func (w *world) join(handle string) {
	w.t.Helper()
	made, err := w.service.UpsertUsers(w.t.Context(), []dm.UserInput{{ExternalID: "x-" + handle, Handle: handle, DisplayName: handle}})
	if err != nil {
		w.t.Fatal(err)
	}
	w.ids[handle] = made[0].ID
}
