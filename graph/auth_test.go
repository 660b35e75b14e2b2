package graph_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/aparte-im/aparte/graph"
)

const me = `{ me { handle displayName } }`

func signed(t *testing.T, method jwt.SigningMethod, key any, claims jwt.MapClaims) string {
	t.Helper()
	s, err := jwt.NewWithClaims(method, claims).SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestNothingIsAnsweredWithoutAValidToken(t *testing.T) {
	w := newWorld(t, setup{})
	soon, past := time.Now().Add(time.Hour).Unix(), time.Now().Add(-time.Minute).Unix()
	good := token(t, "alice")
	head, tail, _ := strings.Cut(good, ".")
	for name, authorization := range map[string]string{
		"none":            "",
		"no scheme":       good,
		"basic":           "Basic " + good,
		"nonsense":        "Bearer nonsense",
		"cut":             "Bearer " + good[:len(good)-4],
		"changed":         "Bearer " + head + "x." + tail,
		"other secret":    "Bearer " + signed(t, jwt.SigningMethodHS256, []byte("another secret of thirty-two bytes"), jwt.MapClaims{"sub": "x-alice", "exp": soon}),
		"other algorithm": "Bearer " + signed(t, jwt.SigningMethodHS512, secret, jwt.MapClaims{"sub": "x-alice", "exp": soon}),
		"no algorithm":    "Bearer " + signed(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, jwt.MapClaims{"sub": "x-alice", "exp": soon}),
		"ended":           "Bearer " + signed(t, jwt.SigningMethodHS256, secret, jwt.MapClaims{"sub": "x-alice", "exp": past}),
		"endless":         "Bearer " + signed(t, jwt.SigningMethodHS256, secret, jwt.MapClaims{"sub": "x-alice"}),
		"not yet":         "Bearer " + signed(t, jwt.SigningMethodHS256, secret, jwt.MapClaims{"sub": "x-alice", "exp": soon, "nbf": soon}),
		"nobody's":        "Bearer " + signed(t, jwt.SigningMethodHS256, secret, jwt.MapClaims{"exp": soon}),
		"unknown subject": "Bearer " + sign(t, "x-nobody"),
		"too long":        "Bearer " + sign(t, "x-alice", strings.Repeat("scope ", 2000)),
	} {
		t.Run(name, func(t *testing.T) {
			c := w.on(t).with("Authorization", authorization)
			for _, query := range []string{me, `{ __schema { types { name } } }`, `not even GraphQL`, `{ __typename }`} {
				c.post(query, nil).fails(http.StatusUnauthorized, "UNAUTHENTICATED")
			}
			a := c.send("GET", "/graphql?query={me{id}}", "")
			a.fails(http.StatusUnauthorized, "UNAUTHENTICATED")
			if a.header.Get("Www-Authenticate") != "Bearer" {
				t.Error("no challenge")
			}
			c.with("Accept", "text/event-stream").post(`subscription { inboxEvents { cursor } }`, nil).
				fails(http.StatusUnauthorized, "UNAUTHENTICATED")
		})
	}
	w.as("alice").do(me, nil).is("me.handle", `"alice"`)
}

func TestAUserIsMadeFromATokenOnlyWhereConfigured(t *testing.T) {
	exp := time.Now().Add(time.Hour).Unix()
	w := newWorld(t, setup{config: func(c *graph.Config) { c.CreateUsers = true }})
	fresh := signed(t, jwt.SigningMethodHS256, secret, jwt.MapClaims{
		"sub": "new-1", "exp": exp, "preferred_username": "Newcomer", "name": "New Comer",
	})
	w.with("Authorization", "Bearer "+fresh).do(me, nil).is("me", `{"handle":"newcomer","displayName":"New Comer"}`)
	// A handle that somebody else has lets nobody in.
	thief := signed(t, jwt.SigningMethodHS256, secret, jwt.MapClaims{"sub": "new-2", "exp": exp, "handle": "alice"})
	w.with("Authorization", "Bearer "+thief).post(me, nil).fails(http.StatusUnauthorized, "UNAUTHENTICATED")
	// A service token is no user.
	w.admin().post(me, nil).fails(http.StatusOK, "FORBIDDEN")
	w.admin().do(`{ user(externalId: "the-host") { id } }`, nil).is("user", `null`)
}

func TestAServiceActsForAUser(t *testing.T) {
	w := newWorld(t, setup{})
	w.admin().with("Aparte-As", "x-bob").do(me, nil).is("me.handle", `"bob"`)
	w.admin().with("Aparte-As", "x-carol").do(me, nil).is("me.handle", `"carol"`)
	w.admin().with("Aparte-As", "x-nobody").post(me, nil).fails(http.StatusUnauthorized, "UNAUTHENTICATED")
	w.as("alice").with("Aparte-As", "x-bob").post(me, nil).fails(http.StatusForbidden, "FORBIDDEN")
	w.as("alice").do(me, nil).is("me.handle", `"alice"`)
	for _, query := range []string{
		me, `{ unread { messages } }`, `{ inbox { nodes { id } } }`, `{ messagingSettings { readReceipts } }`,
		`{ user(handle: "bob") { viewerFollows } }`, `{ conversation(id: "cnv_x") { id } }`,
		`mutation { setReadReceipts(on: true) { __typename } }`,
	} {
		if a := w.admin().post(query, nil); len(a.Errors) != 1 || a.Errors[0].code() != "FORBIDDEN" {
			t.Errorf("%s as nobody: %s", query, a.body)
		}
	}
}

func TestSecretsAndTokensAreChecked(t *testing.T) {
	if _, err := graph.HS256(make([]byte, graph.MinSecret-1), nil); err == nil {
		t.Error("a short secret verifies")
	}
	if _, err := graph.SignToken(make([]byte, 8), "x", time.Hour); err == nil {
		t.Error("a short secret signs")
	}
	if _, err := graph.SignToken(secret, "", time.Hour); err == nil {
		t.Error("a token for nobody")
	}
	if _, err := graph.SignToken(secret, "x", 0); err == nil {
		t.Error("a token without a time to live")
	}
	if _, err := graph.New(graph.Config{Origins: []string{"example.com"}}); err == nil ||
		!strings.Contains(err.Error(), "Service") || !strings.Contains(err.Error(), "Verify") || !strings.Contains(err.Error(), "example.com") {
		t.Errorf("want all that is wrong, got %v", err)
	}
	verify, err := graph.HS256(secret, func() time.Time { return time.Now().Add(2 * time.Hour) })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := verify(t.Context(), token(t, "alice")); err == nil {
		t.Error("a token outlives its time")
	}
}
