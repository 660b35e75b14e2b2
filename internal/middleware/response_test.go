package middleware

import (
	"net/http"
	"testing"
	"time"
)

// deadlines is a response that records each write deadline, and the bytes written after it.
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

func TestEachPieceOfAResponseHasItsTime(t *testing.T) {
	serve := func(handler http.HandlerFunc) *deadlines {
		d := &deadlines{}
		BoundResponse(time.Minute, handler).ServeHTTP(d, nil)
		return d
	}
	begun := time.Now()
	d := serve(func(w http.ResponseWriter, _ *http.Request) {
		if n, err := w.Write(make([]byte, 3*piece+1)); n != 3*piece+1 || err != nil {
			t.Error(n, err)
		}
	})
	pieces := 0
	for i, n := range d.written {
		if n > piece {
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
	// A deadline that the handler sets holds until the handler lifts it; then the wrapper's holds.
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
			t.Error("a response has no deadline")
		}
	}
}
