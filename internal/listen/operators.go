package listen

import (
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"slices"
	"strings"
)

// Operators returns the handler of the second address, for operators only: metrics, profiles, and
// the health checks of app. It asks for no token. It answers requests for an IP address, for a name
// without a dot and for one of hosts: a page elsewhere could otherwise point its own name at this
// address and read what is served to operators.
func Operators(metrics, app http.Handler, hosts ...string) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metrics)
	mux.Handle("GET /healthz", app)
	mux.Handle("GET /readyz", app)
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", serveProgram)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isOperatorsHost(r.Host, hosts) {
			http.Error(w, "This address answers on IP addresses, names without a dot and the names in --ops-hosts.", http.StatusMisdirectedRequest)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// serveProgram answers with the name of the program. Its arguments may hold a password.
func serveProgram(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte(os.Args[0]))
}

// isOperatorsHost reports whether the Host header of a request names this server and no page's
// domain.
func isOperatorsHost(header string, hosts []string) bool {
	host := header
	if h, _, err := net.SplitHostPort(header); err == nil {
		host = h
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	return host != "" && !strings.Contains(host, ".") || net.ParseIP(host) != nil ||
		slices.ContainsFunc(hosts, func(h string) bool { return strings.EqualFold(h, host) })
}
