package graph_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aparte-im/aparte/dm"
)

const inboxPage = `{ inbox(first: 50) { pageInfo { endCursor hasNextPage } nodes {
	id folder lastActivityAt unreadCount readSeq muted ... on DirectConversation { with { id handle displayName avatarUrl } } lastMessage { seq body createdAt } } } }`

// BenchmarkInboxPage compares a page of 50 conversations through the API with the reads of the
// store under it, in CPU: what is above one in the ratio is what GraphQL and HTTP cost.
func BenchmarkInboxPage(b *testing.B) {
	w := newWorld(b, setup{})
	var users []dm.UserInput
	for i := range 50 {
		users = append(users, dm.UserInput{ExternalID: "f" + string(rune('a'+i/26)) + string(rune('a'+i%26)), Handle: "f" + string(rune('a'+i/26)) + string(rune('a'+i%26)), DisplayName: "A friend"})
	}
	made, err := w.service.UpsertUsers(b.Context(), users)
	if err != nil {
		b.Fatal(err)
	}
	var ids []dm.UserID
	for _, u := range made {
		for _, pair := range [][2]dm.UserID{{u.ID, w.ids["bob"]}, {w.ids["bob"], u.ID}} {
			if err := w.service.Follow(b.Context(), pair[0], pair[1]); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := w.service.Send(b.Context(), u.ID, dm.SendInput{To: w.ids["bob"], Body: "a message of some words", ClientMessageID: "1"}); err != nil {
			b.Fatal(err)
		}
		ids = append(ids, u.ID)
	}
	body, header := jsonOf(b, vars{"query": inboxPage}), w.as("bob").with("Content-Type", "application/json").header
	api := func() {
		r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/graphql", strings.NewReader(body))
		r.Header = header
		recorder := httptest.NewRecorder()
		w.graph.ServeHTTP(recorder, r)
		if recorder.Code != http.StatusOK || recorder.Body.Len() < 10_000 {
			b.Fatal(recorder.Body)
		}
	}
	store := func() {
		page, err := w.service.Inbox(b.Context(), w.ids["bob"], dm.FolderInbox, dm.PageRequest{First: 50})
		if err != nil || len(page.Items) != 50 {
			b.Fatal(page, err)
		}
		if found, err := w.service.Users(b.Context(), ids); err != nil || len(found) != 50 {
			b.Fatal(err)
		}
	}
	var used [2]time.Duration
	b.ReportAllocs()
	for b.Loop() {
		for i, run := range []func(){store, api} {
			before := cpu(b)
			run()
			used[i] += cpu(b) - before
		}
	}
	b.ReportMetric(float64(used[0].Microseconds())/float64(b.N), "store-µs/op")
	b.ReportMetric(float64(used[1].Microseconds())/float64(b.N), "api-µs/op")
	b.ReportMetric(float64(used[1])/float64(used[0]), "ratio")
}
