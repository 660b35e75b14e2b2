package auth_test

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/graph/auth"
)

// changed returns claims with one changed; nil takes it away.
func changed(claims jwt.MapClaims, name string, value any) jwt.MapClaims {
	out := maps.Clone(claims)
	if out[name] = value; value == nil {
		delete(out, name)
	}
	return out
}

func TestIssuerAudienceAndScope(t *testing.T) {
	clock := newHand()
	v := verifierOf(t, auth.TokenConfig{
		Secrets: [][]byte{secret}, Issuer: "https://id.example", Audiences: []string{"aparte", "chat"}, Scope: "dm",
		AdminScope: "dm:host", Clock: clock.now,
	})
	good := clock.claims("4711")
	good["iss"], good["aud"], good["scope"] = "https://id.example", "aparte", "openid dm"
	for _, c := range []struct {
		name, claim string
		value       any
		ok, admin   bool
	}{
		{"as it should be", "name", "x", true, false},
		{"another audience of ours", "aud", "chat", true, false},
		{"several audiences", "aud", []string{"shop", "aparte"}, true, false},
		{"admin", "scope", "dm dm:host", true, true},
		{"a list of scopes", "scope", []string{"dm:host", "dm"}, true, true},
		{"the scope's usual name", "scope", "dm admin", true, false},
		{"wrong issuer", "iss", "https://id.example.evil", false, false},
		{"no issuer", "iss", nil, false, false},
		{"wrong audience", "aud", "shop", false, false},
		{"no audience", "aud", nil, false, false},
		{"audience of no kind", "aud", 5, false, false},
		{"no scope", "scope", nil, false, false},
		{"part of a scope", "scope", "dmx", false, false},
		{"scope of no kind", "scope", map[string]any{"dm": true}, false, false},
	} {
		token := signed(t, jwt.SigningMethodHS256, secret, changed(good, c.claim, c.value))
		if !c.ok {
			rejects(t, v, c.name, token, false)
		} else if got := accepts(t, v, token); got.Admin != c.admin {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

// A token is good from nbf-leeway to exp+leeway, and not from the future.
func TestLeewayAndItsEdges(t *testing.T) {
	clock := newHand()
	for _, leeway := range []time.Duration{0, 5 * time.Second} {
		v := verifierOf(t, auth.TokenConfig{Secrets: [][]byte{secret}, Leeway: leeway, Clock: clock.now})
		token := func(claim string, at time.Duration) string {
			return signed(t, jwt.SigningMethodHS256, secret, changed(clock.claims("4711"), claim, clock.in(at)))
		}
		if c := accepts(t, v, token("exp", -leeway+time.Second)); !c.Expires.Equal(clock.now().Add(time.Second)) {
			t.Errorf("leeway %s: it ends at %s, now is %s", leeway, c.Expires, clock.now())
		}
		rejects(t, v, "ended", token("exp", -leeway), false)
		rejects(t, v, "ended long ago", token("exp", -time.Hour), false)
		accepts(t, v, token("nbf", leeway))
		rejects(t, v, "not yet", token("nbf", leeway+time.Second), false)
		accepts(t, v, token("iat", leeway))
		rejects(t, v, "from the future", token("iat", leeway+time.Second), false)
		for _, wrong := range []any{nil, "soon", true} {
			text := signed(t, jwt.SigningMethodHS256, secret, changed(clock.claims("4711"), "exp", wrong))
			rejects(t, v, "no end", text, false)
		}
	}
}

func TestTwoSecretsWhileOneIsReplaced(t *testing.T) {
	clock, fresh := newHand(), []byte("a fresh secret of more than thirty-two bytes")
	v := verifierOf(t, auth.TokenConfig{Secrets: [][]byte{fresh, secret}, Clock: clock.now})
	accepts(t, v, signed(t, jwt.SigningMethodHS256, secret, clock.claims("4711")))
	accepts(t, v, signed(t, jwt.SigningMethodHS256, fresh, clock.claims("4711")))
	rejects(t, v, "a third", signed(t, jwt.SigningMethodHS256, []byte("a third secret of more than thirty-two bytes"), clock.claims("4711")), false)
	v = verifierOf(t, auth.TokenConfig{Secrets: [][]byte{fresh}, Clock: clock.now})
	rejects(t, v, "the old one afterwards", signed(t, jwt.SigningMethodHS256, secret, clock.claims("4711")), false)
}

func TestClaimsUnderOtherNames(t *testing.T) {
	clock := newHand()
	read := func(names auth.ClaimNames, claims jwt.MapClaims) (auth.Claims, error) {
		v := verifierOf(t, auth.TokenConfig{Secrets: [][]byte{secret}, Claims: names, Clock: clock.now})
		return v(t.Context(), signed(t, jwt.SigningMethodHS256, secret, claims))
	}
	claims := clock.claims("sub")
	claims["https://app.example/id"], claims["nick"], claims["full"], claims["scp"] = 4711, "ines", "Inès", "admin"
	claims["https://app.example/band"] = "AGE_16_17"
	names := auth.ClaimNames{
		ID: "https://app.example/id", Handle: "nick", Name: "full", Scope: "scp", AgeBand: "https://app.example/band",
	}
	got, err := read(names, claims)
	if err != nil || got.Subject != "4711" || got.Handle != "ines" || got.Name != "Inès" || !got.Admin ||
		got.AgeBand == nil || *got.AgeBand != policy.Age16To17 {
		t.Errorf("read %+v, %v", got, err)
	}
	if got, err := read(auth.ClaimNames{}, claims); err != nil || got.Subject != "sub" || got.Handle != "" || got.Admin || got.AgeBand != nil {
		t.Errorf("by the usual names %+v, %v", got, err)
	}
	usual := clock.claims("4711")
	usual["preferred_username"], usual["name"], usual["age_band"] = "ines", "Inès", "UNDER_16"
	if got, err := read(auth.ClaimNames{}, usual); err != nil || got.Handle != "ines" || got.Name != "Inès" || *got.AgeBand != policy.Under16 {
		t.Errorf("read %+v, %v", got, err)
	}
	if got, err := read(auth.ClaimNames{AgeBand: "-"}, usual); err != nil || got.AgeBand != nil {
		t.Errorf("an age band that nobody asked for: %+v, %v", got, err)
	}
	for name, bad := range map[string]jwt.MapClaims{
		"an age band that is none": changed(usual, "age_band", "CHILD"),
		"an age":                   changed(usual, "age_band", 15),
		"a band of unknown time":   changed(usual, "iat", nil),
		"no id":                    changed(usual, "sub", nil),
		"an empty id":              changed(usual, "sub", ""),
		"an id of no kind":         changed(usual, "sub", []string{"4711"}),
	} {
		if got, err := read(auth.ClaimNames{}, bad); err == nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// A token with a scope beyond a user's has a bounded life, whether it says when it was issued or
// not.
func TestTheLifeOfTokensWithAScope(t *testing.T) {
	clock := newHand()
	v := verifierOf(t, auth.TokenConfig{Secrets: [][]byte{secret}, MaxAdminLife: time.Hour, Clock: clock.now})
	token := func(scope any, iat any, exp time.Duration) string {
		claims := changed(changed(clock.claims("4711"), "scope", scope), "iat", iat)
		return signed(t, jwt.SigningMethodHS256, secret, changed(claims, "exp", clock.in(exp)))
	}
	for _, scope := range []any{"admin", "moderator", "x admin", []string{"moderator"}} {
		accepts(t, v, token(scope, clock.in(0), time.Hour))
		accepts(t, v, token(scope, nil, time.Hour))
		rejects(t, v, "an hour and a second", token(scope, clock.in(0), time.Hour+time.Second), false)
		rejects(t, v, "an hour that began earlier", token(scope, clock.in(-time.Second), time.Hour), false)
		rejects(t, v, "no time of issue", token(scope, nil, time.Hour+time.Second), false)
		rejects(t, v, "ten years", token(scope, clock.in(0), 87600*time.Hour), false)
	}
	accepts(t, v, token(nil, clock.in(0), 87600*time.Hour))
	accepts(t, v, token("openid", nil, 87600*time.Hour))
	free := verifierOf(t, auth.TokenConfig{Secrets: [][]byte{secret}, Clock: clock.now})
	accepts(t, free, token("admin", clock.in(0), 87600*time.Hour))
	if _, err := auth.NewVerifier(auth.TokenConfig{Secrets: [][]byte{secret}, MaxAdminLife: -1}); err == nil {
		t.Error("a negative life")
	}
}

// A token whose header names critical extensions is refused, whatever they are (RFC 7515 §4.1.11).
func TestCriticalExtensionsAreRefused(t *testing.T) {
	clock := newHand()
	v := verifierOf(t, auth.TokenConfig{Secrets: [][]byte{secret}, Clock: clock.now})
	for name, header := range map[string]map[string]any{
		"an extension":           {"crit": []string{"b64"}, "b64": true},
		"an extension of nobody": {"crit": []string{"https://a.example/x"}, "https://a.example/x": 1},
		"a known header":         {"crit": []string{"alg"}},
		"an empty list":          {"crit": []string{}},
		"no list":                {"crit": "exp"},
		"null":                   {"crit": nil},
	} {
		token := jwt.NewWithClaims(jwt.SigningMethodHS256, clock.claims("4711"))
		maps.Copy(token.Header, header)
		text, err := token.SignedString(secret)
		if err != nil {
			t.Fatal(err)
		}
		rejects(t, v, name, text, false)
	}
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, clock.claims("4711"))
	token.Header["critical"] = []string{"x"}
	text, err := token.SignedString(secret)
	if err != nil {
		t.Fatal(err)
	}
	accepts(t, v, text)
}

// A secret that shows that no random source made it neither verifies nor signs.
func TestGuessableSecretsAreRefused(t *testing.T) {
	for _, s := range []string{
		strings.Repeat("s", 32), strings.Repeat("\x00", 64), strings.Repeat("password", 4), strings.Repeat("changeme-", 4),
		"0123456789abcdef0123456789abcdef", "12345678901234567890123456789012", "abcdefghijklmnopqrstuvwxyz0123456789",
		"abababababababababababababababababc", strings.Repeat("a secret of 17 by", 2),
	} {
		if _, err := auth.HS256([]byte(s), nil); err == nil || strings.Contains(err.Error(), s) {
			t.Errorf("%q verifies: %v", s, err)
		}
		if _, err := auth.SignToken([]byte(s), "x", time.Hour); err == nil {
			t.Errorf("%q signs", s)
		}
	}
	// Every form in which random bytes are kept is taken.
	for range 2000 {
		var b [32]byte
		_, _ = rand.Read(b[:])
		for _, s := range []string{string(b[:]), hex.EncodeToString(b[:16]), hex.EncodeToString(b[:]), base64.StdEncoding.EncodeToString(b[:])} {
			if _, err := auth.HS256([]byte(s), nil); err != nil {
				t.Fatalf("%q: %v", s, err)
			}
		}
	}
}

func TestSecretsAndTokensAreChecked(t *testing.T) {
	if _, err := auth.HS256(make([]byte, auth.MinSecret-1), nil); err == nil {
		t.Error("a short secret verifies")
	}
	if _, err := auth.SignToken(make([]byte, 8), "x", time.Hour); err == nil {
		t.Error("a short secret signs")
	}
	if _, err := auth.SignToken(secret, "", time.Hour); err == nil {
		t.Error("a token for nobody")
	}
	if _, err := auth.SignToken(secret, "x", 0); err == nil {
		t.Error("a token without a time to live")
	}
	verify, err := auth.HS256(secret, func() time.Time { return time.Now().Add(2 * time.Hour) })
	if err != nil {
		t.Fatal(err)
	}
	token, err := auth.SignToken(secret, "x-alice", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := verify(t.Context(), token); err == nil {
		t.Error("a token outlives its time")
	}
}
