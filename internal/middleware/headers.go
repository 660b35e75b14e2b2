package middleware

import (
	"net/http"

	"github.com/aparte-im/aparte/graph/weborigin"
)

const (
	// permissions are the features that no page of ours uses.
	permissions = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), midi=(), display-capture=(), browsing-topics=()"
	// noContent is the content policy of responses that are not pages; pages have their own
	// (package web).
	noContent = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
	// strictTransport is for a year, which the preload lists of browsers require.
	strictTransport = "max-age=31536000; includeSubDomains"
)

// SecureHeaders sets the headers that restrict what a browser does with a response. A handler may
// override them. behindTLS adds HSTS.
func SecureHeaders(behindTLS bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Permissions-Policy", permissions)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Content-Security-Policy", noContent)
		if behindTLS {
			h.Set("Strict-Transport-Security", strictTransport)
		}
		next.ServeHTTP(w, r)
	})
}

// RefuseOtherSites refuses changes that a page of another site makes a browser send, unless its
// origin is one of origins. Callers send a token, which such a page does not have, so this is a
// second line of defence.
func RefuseOtherSites(origins weborigin.List, next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusForbidden, "FORBIDDEN", "Requests from pages of other sites are refused.")
	}))
	guarded := protection.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin, ok := weborigin.FromHeader(r.Header)
		// Package http compares the origin with the Host header as text, in browsers that send no
		// Sec-Fetch-Site.
		own := r.Header.Get("Sec-Fetch-Site") == "" && origin.Serves(r.Host)
		if ok && (own || origins.Has(origin)) {
			next.ServeHTTP(w, r)
			return
		}
		guarded.ServeHTTP(w, r)
	})
}
