package replay

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"time"
)

const (
	attemptTimeout = 30 * time.Second
	maxAnswer      = 1 << 20
	firstWait      = 25 * time.Millisecond
	longestWait    = time.Second
)

// client speaks GraphQL over HTTP and repeats what got no answer.
type client struct {
	http       *http.Client
	url, token string
	retryFor   time.Duration
}

func newClient(c Config) *client {
	return &client{
		http: &http.Client{Timeout: attemptTimeout, Transport: &http.Transport{
			Proxy:        http.ProxyFromEnvironment,
			MaxIdleConns: c.Concurrency, MaxIdleConnsPerHost: c.Concurrency, MaxConnsPerHost: c.Concurrency,
			IdleConnTimeout: time.Minute,
		}},
		url: c.URL, token: c.Token, retryFor: c.RetryFor,
	}
}

func (c *client) close() { c.http.CloseIdleConnections() }

// patience spends the time that one call may wait.
type patience struct {
	until   time.Time
	wait    time.Duration
	repeats int64
}

func (c *client) patience() *patience {
	return &patience{until: time.Now().Add(c.retryFor), wait: firstWait}
}

// pause waits before a repeat, at least for the time given; false when the patience is at an end.
// The jitter keeps senders that failed together from coming back together.
func (p *patience) pause(ctx context.Context, atLeast time.Duration) bool {
	wait := max(atLeast, p.wait/2) + rand.N(p.wait)
	p.wait = min(2*p.wait, longestWait)
	if time.Now().Add(wait).After(p.until) {
		return false
	}
	p.repeats++
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

type answer struct {
	Data   json.RawMessage `json:"data"`
	Errors []struct {
		Message    string `json:"message"`
		Extensions struct {
			Code string `json:"code"`
		} `json:"extensions"`
	} `json:"errors"`
}

// transientError is a failure after which the same request may succeed.
type transientError struct{ error }

func (e transientError) Unwrap() error { return e.error }

// call runs one operation as a user ("": as the service itself) until it is answered or the
// patience is at an end.
func (c *client) call(ctx context.Context, p *patience, as, query string, variables, data any) error {
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return err
	}
	for {
		err := c.attempt(ctx, as, body, data)
		var transient transientError
		if !errors.As(err, &transient) || !p.pause(ctx, 0) {
			return err
		}
	}
}

func (c *client) attempt(ctx context.Context, as string, body []byte, data any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json")
	request.Header.Set("Authorization", "Bearer "+c.token)
	if as != "" {
		request.Header.Set("Aparte-As", as)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return transientError{err}
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return transientError{err}
	}
	var a answer
	parsed := json.Unmarshal(text, &a)
	switch status := response.StatusCode; {
	case status >= 500 || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout:
		return transientError{fmt.Errorf("%s answered %s", c.url, response.Status)}
	case parsed != nil:
		return fmt.Errorf("%s answered %s, which is no GraphQL: %w", c.url, response.Status, parsed)
	case len(a.Errors) > 0:
		err := fmt.Errorf("%s answered %s: %s", c.url, a.Errors[0].Extensions.Code, a.Errors[0].Message)
		if a.Errors[0].Extensions.Code == "INTERNAL" {
			return transientError{err}
		}
		return err
	}
	return json.Unmarshal(a.Data, data)
}
