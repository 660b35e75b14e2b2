package graph_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql/introspection"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/aparte-im/aparte/dm"
)

// Answers are compressed where that pays and gives nothing away: what holds somebody's words never
// is, because a person who can write to a user and read the lengths of their answers could guess at
// the rest.
func TestWhatIsCompressed(t *testing.T) {
	w := newWorld(t, setup{})
	w.befriend("alice", "bob")
	for range 5 {
		w.say("alice", "bob", strings.Repeat("a word again and again. ", 20))
	}
	var many []dm.UserInput
	for i := range 40 {
		many = append(many, dm.UserInput{ExternalID: "m" + strings.Repeat("x", i), Handle: "m" + strings.Repeat("x", i%30) + string(rune('a'+i%26)), DisplayName: "Somebody"})
	}
	if _, err := w.service.UpsertUsers(t.Context(), many); err != nil {
		t.Fatal(err)
	}
	const people = `{ searchUsers(query: "m", first: 40) { nodes { id handle displayName externalId } } }`
	for name, c := range map[string]struct{ query, accept, want string }{
		"people":                       {people, "gzip", "gzip"},
		"people by zstd":               {people, "gzip, zstd", "zstd"},
		"the schema":                   {introspection.Query, "gzip, deflate, br", "gzip"},
		"people, not accepted":         {people, "identity", ""},
		"people, refused":              {people, "gzip;q=0, zstd;q=0", ""},
		"people, unknown":              {people, "br", ""},
		"little":                       {me, "gzip", ""},
		"messages":                     {`{ inbox { nodes { messages { nodes { body } } } } }`, "gzip, zstd", ""},
		"messages beside people":       {`{ searchUsers(query: "m", first: 40) { nodes { id handle } } inbox { nodes { lastMessage { body } } } }`, "gzip", ""},
		"messages in a fragment":       {`{ searchUsers(query: "m", first: 40) { nodes { id handle } } inbox { nodes { ...f } } } fragment f on Conversation { lastMessage { body } }`, "gzip", ""},
		"messages by their id":         {`{ searchUsers(query: "m", first: 40) { nodes { id handle } } node(id: "x") { ... on Message { body } } }`, "gzip", ""},
		"conversations without a word": {`{ searchUsers(query: "m", first: 40) { nodes { id handle } } inbox { nodes { id ... on DirectConversation { with { handle } } unreadCount } } }`, "gzip", "gzip"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.http.URL, strings.NewReader(jsonOf(t, vars{"query": c.query})))
			if err != nil {
				t.Fatal(err)
			}
			r.Header = w.as("bob").with("Content-Type", "application/json", "Accept-Encoding", c.accept).header
			response, err := w.http.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = response.Body.Close() }()
			if got := response.Header.Get("Content-Encoding"); got != c.want {
				t.Fatalf("encoding %q, want %q", got, c.want)
			}
			var plain io.Reader = response.Body
			switch c.want {
			case "gzip":
				plain, err = gzip.NewReader(response.Body)
			case "zstd":
				plain, err = zstd.NewReader(response.Body)
			}
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(plain)
			if err != nil || !strings.HasPrefix(string(body), `{"data":{`) || !strings.HasSuffix(string(body), `}}`) {
				t.Errorf("%v %.200s", err, body)
			}
			if got := response.Header.Get("Content-Type"); got != plainJSON {
				t.Error(got)
			}
			if vary := response.Header.Get("Vary"); c.want != "" && vary != "Accept-Encoding" {
				t.Errorf("Vary: %q", vary)
			}
		})
	}
	// A stream is not, whatever it holds.
	e := w.as("bob").with("Accept-Encoding", "gzip, zstd").events("GET", streamPath(people), "")
	if n := len(e.next().list("data.searchUsers.nodes")); n != 40 {
		t.Errorf("%d people", n)
	}
}
