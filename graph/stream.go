package graph

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// writeWait is how long a client may take to read what waits for it. One that does not is cut off; it resumes from its
// cursor.
const writeWait = 10 * time.Second

// serveStream answers one operation as server-sent events, in the distinct connections mode of graphql-sse. A stream
// that the service ends has no event "complete": the client connects again, and resumes.
func (s *Server) serveStream(w http.ResponseWriter, r *http.Request, op *graphql.OperationContext, id *identity) {
	ctx, cancel := s.work.stream(r.Context())
	defer cancel(nil)
	ctx, stop := context.WithDeadline(ctx, id.expires)
	defer stop()

	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Time{}) // a server's timeouts are for requests that end
	h := w.Header()
	h.Set("Content-Type", typeStream)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")

	var mu sync.Mutex
	write := func(parts ...string) {
		mu.Lock()
		defer mu.Unlock()
		_ = control.SetWriteDeadline(time.Now().Add(writeWait))
		for _, part := range parts {
			if _, err := w.Write([]byte(part)); err != nil {
				cancel(err)
				return
			}
		}
		if err := control.Flush(); err != nil {
			cancel(err)
		}
	}
	write(":\n\n")

	var keeper sync.WaitGroup
	defer keeper.Wait()
	defer stop()
	keeper.Go(func() {
		ticker := time.NewTicker(s.config.KeepAlive)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				write(":\n\n")
			}
		}
	})

	responses, opCtx := s.exec.DispatchOperation(ctx, op)
	for {
		response := responses(opCtx)
		if response == nil {
			break
		}
		write("event: next\ndata: ", string(encode(response)), "\n\n")
		if op.Operation.Operation != ast.Subscription {
			break
		}
	}
	if ctx.Err() == nil {
		write("event: complete\ndata:\n\n")
	}
}

// streamState carries why a subscription's source ended to where its last response is made. The source writes it
// before it closes its channel, and it is read after.
type streamState struct{ err error }

type streamKey struct{}

// withStream gives each subscription its state.
func withStream(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	if graphql.GetOperationContext(ctx).Operation.Operation == ast.Subscription {
		ctx = context.WithValue(ctx, streamKey{}, &streamState{})
	}
	return next(ctx)
}

// streamFailure is the last response of a subscription whose source failed: the client learns that this is no normal
// end, and can resume.
func (s *Server) streamFailure(ctx context.Context) *graphql.Response {
	state, _ := ctx.Value(streamKey{}).(*streamState)
	// While ctx lasts, the source has ended before its stream did, so state is nobody else's any more.
	if state == nil || ctx.Err() != nil || state.err == nil {
		return nil
	}
	err := state.err
	state.err = nil
	return &graphql.Response{Errors: gqlerror.List{s.present(ctx, err)}, Data: []byte("null")}
}
