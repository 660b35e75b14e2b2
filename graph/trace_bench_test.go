package graph_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/aparte-im/aparte/graph"
)

// BenchmarkTraces is what traces cost a small query: nothing when they are off, and what a request
// of which nobody wants a trace, and one of which somebody does, cost otherwise. The spans
// themselves go nowhere.
func BenchmarkTraces(b *testing.B) {
	for _, c := range []struct {
		name     string
		provider trace.TracerProvider
	}{
		{"off", nil},
		{"unsampled", sdktrace.NewTracerProvider(sdktrace.WithSampler(sdktrace.NeverSample()))},
		{"sampled", sdktrace.NewTracerProvider()},
	} {
		b.Run(c.name, func(b *testing.B) {
			w := newWorld(b, setup{config: func(g *graph.Config) { g.Tracing = c.provider }})
			body, header := jsonOf(b, vars{"query": "{ __typename }"}), jsonHeader(w)
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/graphql", strings.NewReader(body))
				r.Header = header
				recorder := httptest.NewRecorder()
				w.graph.ServeHTTP(recorder, r)
				if recorder.Code != http.StatusOK {
					b.Fatal(recorder.Body)
				}
			}
		})
	}
}
