package main

import (
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Who asks and does not read is cut, and holds nothing any more; sockets have rules of their own.
func TestAnAnswerThatIsNotReadIsCut(t *testing.T) {
	url, secret := "sqlite:"+filepath.Join(t.TempDir(), "aparte.db"), secretFile(t, testSecret)
	mustAparte(t, "migrate", "--database-url", url)
	p := startServe(t, nil, "--database-url", url, "--jwt-secret-file", secret, "--create-users", "--introspection",
		"--rate-reads", "0", "--rate-address-reads", "0", "--answer-write-wait", "200ms")
	token := strings.TrimSpace(mustAparte(t, "token", "--jwt-secret-file", secret, "--subject", "1"))
	f := followWithTrace(t, p, token, "")

	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", p.address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	// One request after the other, and no answer read: in the end nobody reads here either.
	const body = `{"query":"{ __schema { types { name description fields { name description args { name description } } } } }"}`
	request := fmt.Appendf(nil, "POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n"+
		"Content-Length: %d\r\n\r\n%s", token, len(body), body)
	if err := conn.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = conn.Write(request)
	}
	if timeout, is := err.(net.Error); is && timeout.Timeout() { //nolint:errorlint // net's own
		t.Error("who does not read is not cut")
	}

	if err := f.conn.WriteJSON(map[string]any{"type": "subscribe", "id": "2", "payload": map[string]any{"query": "{ __typename }"}}); err != nil {
		t.Fatal(err)
	}
	if kind, payload, err := read(f.conn); kind != "next" {
		t.Errorf("the socket hears %s %s, %v", kind, payload, err)
	}
	if code := p.stop(syscall.SIGTERM); code != exitOK {
		t.Errorf("serve ended with %d: %s", code, p.said)
	}
}

// deadlines is an answer that notes when it may be written until, and how much was written after each.
type deadlines struct {
	http.ResponseWriter
	at      []time.Time
	written []int
}

func (d *deadlines) Header() http.Header { return http.Header{} }
func (d *deadlines) WriteHeader(int)     {}

func (d *deadlines) SetWriteDeadline(at time.Time) error {
	d.at, d.written = append(d.at, at), append(d.written, 0)
	return nil
}

func (d *deadlines) Write(b []byte) (int, error) {
	d.written[len(d.written)-1] += len(b)
	return len(b), nil
}

func TestEachPieceOfAnAnswerHasItsTime(t *testing.T) {
	serve := func(handler http.HandlerFunc) *deadlines {
		d := &deadlines{}
		boundAnswer(time.Minute, handler).ServeHTTP(d, nil)
		return d
	}
	begun := time.Now()
	d := serve(func(w http.ResponseWriter, _ *http.Request) {
		if n, err := w.Write(make([]byte, 3*answerPiece+1)); n != 3*answerPiece+1 || err != nil {
			t.Error(n, err)
		}
	})
	pieces := 0
	for i, n := range d.written {
		if n > answerPiece {
			t.Errorf("%d bytes with one deadline", n)
		}
		if n > 0 {
			pieces++
		}
		if d.at[i].Before(begun.Add(time.Minute)) {
			t.Errorf("a deadline of %v", d.at[i].Sub(begun))
		}
	}
	if pieces != 4 || d.written[len(d.written)-1] != 0 {
		t.Errorf("pieces of %v", d.written)
	}
	// A deadline of the handler's own holds until it is lifted, and even then there is one.
	own := begun.Add(time.Second)
	d = serve(func(w http.ResponseWriter, _ *http.Request) {
		control := http.NewResponseController(w)
		_ = control.SetWriteDeadline(own)
		_, _ = w.Write([]byte("x"))
	})
	if last := d.at[len(d.at)-1]; !last.Equal(own) {
		t.Errorf("the deadline is %v", last.Sub(begun))
	}
	d = serve(func(w http.ResponseWriter, _ *http.Request) {
		control := http.NewResponseController(w)
		_ = control.SetWriteDeadline(own)
		_ = control.SetWriteDeadline(time.Time{})
	})
	for _, at := range d.at {
		if at.IsZero() {
			t.Error("an answer has all the time there is")
		}
	}
}
