package socket

import (
	"encoding/base64"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/gobwas/ws"
)

// version is that of RFC 6455; keySize is how many bytes its handshake draws by lot.
const (
	version = "13"
	keySize = 16
)

// Supports reports whether a request wants to become a WebSocket.
func (t *Transport) Supports(r *http.Request) bool {
	return hasToken(r.Header["Upgrade"], "websocket") && hasToken(r.Header["Connection"], "upgrade")
}

func hasToken(lines []string, token string) bool {
	for _, line := range lines {
		for part := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(strings.TrimSpace(part), token) {
				return true
			}
		}
	}
	return false
}

// Do shakes hands and returns: the connection goes on without the request, so that all net/http
// holds for one is let go. Whose origin may connect was decided before.
func (t *Transport) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	if refusal := checkHandshake(r); refusal.Status != 0 {
		t.counts.refused.Add(1)
		t.config.Refuse(w, r, refusal)
		return
	}
	address := t.config.Address(r)
	if t.ending.Err() != nil {
		t.config.Refuse(w, r, HandshakeRefusal{
			Status: http.StatusServiceUnavailable, Message: "The service is restarting.", RetryAfter: time.Second,
		})
		return
	}
	if !t.config.ConnectionLimits.TakeAddress(address) {
		t.counts.refused.Add(1)
		t.config.Refuse(w, r, HandshakeRefusal{
			Status: http.StatusTooManyRequests, Message: "There are too many connections from this address.", RetryAfter: 10 * time.Second,
		})
		return
	}
	upgrader := ws.HTTPUpgrader{
		Timeout: t.config.Limits.WriteWait, Protocol: func(p string) bool { return p == Protocol },
	}
	socket, rw, handshake, err := upgrader.Upgrade(r, w)
	if err != nil {
		t.counts.refused.Add(1)
		t.config.ConnectionLimits.FreeAddress(address)
		if socket != nil {
			_ = socket.Close()
		}
		return
	}
	c := &conn{
		t: t, exec: exec, socket: socket, address: address, header: r.Header,
		session: Session{Values: t.ending},
	}
	c.out.conn, c.in.limit = c, t.config.Limits.GreetingBytes
	if s, ok := socket.(syscall.Conn); ok {
		c.raw, _ = s.SyscallConn()
	}
	// Bytes that the client sent right after the handshake are in net/http's buffer; keep them.
	if n := rw.Reader.Buffered(); n > 0 {
		early, _ := rw.Reader.Peek(n)
		c.in.keep(early)
	}
	if !t.registry.enter(c) {
		t.config.ConnectionLimits.FreeAddress(address)
		_ = socket.Close()
		return
	}
	if !t.task(c.run) {
		t.registry.leave(c)
		t.config.ConnectionLimits.FreeAddress(address)
		_ = socket.Close()
		return
	}
	if handshake.Protocol != Protocol {
		c.close(codeSubprotocol, "Subprotocol not acceptable")
		return
	}
	c.start()
}

// checkHandshake looks at what RFC 6455 wants of a handshake, before the connection is taken over:
// what is refused is answered like any other request. A Status of 0: nothing is wrong.
func checkHandshake(r *http.Request) HandshakeRefusal {
	key, err := base64.StdEncoding.DecodeString(r.Header.Get("Sec-WebSocket-Key"))
	switch {
	case r.Method != http.MethodGet:
		return HandshakeRefusal{Status: http.StatusMethodNotAllowed, Message: "A socket is opened with GET."}
	case r.ProtoMajor != 1 || r.ProtoMinor < 1:
		return HandshakeRefusal{Status: http.StatusHTTPVersionNotSupported, Message: "A socket is opened with HTTP/1.1."}
	case r.Header.Get("Sec-WebSocket-Version") != version:
		return HandshakeRefusal{Status: http.StatusUpgradeRequired, Message: "Sockets are spoken here in version " + version + "."}
	case err != nil || len(key) != keySize:
		return HandshakeRefusal{Status: http.StatusBadRequest, Message: "The handshake's Sec-WebSocket-Key is missing or wrong."}
	}
	return HandshakeRefusal{}
}
