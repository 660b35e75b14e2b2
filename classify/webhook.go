package classify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// HeaderSignature carries "t=SECONDS,v1=HEX": the time of the request, and the HMAC-SHA-256 of
// "SECONDS.BODY" with the shared secret.
const HeaderSignature = "Aparte-Signature"

// Limits of a Webhook.
const (
	DefaultTimeout = 300 * time.Millisecond
	DefaultLimit   = 64
	// MinSecret is the shortest secret, in bytes.
	MinSecret = 32
	maxAnswer = 4096
)

// Config configures a Webhook.
type Config struct {
	// URL is http or https.
	URL    string
	Secret []byte
	// Timeout limits a question. Zero is DefaultTimeout.
	Timeout time.Duration
	// Limit is the maximum number of concurrent questions. Zero is DefaultLimit.
	Limit int
	// Now is the clock of signatures. Nil is time.Now.
	Now func() time.Time
}

// Webhook implements dm.Classifier.
type Webhook struct {
	config Config
	client *http.Client
	places chan struct{}
}

var _ dm.Classifier = (*Webhook)(nil)

// New returns a Webhook. It returns an error for an unusable URL or a secret that is too short.
func New(c Config) (*Webhook, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return nil, errors.New("classify: the address must be http://… or https://…")
	}
	if len(c.Secret) < MinSecret {
		return nil, fmt.Errorf("classify: the secret has %d bytes; at least %d are needed", len(c.Secret), MinSecret)
	}
	if c.Timeout <= 0 {
		c.Timeout = DefaultTimeout
	}
	if c.Limit <= 0 {
		c.Limit = DefaultLimit
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: c.Limit, MaxConnsPerHost: c.Limit}
	return &Webhook{config: c, places: make(chan struct{}, c.Limit), client: &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// Close closes idle connections. Questions in progress continue.
func (w *Webhook) Close() { w.client.CloseIdleConnections() }

type question struct {
	Sender    string        `json:"sender"`
	Recipient string        `json:"recipient"`
	Text      string        `json:"text"`
	Video     *dm.VideoCard `json:"video,omitempty"`
}

// Classify implements dm.Classifier.
func (w *Webhook) Classify(ctx context.Context, c dm.Content) (policy.Classification, error) {
	ctx, cancel := context.WithTimeout(ctx, w.config.Timeout)
	defer cancel()
	select {
	case w.places <- struct{}{}:
		defer func() { <-w.places }()
	case <-ctx.Done():
		return policy.ClassifiedNone, fmt.Errorf("classify: too many questions at once: %w", ctx.Err())
	}
	body, err := json.Marshal(question{c.Sender.String(), c.Recipient.String(), c.Text, c.Video})
	if err != nil {
		return policy.ClassifiedNone, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.config.URL, bytes.NewReader(body))
	if err != nil {
		return policy.ClassifiedNone, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set(HeaderSignature, w.sign(body))
	response, err := w.client.Do(request)
	if err != nil {
		return policy.ClassifiedNone, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return policy.ClassifiedNone, err
	}
	if response.StatusCode != http.StatusOK {
		return policy.ClassifiedNone, fmt.Errorf("classify: status %d", response.StatusCode)
	}
	return read(answer)
}

func (w *Webhook) sign(body []byte) string {
	at := strconv.FormatInt(w.config.Now().Unix(), 10)
	mac := hmac.New(sha256.New, w.config.Secret)
	mac.Write([]byte(at + "."))
	mac.Write(body)
	return "t=" + at + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}

func read(answer []byte) (policy.Classification, error) {
	var a struct {
		Verdict string `json:"verdict"`
	}
	if err := json.Unmarshal(answer, &a); err != nil {
		return policy.ClassifiedNone, errors.New("classify: the answer is no JSON")
	}
	switch a.Verdict {
	case "ALLOW":
		return policy.ClassifiedNone, nil
	case "HIDE":
		return policy.ClassifiedHide, nil
	case "REFUSE":
		return policy.ClassifiedRefuse, nil
	}
	return policy.ClassifiedNone, errors.New("classify: the answer has no verdict ALLOW, HIDE or REFUSE")
}
