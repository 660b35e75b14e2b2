// Package web serves the client and the playground from files that are built into the binary.
//
// Purpose. dist holds what `npm run build` makes of src: one page for the client, one for the
// playground, one that shows two people side by side, and assets whose names carry a hash of their
// content.
//
// Invariants. No page loads anything from another host: the content policy says so, and the tests
// watch it. An asset never changes under its name, so it may be cached for ever; a page is asked
// for anew each time and answers 304 while it stands.
//
// Concurrency. The handler is safe for concurrent use; everything it serves is read and hashed when
// it is made.
//
// Lifecycle. Nothing to close.
package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
)

//go:embed all:dist
var dist embed.FS

// Config says which pages are served.
type Config struct {
	// Dev serves all of them, and /demo.
	Dev bool
	// Playground serves /playground.
	Playground bool
	// Client serves / and the client's own addresses below it.
	Client bool
}

const (
	// Avatars and thumbnails of other hosts stay out too: to load one would tell that host who
	// reads what, and when.
	policy = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self'; " +
		"frame-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'; style-src 'self'"
	// The playground's editor and menus write style elements of their own.
	playgroundPolicy = policy + " 'unsafe-inline'"
)

// The addresses of the client; src/app/route.ts makes them.
var (
	folders  = []string{"", "requests", "hidden", "archive", "settings"}
	settings = []string{
		"kinds", "exceptions", "blocked", "codes", "requests", "words", "history", "receipts", "reports", "notices", "data", "display",
	}
)

type file struct {
	body        []byte
	contentType string
	etag        string
}

type handler struct {
	config Config
	files  map[string]file
}

// Handler serves what config names and answers 404 for everything else: with a page where somebody
// looks for one in the client, in plain text otherwise.
func Handler(config Config) http.Handler {
	h := handler{config: config, files: map[string]file{}}
	err := fs.WalkDir(dist, "dist", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := dist.ReadFile(name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		h.files[strings.TrimPrefix(name, "dist/")] = file{
			body: body, contentType: contentType(name), etag: `"` + hex.EncodeToString(sum[:12]) + `"`,
		}
		return nil
	})
	if err != nil {
		panic("web: the embedded files cannot be read: " + err.Error())
	}
	return h
}

// contentType does not ask the machine's own tables, which differ.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return mime.TypeByExtension(path.Ext(name))
}

func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(r.URL.Path, "/")
	if page := h.page(name); page != "" {
		h.serve(w, r, page, "no-cache")
		return
	}
	switch {
	case strings.HasPrefix(name, "assets/"):
		h.serve(w, r, name, "public, max-age=31536000, immutable")
	case name == "icon.svg":
		h.serve(w, r, name, "public, max-age=86400")
	case h.client() && acceptsPage(r):
		h.serveNothing(w)
	default:
		http.NotFound(w, r)
	}
}

func (h handler) client() bool {
	return h.config.Client || h.config.Dev
}

// acceptsPage tells a person's browser from everything else, which is answered in plain text.
func acceptsPage(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "text/html")
}

// page returns the page behind an address, or "".
func (h handler) page(name string) string {
	first, rest, nested := strings.Cut(name, "/")
	switch name {
	case "playground":
		if h.config.Playground || h.config.Dev {
			return "playground.html"
		}
		return ""
	case "demo":
		if h.config.Dev {
			return "demo.html"
		}
		return ""
	}
	if !h.client() {
		return ""
	}
	// An address is a folder, a section of the settings, with/ and a person, or c/ and a contact
	// code.
	isNamed := (first == "with" || first == "c") && rest != "" && !strings.Contains(rest, "/")
	isSection := first == "settings" && slices.Contains(settings, rest)
	if isNamed || isSection || !nested && slices.Contains(folders, name) {
		return "index.html"
	}
	return ""
}

func (h handler) serve(w http.ResponseWriter, r *http.Request, name, caching string) {
	f, ok := h.files[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	header := w.Header()
	setHeader(header, name, f.contentType, caching)
	header.Set("ETag", f.etag)
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(f.body))
}

// serveNothing answers 404 with the client, which reads the same address and says so in the
// product's look and the reader's language, with a way back.
func (h handler) serveNothing(w http.ResponseWriter) {
	page := h.files["index.html"]
	setHeader(w.Header(), "index.html", page.contentType, "no-store")
	w.Header().Set("Vary", "Accept")
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write(page.body) // who went away needs no answer
}

func setHeader(header http.Header, name, contentType, caching string) {
	header.Set("Content-Type", contentType)
	header.Set("Cache-Control", caching)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	if name == "playground.html" {
		header.Set("Content-Security-Policy", playgroundPolicy)
	} else {
		header.Set("Content-Security-Policy", policy)
	}
}
