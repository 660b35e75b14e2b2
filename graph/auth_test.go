package graph_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/aparte-im/aparte/graph"
	"github.com/aparte-im/aparte/graph/auth"
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
	w.admin().do(`{ user(by: {externalId: "the-host"}) { id } }`, nil).is("user", `null`)
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
		`{ user(by: {handle: "bob"}) { viewerFollows } }`, `{ conversation(id: "cnv_x") { id } }`,
		`mutation { setReadReceipts(on: true) { __typename } }`,
	} {
		if a := w.admin().post(query, nil); len(a.Errors) != 1 || a.Errors[0].code() != "FORBIDDEN" {
			t.Errorf("%s as nobody: %s", query, a.body)
		}
	}
}

func TestAServerIsToldAllThatIsWrongWithItsConfig(t *testing.T) {
	if _, err := graph.New(graph.Config{Origins: []string{"example.com"}}); err == nil ||
		!strings.Contains(err.Error(), "Service") || !strings.Contains(err.Error(), "Verify") || !strings.Contains(err.Error(), "example.com") {
		t.Errorf("want all that is wrong, got %v", err)
	}
}

// Without keys no token is verified, and the answer does not say that the token is wrong.
func TestAnOutageOfKeysIsNotTheTokensFault(t *testing.T) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "keys.json")
	keys, err := auth.NewKeySet(auth.KeySetConfig{File: file})
	if err != nil {
		t.Fatal(err)
	}
	verify, err := auth.NewVerifier(auth.TokenConfig{Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, setup{config: func(c *graph.Config) { c.Verify = verify }})
	claims := jwt.MapClaims{"sub": "x-alice", "exp": time.Now().Add(time.Hour).Unix()}
	token := signed(t, jwt.SigningMethodEdDSA, private, claims)
	c := w.with("Authorization", "Bearer "+token)
	c.post(me, nil).fails(http.StatusInternalServerError, "INTERNAL")
	s := w.dial(nil)
	s.say(`{"type":"connection_init","payload":{"token":"` + token + `"}}`)
	if code := s.ends(); code != 1013 {
		t.Errorf("close code %d", code)
	}
	set := `{"keys":[{"kty":"OKP","crv":"Ed25519","x":"` + base64.RawURLEncoding.EncodeToString(public) + `"}]}`
	if err := os.WriteFile(file, []byte(set), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := keys.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.do(me, nil).is("me.handle", `"alice"`)
}

// The age band of a token holds from the first request on, and the user's devices are told.
func TestTheAgeBandOfATokenAppliesAtOnce(t *testing.T) {
	w := newWorld(t, setup{config: func(c *graph.Config) { c.CreateUsers = true }})
	w.open("bob")
	as := func(subject, band string) caller {
		token, err := auth.SignClaims(secret, subject, time.Hour, map[string]any{"age_band": band, "handle": "fresh"})
		if err != nil {
			t.Fatal(err)
		}
		return w.with("Authorization", "Bearer "+token)
	}
	s := w.socket("alice")
	s.follow(w, "alice")
	input := func(key string) vars {
		return vars{"in": vars{"to": vars{"userId": w.id("bob")}, "body": "hello", "clientMessageId": key}}
	}
	const send = `mutation($in: SendMessageInput!) { sendMessage(input: $in) { __typename ... on MessageNotAllowed { denial } } }`
	as("x-alice", "UNDER_16").do(send, input("1")).is("sendMessage.denial", `"AGE_RESTRICTED"`)
	s.next().is("inboxEvents.__typename", `"SettingsChanged"`)
	as("x-alice", "ADULT").do(send, input("2")).is("sendMessage.__typename", `"SendMessageSuccess"`)
	as("x-alice", "AGE_16_17").do(`{ messagingSettings { whoCanMessageMe } }`, nil).is("messagingSettings.whoCanMessageMe", `"NO_ONE"`)
	// So it does for a user whom the token makes.
	as("x-fresh", "UNDER_16").do(send, input("3")).is("sendMessage.denial", `"AGE_RESTRICTED"`)
}
