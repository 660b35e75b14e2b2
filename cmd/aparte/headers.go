package main

import (
	"net/http"
	"strings"
)

const (
	// permissions are what no page of ours ever asks for.
	permissions = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), midi=(), display-capture=(), browsing-topics=()"
	// nothing is the content policy of answers that are no pages; pages have their own (package web).
	nothing = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
	// strictTransport is for a year, as browsers' lists ask for.
	strictTransport = "max-age=31536000; includeSubDomains"
)

// secureHeaders tells browsers what they may do with any answer. What an answer needs otherwise it says itself.
func secureHeaders(behindTLS bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Permissions-Policy", permissions)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Content-Security-Policy", nothing)
		if behindTLS {
			h.Set("Strict-Transport-Security", strictTransport)
		}
		next.ServeHTTP(w, r)
	})
}

// refuseOtherSites refuses changes that a page of another site makes a browser send. Callers show a token, which such a
// page does not have, so this is the second lock of that door.
func refuseOtherSites(origins []string, next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	for _, o := range origins {
		if err := protection.AddTrustedOrigin(strings.ToLower(o)); err != nil {
			panic("the origins were checked: " + err.Error())
		}
	}
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte(`{"errors":[{"message":"Pages of other sites are not let in.","extensions":{"code":"FORBIDDEN"}}]}`))
	}))
	return protection.Handler(next)
}
