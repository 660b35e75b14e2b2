package graph_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/aparte-im/aparte/graph"
	"github.com/aparte-im/aparte/graph/auth"
	"github.com/aparte-im/aparte/internal/testdb"
)

const revokeTokens = `mutation($id: ID!) { revokeTokens(externalId: $id) { __typename ... on RevokeTokensSuccess { externalId validAfter } ... on UserError { code } } }`

// run keeps a world looking for revocations, as a node does, until the test ends.
func (w *world) run() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.graph.Run(ctx)
	}()
	w.t.Cleanup(func() { cancel(); <-done })
}

// nodes are two nodes that share one Postgres.
func nodes(t *testing.T) (here, there *world) {
	url := testdb.Postgres(t)
	with := setup{url: url, config: func(c *graph.Config) { c.RevocationPoll = 20 * time.Millisecond }}
	here, there = newWorld(t, with), newWorld(t, with)
	here.run()
	there.run()
	return here, there
}

// issued is a token of a user of the world that was made at a time.
func issued(t *testing.T, handle string, at time.Time) string {
	return signed(t, jwt.SigningMethodHS256, secret, jwt.MapClaims{
		"sub": "x-" + handle, "iat": at.Unix(), "exp": time.Now().Add(time.Hour).Unix(),
	})
}

// Logged out on one node is logged out on the other: sockets and streams close, and the tokens are
// refused. Others stay.
func TestRevokedTokensEndEverywhere(t *testing.T) {
	here, there := nodes(t)
	alice, bob := there.socket("alice"), there.socket("bob")
	alice.follow(there, "alice")
	bob.follow(there, "bob")
	stream := there.as("alice").stream(`subscription { inboxEvents { cursor } }`, nil)
	local := here.socket("alice")
	asService := there.dial(nil)
	asService.say(`{"type":"connection_init","payload":{"token":"` + sign(t, "the-host", auth.ScopeAdmin) + `","Aparte-As":"x-alice"}}`)
	asService.hear("connection_ack")
	old := issued(t, "alice", time.Now().Add(-time.Second))
	there.with("Authorization", "Bearer "+old).do(me, nil)

	n := here.admin().do(revokeTokens, vars{"id": "x-alice"})
	n.is("revokeTokens.externalId", `"x-alice"`)
	for name, s := range map[string]*wire{"elsewhere": alice, "here": local} {
		if code := s.ends(); code != 4403 {
			t.Errorf("%s: close code %d", name, code)
		}
	}
	stream.endsWithoutComplete()
	for _, w := range []*world{here, there} {
		w.on(t).with("Authorization", "Bearer "+old).post(me, nil).fails(http.StatusUnauthorized, "UNAUTHENTICATED")
		s := w.on(t).dial(nil)
		s.say(`{"type":"connection_init","payload":{"token":"` + old + `"}}`)
		if code := s.ends(); code != 4403 {
			t.Errorf("an old token opens a socket: %d", code)
		}
	}
	// A token without iat cannot be told from an old one.
	timeless := signed(t, jwt.SigningMethodHS256, secret, jwt.MapClaims{"sub": "x-alice", "exp": time.Now().Add(time.Hour).Unix()})
	there.with("Authorization", "Bearer "+timeless).post(me, nil).fails(http.StatusUnauthorized, "UNAUTHENTICATED")
	// A new token works, the service may still act for her, and nobody else has noticed.
	fresh := issued(t, "alice", time.Now().Add(2*time.Second))
	there.with("Authorization", "Bearer "+fresh).do(me, nil).is("me.handle", `"alice"`)
	for _, s := range []*wire{asService, bob} {
		s.run("again", me, nil)
		s.next()
		s.hear("complete")
	}
}

func TestADeletedUserIsOutOnEveryNode(t *testing.T) {
	here, there := nodes(t)
	alice := there.socket("alice")
	there.as("alice").do(me, nil)
	asService := there.admin().with("Aparte-As", "x-alice")
	stream := asService.stream(`subscription { inboxEvents { cursor } }`, nil)
	here.admin().do(deleteUser, vars{"id": "x-alice"}).is("deleteUser.externalId", `"x-alice"`)
	if code := alice.ends(); code != 4403 {
		t.Errorf("close code %d", code)
	}
	stream.endsWithoutComplete()
	for _, w := range []*world{here, there} {
		w.on(t).as("alice").post(me, nil).fails(http.StatusUnauthorized, "UNAUTHENTICATED")
	}
	asService.post(me, nil).fails(http.StatusUnauthorized, "UNAUTHENTICATED")
}

func TestWhoMayRevoke(t *testing.T) {
	w := newWorld(t, setup{})
	a := w.as("bob").post(revokeTokens, vars{"id": "x-alice"})
	if len(a.Errors) != 1 || a.Errors[0].code() != "FORBIDDEN" {
		t.Errorf("anybody revokes: %s", a.body)
	}
	w.admin().do(revokeTokens, vars{"id": "x-nobody"}).is("revokeTokens.code", `"NOT_FOUND"`)
	w.as("alice").do(me, nil)
}

// endsWithoutComplete waits until the service ends the stream in the way at which a client comes
// back.
func (e *events) endsWithoutComplete() {
	e.t.Helper()
	for {
		switch name, _ := e.hear(); name {
		case "":
			return
		case "complete":
			e.t.Error("the stream was completed")
		}
	}
}
