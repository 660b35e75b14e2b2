package auth_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aparte-im/aparte/internal/testlog"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"

	"github.com/aparte-im/aparte/graph/auth"
)

// signer is a key pair of an identity provider.
type signer struct {
	id     string
	method jwt.SigningMethod
	key    crypto.Signer
}

func newRSA(t *testing.T, id string, bits int) signer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return signer{id, jwt.SigningMethodRS256, key}
}

func newEC(t *testing.T, id string) signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return signer{id, jwt.SigningMethodES256, key}
}

func newEd(t *testing.T, id string) signer {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return signer{id, jwt.SigningMethodEdDSA, key}
}

func (s signer) sign(t *testing.T, claims jwt.MapClaims) string {
	t.Helper()
	token := jwt.NewWithClaims(s.method, claims)
	if s.id != "" {
		token.Header["kid"] = s.id
	}
	out, err := token.SignedString(s.key)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// set is the public half of some signers as a JSON Web Key Set.
func set(t *testing.T, signers ...signer) []byte {
	t.Helper()
	var out jwkset.JWKSMarshal
	for _, s := range signers {
		options := jwkset.JWKOptions{Metadata: jwkset.JWKMetadataOptions{
			KID: s.id, ALG: jwkset.ALG(s.method.Alg()), USE: jwkset.UseSig,
		}}
		k, err := jwkset.NewJWKFromKey(s.key.Public(), options)
		if err != nil {
			t.Fatal(err)
		}
		out.Keys = append(out.Keys, k.Marshal())
	}
	b, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// provider is an identity provider's server of keys.
type provider struct {
	*httptest.Server
	mu      sync.Mutex
	answer  func(http.ResponseWriter)
	fetches atomic.Int64
}

func newProvider(t *testing.T) *provider {
	p := &provider{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		p.fetches.Add(1)
		p.mu.Lock()
		answer := p.answer
		p.mu.Unlock()
		answer(w)
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *provider) serve(body []byte) {
	p.respond(func(w http.ResponseWriter) { _, _ = w.Write(body) })
}

func (p *provider) respond(answer func(http.ResponseWriter)) {
	p.mu.Lock()
	p.answer = answer
	p.mu.Unlock()
}

// hand is a clock that is moved by hand.
type hand struct{ nanos atomic.Int64 }

func newHand() *hand {
	h := &hand{}
	h.nanos.Store(time.Now().Truncate(time.Second).UnixNano())
	return h
}

func (h *hand) now() time.Time           { return time.Unix(0, h.nanos.Load()) }
func (h *hand) advance(d time.Duration)  { h.nanos.Add(int64(d)) }
func (h *hand) in(d time.Duration) int64 { return h.now().Add(d).Unix() }
func (h *hand) claims(id string) jwt.MapClaims {
	return jwt.MapClaims{"sub": id, "iat": h.in(0), "exp": h.in(time.Hour)}
}

func verifierOf(t *testing.T, c auth.TokenConfig) auth.Verifier {
	t.Helper()
	v, err := auth.NewVerifier(c)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func keysOf(t *testing.T, c auth.KeySetConfig) *auth.KeySet {
	t.Helper()
	keys, err := auth.NewKeySet(c)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// accepts and rejects say what becomes of a token.
func accepts(t *testing.T, v auth.Verifier, token string) auth.Claims {
	t.Helper()
	c, err := v(t.Context(), token)
	if err != nil {
		t.Errorf("refused: %v", err)
	}
	return c
}

func rejects(t *testing.T, v auth.Verifier, why, token string, unavailable bool) {
	t.Helper()
	_, err := v(t.Context(), token)
	if err == nil || errors.Is(err, auth.ErrNoKeys) != unavailable {
		t.Errorf("%s: %v", why, err)
	}
}

func TestKeysAreFetchedAndRotate(t *testing.T) {
	p, clock := newProvider(t), newHand()
	one, two, three := newRSA(t, "one", 2048), newEC(t, "two"), newEd(t, "three")
	p.serve(set(t, one))
	keys := keysOf(t, auth.KeySetConfig{URL: p.URL, Clock: clock.now})
	v := verifierOf(t, auth.TokenConfig{Keys: keys, Clock: clock.now})

	// The first token fetches; no other one does as long as its key is known.
	if c := accepts(t, v, one.sign(t, clock.claims("4711"))); c.Subject != "4711" || c.Admin || !c.Issued.Equal(clock.now()) {
		t.Errorf("read %+v", c)
	}
	accepts(t, v, one.sign(t, clock.claims("4712")))
	if n := p.fetches.Load(); n != 1 {
		t.Fatalf("%d fetches for two tokens of one key", n)
	}
	// An unknown key fetches once, and not again for a while, whatever keys are made up.
	rejects(t, v, "a key just after a fetch", two.sign(t, clock.claims("x")), false)
	clock.advance(10 * time.Second)
	p.serve(set(t, one, two, three))
	accepts(t, v, two.sign(t, clock.claims("4711")))
	accepts(t, v, three.sign(t, clock.claims("4711")))
	for range 50 {
		made := two
		made.id = "made up " + time.Now().String()
		rejects(t, v, "a made up key", made.sign(t, clock.claims("x")), false)
	}
	if n := p.fetches.Load(); n != 2 {
		t.Fatalf("%d fetches; one of them is due to the new key", n)
	}
	// A token without a key id tries the keys that fit its algorithm.
	anonymous := two
	anonymous.id = ""
	accepts(t, v, anonymous.sign(t, clock.claims("4711")))
	// A key that was taken back is believed until the next fetch.
	p.serve(set(t, two))
	accepts(t, v, one.sign(t, clock.claims("4711")))
	if err := keys.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	rejects(t, v, "a key that was taken back", one.sign(t, clock.claims("4711")), false)
	// Another key under a known id is another key.
	impostor := newEC(t, "two")
	rejects(t, v, "an impostor", impostor.sign(t, clock.claims("4711")), false)
}

func TestManyNewTokensFetchOnce(t *testing.T) {
	p, clock, one := newProvider(t), newHand(), newEC(t, "one")
	began, release := make(chan struct{}, 100), make(chan struct{})
	p.respond(func(w http.ResponseWriter) {
		began <- struct{}{}
		<-release
		_, _ = w.Write(set(t, one))
	})
	v := verifierOf(t, auth.TokenConfig{Keys: keysOf(t, auth.KeySetConfig{URL: p.URL, Clock: clock.now}), Clock: clock.now})
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() { accepts(t, v, one.sign(t, clock.claims("4711"))) })
	}
	<-began
	close(release)
	wait.Wait()
	if n := p.fetches.Load(); n != 1 {
		t.Errorf("%d fetches for tokens that came at once", n)
	}
}

func TestKeysFailClosedAndOutliveAnOutage(t *testing.T) {
	p, clock, one, two := newProvider(t), newHand(), newEC(t, "one"), newEC(t, "two")
	logged := &testlog.Log{}
	keys := keysOf(t, auth.KeySetConfig{URL: p.URL, Clock: clock.now, Logger: logger(logged)})
	v := verifierOf(t, auth.TokenConfig{Keys: keys, Clock: clock.now})
	for why, answer := range map[string]func(http.ResponseWriter){
		"an error":      func(w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) },
		"no JSON":       func(w http.ResponseWriter) { _, _ = io.WriteString(w, "<html>") },
		"no keys":       func(w http.ResponseWriter) { _, _ = io.WriteString(w, `{"keys":[]}`) },
		"a redirect":    func(w http.ResponseWriter) { w.Header().Set("Location", "/"); w.WriteHeader(http.StatusFound) },
		"a cut":         func(http.ResponseWriter) { panic(http.ErrAbortHandler) },
		"far too large": func(w http.ResponseWriter) { _, _ = w.Write(append(set(t, one), bytes.Repeat([]byte(" "), 1<<19)...)) },
		"a short key":   func(w http.ResponseWriter) { _, _ = w.Write(set(t, newRSA(t, "one", 1024))) },
		"a secret": func(w http.ResponseWriter) {
			_, _ = io.WriteString(w, `{"keys":[{"kty":"oct","kid":"one","alg":"HS256","k":"YSBzZWNyZXQgb2YgbW9yZSB0aGFuIHRoaXJ0eS10d28gYnl0ZXM"}]}`)
		},
	} {
		p.respond(answer)
		clock.advance(10 * time.Second)
		rejects(t, v, why, one.sign(t, clock.claims("4711")), true)
	}
	if n := strings.Count(logged.String(), "cannot be fetched"); n != 8 {
		t.Errorf("%d of 8 failures are in the log", n)
	}
	// Fetched keys outlive an outage of a day.
	p.serve(set(t, one))
	if err := keys.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.respond(func(w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) })
	if err := keys.Refresh(t.Context()); !errors.Is(err, auth.ErrNoKeys) {
		t.Fatal("a failed fetch says nothing:", err)
	}
	clock.advance(24 * time.Hour)
	accepts(t, v, one.sign(t, clock.claims("4711")))
	rejects(t, v, "a new key during an outage", two.sign(t, clock.claims("4711")), true)
	clock.advance(time.Second)
	rejects(t, v, "a known key after a day", one.sign(t, clock.claims("4711")), true)
	p.serve(set(t, one))
	clock.advance(10 * time.Second)
	accepts(t, v, one.sign(t, clock.claims("4711")))
}

func TestAKeyServerThatHangsHoldsNobodyForLong(t *testing.T) {
	p, clock, one := newProvider(t), newHand(), newEC(t, "one")
	left := make(chan struct{})
	p.respond(func(http.ResponseWriter) { <-left })
	defer close(left)
	client := &http.Client{Timeout: 50 * time.Millisecond} // in place of 5 s
	keys := keysOf(t, auth.KeySetConfig{URL: p.URL, Clock: clock.now, Client: client})
	v := verifierOf(t, auth.TokenConfig{Keys: keys, Clock: clock.now})
	rejects(t, v, "a server that hangs", one.sign(t, clock.claims("4711")), true)
}

// A token of one kind never meets a key of another, whatever it says about itself.
func TestAlgorithmsAreNotConfused(t *testing.T) {
	clock, rs, es := newHand(), newRSA(t, "rs", 2048), newEC(t, "es")
	file := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(file, set(t, rs, es), 0o600); err != nil {
		t.Fatal(err)
	}
	keys := keysOf(t, auth.KeySetConfig{File: file, Clock: clock.now})
	v := verifierOf(t, auth.TokenConfig{Keys: keys, Secrets: [][]byte{secret}, Algorithms: []string{"RS256"}, Clock: clock.now})
	claims := clock.claims("4711")
	accepts(t, v, rs.sign(t, claims))
	accepts(t, v, signed(t, jwt.SigningMethodHS256, secret, claims))
	rejects(t, v, "an algorithm that is not allowed", es.sign(t, claims), false)
	public, err := x509.MarshalPKIXPublicKey(rs.key.Public())
	if err != nil {
		t.Fatal(err)
	}
	for why, key := range map[string][]byte{
		"HS256 with the public key": public, "HS256 with the key set": set(t, rs), "HS256 with no secret": {},
	} {
		forged := jwt.NewWithClaims(jwt.SigningMethodHS256, claims)
		forged.Header["kid"] = "rs"
		text, err := forged.SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		rejects(t, v, why, text, false)
	}
	rejects(t, v, "none", signed(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, claims), false)
	ps := rs
	ps.method = jwt.SigningMethodPS256
	rejects(t, v, "PS256 under RS256's key", ps.sign(t, claims), false)
	// Keys alone believe no secret.
	v = verifierOf(t, auth.TokenConfig{Keys: keys, Clock: clock.now})
	rejects(t, v, "HS256 without a secret", signed(t, jwt.SigningMethodHS256, secret, claims), false)
	rejects(t, v, "a key of another algorithm", ps.sign(t, claims), false)
	accepts(t, v, es.sign(t, claims))
}

func TestKeySetsThatCanNeverWorkAreRefused(t *testing.T) {
	for _, c := range []auth.KeySetConfig{
		{}, {URL: "https://a.example/keys", File: "keys.json"}, {URL: "http://a.example/keys"}, {URL: "ftp://a.example"}, {URL: "keys"},
	} {
		if _, err := auth.NewKeySet(c); err == nil {
			t.Errorf("%+v is accepted", c)
		}
	}
	for _, c := range []auth.TokenConfig{
		{},
		{Secrets: [][]byte{secret, []byte("short")}},
		{Secrets: [][]byte{secret}, Leeway: -1},
		{Keys: &auth.KeySet{}, Algorithms: []string{"HS256"}},
		{Keys: &auth.KeySet{}, Algorithms: []string{"none"}},
	} {
		if _, err := auth.NewVerifier(c); err == nil {
			t.Errorf("%+v is accepted", c)
		}
	}
}

func TestRunEnds(t *testing.T) {
	keys := keysOf(t, auth.KeySetConfig{File: "nowhere"})
	ctx, cancel := context.WithCancel(t.Context())
	var wait sync.WaitGroup
	wait.Go(func() { keys.Run(ctx) })
	cancel()
	wait.Wait()
}

func logger(to *testlog.Log) *slog.Logger { return slog.New(slog.NewTextHandler(to, nil)) }

var secret = []byte("a secret of more than thirty-two bytes")

func signed(t *testing.T, method jwt.SigningMethod, key any, claims jwt.MapClaims) string {
	t.Helper()
	s, err := jwt.NewWithClaims(method, claims).SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
