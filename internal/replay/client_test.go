package replay

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aparte-im/aparte/internal/rows"
)

// answering serves each answer once, in order, and the last one for ever.
func answering(t *testing.T, answers ...http.HandlerFunc) (*client, *atomic.Int64) {
	t.Helper()
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := int(asked.Add(1))
		answers[min(n, len(answers))-1](w, r)
	}))
	t.Cleanup(server.Close)
	c := newClient(Config{URL: server.URL, Token: "secret", Concurrency: 1, RetryFor: 5 * time.Second})
	t.Cleanup(c.close)
	return c, &asked
}

func says(status int, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = fmt.Fprint(w, text)
	}
}

func hangsUp(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func sent(member string) http.HandlerFunc {
	return says(200, `{"data":{"sendMessage":{"__typename":`+member+`}}}`)
}

// A send without an answer is repeated. An answer is counted under its name.
func TestSendsAreRepeatedUntilTheyAreAnswered(t *testing.T) {
	for name, c := range map[string]struct {
		answers []http.HandlerFunc
		want    string
		asked   int64
	}{
		"inbox":       {[]http.HandlerFunc{sent(`"SendMessageSuccess","remaining":null`)}, "inbox 1 requests 0 refused map[] failed map[]", 1},
		"last of its": {[]http.HandlerFunc{sent(`"SendMessageSuccess","remaining":0`)}, "inbox 0 requests 1 refused map[] failed map[]", 1},
		"refused":     {[]http.HandlerFunc{sent(`"MessageNotAllowed","denial":"NOT_ACCEPTING","code":"MESSAGE_NOT_ALLOWED"`)}, "inbox 0 requests 0 refused map[NOT_ACCEPTING:1] failed map[]", 1},
		"conflict":    {[]http.HandlerFunc{sent(`"IdempotencyConflict","code":"IDEMPOTENCY_CONFLICT"`)}, "inbox 0 requests 0 refused map[] failed map[IDEMPOTENCY_CONFLICT:1]", 1},
		"after trouble": {[]http.HandlerFunc{
			hangsUp, says(503, "restarting"), says(200, `{"errors":[{"message":"x","extensions":{"code":"INTERNAL"}}]}`),
			sent(`"RateLimited","code":"RATE_LIMITED","retryAfterSeconds":0`), sent(`"SendMessageSuccess","remaining":null`),
		}, "inbox 1 requests 0 refused map[] failed map[]", 5},
	} {
		t.Run(name, func(t *testing.T) {
			client, asked := answering(t, c.answers...)
			r := &run{client: client, people: map[string]*person{"a": {}, "b": {}}}
			tally := newTally()
			err := r.sendRow(t.Context(), tally, &rows.Message{Sender: "a", Recipient: "b"})
			got := fmt.Sprintf("inbox %d requests %d refused %v failed %v", tally.inbox, tally.requests, tally.refused, tally.failed)
			if err != nil || got != c.want || asked.Load() != c.asked || tally.repeats != c.asked-1 {
				t.Errorf("%s after %d requests (%d repeats, %v), want %s after %d", got, asked.Load(), tally.repeats, err, c.want, c.asked)
			}
		})
	}
}

// A refusal of the request itself is not asked again, and patience ends.
func TestSomeFailuresAreFinal(t *testing.T) {
	client, asked := answering(t, says(401, `{"errors":[{"message":"no token","extensions":{"code":"UNAUTHENTICATED"}}]}`))
	var data struct{}
	err := client.call(t.Context(), client.patience(), "", "{ me { id } }", nil, &data)
	if err == nil || !strings.Contains(err.Error(), "UNAUTHENTICATED") || asked.Load() != 1 {
		t.Errorf("%d requests, %v", asked.Load(), err)
	}
	client, asked = answering(t, says(503, "restarting"))
	client.retryFor = 200 * time.Millisecond
	err = client.call(t.Context(), client.patience(), "", "{ me { id } }", nil, &data)
	if err == nil || asked.Load() < 2 {
		t.Errorf("%d requests, %v", asked.Load(), err)
	}
}
