package auth

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/aparte-im/aparte/graph/clientaddr"
	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/sync/singleflight"
)

// How keys are fetched.
const (
	// keysEvery is how often keys are fetched anew, so that one that was taken back is not believed
	// for much longer.
	keysEvery = 5 * time.Minute
	// keysAgain is how soon an unknown key may lead to another fetch: invented key ids cost at most
	// one fetch in this time.
	keysAgain = 10 * time.Second
	// keysTimeout bounds one fetch, and so how long a token with an unknown key waits.
	keysTimeout = 5 * time.Second
	// keysKept is how long keys are believed that cannot be fetched anew.
	keysKept = 24 * time.Hour
	maxKeys  = 100
	// maxKeySet is how many bytes of a key set are read.
	maxKeySet = 256 << 10
	// minRSA is the shortest RSA key that is believed, in bits.
	minRSA = 2048
)

// ErrNoKeys says that a token could not be judged because the keys cannot be had. It is not the
// token's fault.
var ErrNoKeys = errors.New("auth: the keys that verify tokens cannot be had")

// KeySetConfig says where keys come from.
type KeySetConfig struct {
	// URL is where a JSON Web Key Set is served: https, or http on this machine.
	URL string
	// File holds a JSON Web Key Set, instead of URL. It is read anew like a URL, so that it can be
	// replaced.
	File   string
	Logger *slog.Logger
	// Clock nil: time.Now.
	Clock func() time.Time
	// Client fetches. Nil: one that follows no redirects.
	Client *http.Client
}

// KeySet is a JSON Web Key Set from elsewhere, kept in memory. It fetches its keys anew now and
// then (Run), and once when a token names a key that it does not know. While they cannot be fetched
// it goes on with those it has, for a day at most; without any it fails closed. It is safe for
// concurrent use.
type KeySet struct {
	config KeySetConfig
	held   atomic.Pointer[heldKeys]
	// tried is when the last fetch began, in nanoseconds since 1970.
	tried atomic.Int64
	fetch singleflight.Group
}

type heldKeys struct {
	keys []heldKey
	at   time.Time
}

type heldKey struct {
	id, algorithm string
	key           crypto.PublicKey
}

// NewKeySet returns a KeySet that has no keys yet. Errors: a configuration that can never work.
func NewKeySet(c KeySetConfig) (*KeySet, error) {
	if (c.URL == "") == (c.File == "") {
		return nil, errors.New("auth: give the address or the file of a key set")
	}
	if c.URL != "" {
		u, err := url.Parse(c.URL)
		if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !clientaddr.IsLoopback(u.Hostname())) {
			return nil, fmt.Errorf("auth: %q is no https address of a key set", c.URL)
		}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Client == nil {
		// A redirect would move the trust to wherever it points.
		c.Client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	return &KeySet{config: c}, nil
}

// Run fetches the keys now and then until ctx ends.
func (s *KeySet) Run(ctx context.Context) {
	ticker := time.NewTicker(keysEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			_ = s.Refresh(ctx) // has logged; the keys at hand go on
		}
	}
}

// Refresh fetches the keys, and shares the fetch with concurrent callers. On an error those at
// hand stay.
func (s *KeySet) Refresh(ctx context.Context) error { return s.refresh(ctx, true) }

// refresh without always does nothing shortly after another fetch; it joins one that is under way.
func (s *KeySet) refresh(ctx context.Context, always bool) error {
	_, err, _ := s.fetch.Do("", func() (any, error) {
		now := s.config.Clock()
		if last := s.tried.Load(); !always && last != 0 && now.UnixNano()-last < int64(keysAgain) {
			return nil, nil //nolint:nilnil // the keys at hand are new
		}
		s.tried.Store(now.UnixNano())
		// Under a context of its own: one caller who leaves must not end the fetch for the others.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keysTimeout)
		defer cancel()
		keys, err := s.read(ctx)
		if err != nil {
			s.config.Logger.Error("the keys that verify tokens cannot be fetched", "error", err)
			return nil, fmt.Errorf("%w: %w", ErrNoKeys, err)
		}
		s.held.Store(&heldKeys{keys, now})
		return nil, nil //nolint:nilnil // the keys are held
	})
	return err
}

