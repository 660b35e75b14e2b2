package classify_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aparte-im/aparte/classify"
	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

var secret = []byte(strings.Repeat("s", classify.MinSecret))

func webhook(t *testing.T, c classify.Config) *classify.Webhook {
	t.Helper()
	if c.Secret == nil {
		c.Secret = secret
	}
	w, err := classify.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

func TestTheQuestionIsSignedAndTheAnswerRead(t *testing.T) {
	title := "A title"
	content := dm.Content{Sender: dm.NewUserID(), Recipient: dm.NewUserID(), Text: "héllo", Video: &dm.VideoCard{URL: "https://v.example", Title: &title}}
	at := time.Unix(1_700_000_000, 0)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte("1700000000." + string(body)))
		if got, want := r.Header.Get(classify.HeaderSignature), "t=1700000000,v1="+hex.EncodeToString(mac.Sum(nil)); got != want {
			t.Errorf("signed %q, want %q", got, want)
		}
		var q map[string]any
		if err := json.Unmarshal(body, &q); err != nil || q["text"] != "héllo" || q["sender"] != content.Sender.String() ||
			q["recipient"] != content.Recipient.String() || q["video"].(map[string]any)["title"] != title {
			t.Errorf("asked %s", body)
		}
		_, _ = io.WriteString(w, `{"verdict": "`+r.URL.Query().Get("answer")+`"}`)
	}))
	defer server.Close()
	for answer, want := range map[string]policy.Classification{"ALLOW": policy.ClassifiedNone, "HIDE": policy.ClassifiedHide, "REFUSE": policy.ClassifiedRefuse} {
		w := webhook(t, classify.Config{URL: server.URL + "?answer=" + answer, Timeout: time.Minute, Now: func() time.Time { return at }})
		if got, err := w.Classify(t.Context(), content); got != want || err != nil {
			t.Errorf("%s reads as %v, %v", answer, got, err)
		}
	}
	w := webhook(t, classify.Config{URL: server.URL + "?answer=PERHAPS", Timeout: time.Minute, Now: func() time.Time { return at }})
	if _, err := w.Classify(t.Context(), content); err == nil {
		t.Error("an answer that is none is taken")
	}
}

func TestWhatIsNoAnswerFails(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"an error": func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, `{"verdict":"HIDE"}`, http.StatusInternalServerError)
		},
		"no JSON":    func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "HIDE") },
		"a redirect": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) },
		"too long": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, strings.Repeat(" ", 5000)+`{"verdict":"HIDE"}`)
		},
		"a hung line": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		server := httptest.NewServer(handler)
		w := webhook(t, classify.Config{URL: server.URL, Timeout: time.Minute})
		if got, err := w.Classify(t.Context(), dm.Content{}); err == nil || got != policy.ClassifiedNone {
			t.Errorf("%s: %v, %v", name, got, err)
		}
		server.Close()
	}
	server := httptest.NewServer(nil)
	server.Close()
	if _, err := webhook(t, classify.Config{URL: server.URL}).Classify(t.Context(), dm.Content{}); err == nil {
		t.Error("nobody answers, and that is an answer")
	}
}

// A service that does not answer costs no more than the timeout, including the wait for a free
// slot.
func TestTheTimeoutHoldsForTheWaitToo(t *testing.T) {
	asked, server := silent(t)
	w := webhook(t, classify.Config{URL: server.URL, Timeout: 100 * time.Millisecond, Limit: 2})
	errs := make(chan error, 10)
	for range cap(errs) {
		go func() {
			_, err := w.Classify(context.Background(), dm.Content{})
			errs <- err
		}()
	}
	for range cap(errs) {
		if err := <-errs; !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("it ends with %v", err)
		}
	}
	if len(asked) == 0 {
		t.Error("nobody was asked")
	}
	// The places are free again.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Classify(ctx, dm.Content{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller who has gone gets %v", err)
	}
}

// No more questions are asked at once than the limit says: who comes then waits, and asks nothing
// while they do.
func TestQuestionsAtOnceAreBounded(t *testing.T) {
	const limit = 2
	asked, server := silent(t)
	w := webhook(t, classify.Config{URL: server.URL, Timeout: time.Minute, Limit: limit})
	busy, end := context.WithCancel(t.Context())
	var waiting sync.WaitGroup
	for range limit {
		waiting.Go(func() { _, _ = w.Classify(busy, dm.Content{}) })
	}
	for range limit {
		<-asked
	}
	late, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := w.Classify(late, dm.Content{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the one too many ends with %v", err)
	}
	end()
	waiting.Wait()
	if len(asked) > 0 {
		t.Error("the one too many was asked too")
	}
}

// silent is a service that takes questions, tells of each, and answers none.
func silent(t *testing.T) (asked chan struct{}, server *httptest.Server) {
	t.Helper()
	asked = make(chan struct{}, 10)
	release := make(chan struct{})
	server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(func() {
		close(release)
		server.Close()
	})
	return asked, server
}

func TestWhatCannotBeUsedIsRefused(t *testing.T) {
	for _, c := range []classify.Config{
		{URL: "", Secret: secret}, {URL: "ftp://x", Secret: secret}, {URL: "https://", Secret: secret}, {URL: "https://x", Secret: secret[1:]},
	} {
		if _, err := classify.New(c); err == nil {
			t.Errorf("%q is taken", c.URL)
		}
	}
}
