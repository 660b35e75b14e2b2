package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"
)

// status returns the status of a query with a token.
func (p *process) status(t *testing.T, token string) int {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, "http://"+p.address+"/graphql", strings.NewReader(`{"query":"{ me { externalId } }"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	return response.StatusCode
}

// A server accepts the tokens of its key set and of two secrets, if issuer and audience are right.
func TestServeBelievesWhomItIsTold(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	jwk, err := jwkset.NewJWKFromKey(key.Public(), jwkset.JWKOptions{Metadata: jwkset.JWKMetadataOptions{KID: "one"}})
	if err != nil {
		t.Fatal(err)
	}
	keys, err := json.Marshal(jwkset.JWKSMarshal{Keys: []jwkset.JWKMarshal{jwk.Marshal()}})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "keys.json")
	if err := os.WriteFile(file, keys, 0o600); err != nil {
		t.Fatal(err)
	}
	fresh, old := secretFile(t, "a fresh secret, which is long enough\n"), secretFile(t, testSecret)
	url := "sqlite:" + filepath.Join(dir, "aparte.db")
	mustAparte(t, "migrate", "--database-url", url)
	p := startServe(t, nil, "--database-url", url, "--create-users", "--jwks-file", file, "--jwt-secret-file", fresh,
		"--jwt-old-secret-file", old, "--jwt-issuer", "https://id.example", "--jwt-audience", "aparte,chat",
		"--claim-id", "uid", "--jwt-leeway", "1m")

	claims := jwt.MapClaims{
		"uid": 4711, "iss": "https://id.example", "aud": "chat", "handle": "ines", "exp": time.Now().Add(time.Hour).Unix(),
	}
	token := jwt.NewWithClaims(jwt.SigningMethodES256, claims)
	token.Header["kid"] = "one"
	signed, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	var data struct {
		Me struct{ ExternalID, Handle string }
	}
	p.ask(signed, "{ me { externalId handle } }", nil, &data)
	if data.Me.ExternalID != "4711" || data.Me.Handle != "ines" {
		t.Errorf("the token is %+v's", data.Me)
	}
	// These tokens of the secrets have no uid.
	for _, c := range []struct {
		name string
		args []string
		want int
	}{
		{"without the claim", []string{"--jwt-secret-file", fresh, "--issuer", "https://id.example", "--audience", "aparte"}, 401},
		{"without an issuer", []string{"--jwt-secret-file", fresh, "--audience", "aparte"}, 401},
	} {
		made := strings.TrimSpace(mustAparte(t, append([]string{"token", "--subject", "x"}, c.args...)...))
		if got := p.status(t, made); got != c.want {
			t.Errorf("%s: %d", c.name, got)
		}
	}
	p = startServe(t, nil, "--database-url", url, "--create-users", "--jwt-secret-file", fresh, "--jwt-old-secret-file", old)
	for _, secret := range []string{fresh, old} {
		made := mustAparte(t, "token", "--subject", "x", "--jwt-secret-file", secret, "--age-band", "AGE_16_17", "--scope", "a b")
		if got := p.status(t, strings.TrimSpace(made)); got != http.StatusOK {
			t.Errorf("a token of one of two secrets: %d", got)
		}
	}
	p = startServe(t, nil, "--database-url", url, "--jwt-secret-file", fresh)
	made := mustAparte(t, "token", "--subject", "x", "--jwt-secret-file", old)
	if got := p.status(t, strings.TrimSpace(made)); got != http.StatusUnauthorized {
		t.Errorf("a token of a secret that was replaced: %d", got)
	}
}

func TestIdentitySettingsThatAreWrong(t *testing.T) {
	secret := secretFile(t, testSecret)
	for _, c := range []struct{ args, want string }{
		{"", "give --jwt-secret-file FILE"},
		{"--jwt-old-secret-file " + secret, "needs a new one"},
		{"--jwks-url http://id.example/keys", "https"},
		{"--jwks-url https://id.example/keys --jwks-file keys.json", "the address or the file"},
		{"--jwks-url https://id.example/keys --jwt-algorithms HS256", "HS256"},
		{"--jwks-url https://id.example/keys --jwt-algorithms none", "none"},
		{"--jwt-leeway -1s --jwt-secret-file " + secret, "--jwt-leeway"},
		{"--claim-id - --jwt-secret-file " + secret, "--claim-id"},
	} {
		e := runAparte(t, strings.Fields("serve --database-url postgres://a/b "+c.args)...)
		if e.code != exitUsage || !strings.Contains(e.stderr, c.want) {
			t.Errorf("serve %s ended with %d: %s", c.args, e.code, e.stderr)
		}
	}
	if e := runAparte(t, "token", "--subject", "x", "--age-band", "CHILD", "--jwt-secret-file", secret); e.code != exitUsage {
		t.Errorf("a token for an age band that is none: %d %s", e.code, e.stderr)
	}
	for args, warned := range map[string]bool{"--admin --ttl 25h": true, "--admin": false, "--subject x --ttl 25h": false} {
		e := runAparte(t, append([]string{"token", "--jwt-secret-file", secret}, strings.Fields(args)...)...)
		if e.code != 0 || strings.Contains(e.stderr, "--max-token-life 25h") != warned {
			t.Errorf("token %s ends with %d: %s", args, e.code, e.stderr)
		}
	}
}