// find returns the keys that a token may be signed with. A key that is not known leads to one
// fetch, bounded in time and number. Errors: ErrNoKeys when there are no keys to look at; any other
// when the key is not among them.
func (s *KeySet) find(ctx context.Context, id, algorithm string) (jwt.VerificationKeySet, error) {
	held := s.fresh()
	found := held.matching(id, algorithm)
	var failed error
	if len(found.Keys) == 0 {
		failed = s.refresh(ctx, false)
		held = s.fresh()
		found = held.matching(id, algorithm)
	}
	switch {
	case len(found.Keys) > 0:
		return found, nil
	case failed != nil:
		return found, failed // it may be a new key
	case held == nil:
		return found, ErrNoKeys
	}
	return found, errors.New("auth: the token is signed with a key that is not in the key set")
}

// fresh returns the keys unless there are none or they are too old.
func (s *KeySet) fresh() *heldKeys {
	held := s.held.Load()
	if held == nil || s.config.Clock().Sub(held.at) > keysKept {
		return nil
	}
	return held
}

// matching are the keys for a token: those of its key id, or all when it names none.
func (h *heldKeys) matching(id, algorithm string) (out jwt.VerificationKeySet) {
	if h == nil {
		return out
	}
	for _, k := range h.keys {
		if (id == "" || k.id == id) && (k.algorithm == "" || k.algorithm == algorithm) && fits(k.key, algorithm) {
			out.Keys = append(out.Keys, k.key)
		}
	}
	return out
}

// fits reports whether a key is of the kind that an algorithm needs.
func fits(key crypto.PublicKey, algorithm string) bool {
	switch key := key.(type) {
	case *rsa.PublicKey:
		return strings.HasPrefix(algorithm, "RS") || strings.HasPrefix(algorithm, "PS")
	case *ecdsa.PublicKey:
		return algorithm == map[int]string{256: "ES256", 384: "ES384", 521: "ES512"}[key.Curve.Params().BitSize]
	case ed25519.PublicKey:
		return algorithm == "EdDSA"
	}
	return false
}

func (s *KeySet) read(ctx context.Context) ([]heldKey, error) {
	body, err := s.open(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = body.Close() }()
	text, err := io.ReadAll(io.LimitReader(body, maxKeySet+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxKeySet {
		return nil, fmt.Errorf("the key set has more than %d bytes", maxKeySet)
	}
	var set jwkset.JWKSMarshal
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, fmt.Errorf("no key set: %w", err)
	}
	if len(set.Keys) > maxKeys {
		return nil, fmt.Errorf("the key set has more than %d keys", maxKeys)
	}
	var keys []heldKey
	for _, k := range set.Keys {
		if key, err := publicKey(k); err != nil {
			s.config.Logger.Warn("a key of the key set is left out", "kid", k.KID, "reason", err)
		} else {
			keys = append(keys, heldKey{k.KID, string(k.ALG), key})
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("the key set has no key that could verify a token")
	}
	return keys, nil
}

func (s *KeySet) open(ctx context.Context) (io.ReadCloser, error) {
	if s.config.File != "" {
		return os.Open(s.config.File)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.config.URL, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", "application/json")
	response, err := s.config.Client.Do(r)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		_ = response.Body.Close()
		return nil, fmt.Errorf("the key set's server answers %d", response.StatusCode)
	}
	return response.Body, nil
}

// publicKey reads one key. One bad key does not spoil the set: the others may be what a token
// needs.
func publicKey(k jwkset.JWKMarshal) (crypto.PublicKey, error) {
	if k.USE != "" && k.USE != jwkset.UseSig {
		return nil, errors.New("it is not for signatures")
	}
	k.X5U = "" // nothing is fetched from where a key points
	jwk, err := jwkset.NewJWKFromMarshal(k, jwkset.JWKMarshalOptions{}, jwkset.JWKValidateOptions{})
	if err != nil {
		return nil, err
	}
	switch key := jwk.Key().(type) {
	case *rsa.PublicKey:
		if key.N.BitLen() < minRSA {
			return nil, fmt.Errorf("an RSA key needs %d bits", minRSA)
		}
		return key, nil
	case *ecdsa.PublicKey:
		return key, nil
	case ed25519.PublicKey:
		return key, nil
	}
	return nil, errors.New("it is no public key that verifies signatures")
}
