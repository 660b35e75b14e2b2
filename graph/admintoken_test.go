package graph_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/aparte-im/aparte/graph"
)

// hostToken is a service token of a user of the world that was made at a time.
func hostToken(t *testing.T, subject, scope string, at time.Time) string {
	return signed(t, jwt.SigningMethodHS256, secret, jwt.MapClaims{
		"sub": subject, "scope": scope, "iat": at.Unix(), "exp": time.Now().Add(time.Hour).Unix(),
	})
}

// A token with a scope ends as a user's own does: with a revocation of its subject and with the
// subject's account, whether it acts for another user or for nobody.
func TestTokensWithAScopeEndWithTheirSubject(t *testing.T) {
	for name, end := range map[string]string{"revoked": revokeTokens, "deleted": deleteUser} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, setup{})
			w.run()
			old := time.Now().Add(-time.Second)
			var callers []caller
			for _, scope := range []string{"admin", "moderator"} {
				callers = append(callers, w.with("Authorization", "Bearer "+hostToken(t, "x-alice", scope, old)))
			}
			callers = append(callers, callers[0].with("Aparte-As", "x-bob"))
			acting := w.dial(nil)
			acting.say(`{"type":"connection_init","payload":{"token":"` + hostToken(t, "x-alice", "admin", old) + `","Aparte-As":"x-bob"}}`)
			acting.hear("connection_ack")
			stays := w.dial(nil)
			stays.say(`{"type":"connection_init","payload":{"token":"` + hostToken(t, "the-host", "admin", old) + `","Aparte-As":"x-bob"}}`)
			stays.hear("connection_ack")
			const ask = `{ __typename }`
			for _, c := range callers {
				c.do(ask, nil)
			}
			w.admin().do(end, vars{"id": "x-alice"})
			for i, c := range callers {
				if a := c.post(ask, nil); a.status != http.StatusUnauthorized {
					t.Errorf("caller %d: %d %s", i, a.status, a.body)
				}
			}
			if code := acting.ends(); code != 4403 {
				t.Errorf("close code %d", code)
			}
			stays.run("again", ask, nil)
			stays.next()
			// A token that the server sees for the first time is refused too.
			unseen := hostToken(t, "x-alice", "admin", old.Add(-time.Minute))
			for _, as := range []string{"", "x-bob"} {
				w.with("Authorization", "Bearer "+unseen, "Aparte-As", as).post(ask, nil).fails(http.StatusUnauthorized, "UNAUTHENTICATED")
			}
		})
	}
}

// Each operation with the scope of the host is logged, with its subject; a user's is not.
func TestTheAdminScopeIsLogged(t *testing.T) {
	w := newWorld(t, setup{})
	w.as("alice").do(me, nil)
	if text := w.logs.String(); strings.Contains(text, "the admin scope was used") {
		t.Errorf("a user's operation: %s", text)
	}
	w.admin().do(revokeTokens, vars{"id": "x-alice"})
	w.admin().with("Aparte-As", "x-bob").do(`{ me { handle } unread { id } }`, nil)
	s := w.dial(nil)
	s.say(`{"type":"connection_init","payload":{"token":"` + sign(t, "other-host", "admin") + `","Aparte-As":"x-bob"}}`)
	s.hear("connection_ack")
	s.run("1", me, nil)
	s.next()
	download := httptest.NewRequest(http.MethodGet, graph.ExportPath+"job_0.zip", nil)
	download.Header.Set("Authorization", "Bearer "+sign(t, "the-host", "admin"))
	download.Header.Set("Aparte-As", "x-bob")
	w.graph.ServeExport(httptest.NewRecorder(), download)
	var lines []string
	for line := range strings.Lines(w.logs.String()) {
		if strings.Contains(line, "the admin scope was used") {
			lines = append(lines, line)
		}
	}
	want := [][]string{
		{"the-host", "mutation", "revokeTokens"},
		{"the-host", "query", "me,unread", w.ids["bob"].String()},
		{"other-host", "query", "me", w.ids["bob"].String()},
		{"the-host", "download", "export", w.ids["bob"].String()},
	}
	if len(lines) != len(want) {
		t.Fatalf("%d lines: %q", len(lines), lines)
	}
	for i, marks := range want {
		for _, mark := range marks {
			if !strings.Contains(lines[i], mark) {
				t.Errorf("%q is not in %s", mark, lines[i])
			}
		}
	}
}
