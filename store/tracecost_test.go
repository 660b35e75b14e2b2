package store

import (
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

// Off, traces cost the way of a send nothing that is allocated.
func TestTracingThatIsOffAllocatesNothing(t *testing.T) {
	var off *tracing
	batch := []*waiting{{}, {}}
	if n := testing.AllocsPerRun(1000, func() {
		batch[0].span = off.item(t.Context())
		_, ended := off.batch(batch)
		ended(nil)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
	on := newTracing(sdktrace.NewTracerProvider(sdktrace.WithSyncer(tracetest.NewInMemoryExporter())))
	if n := testing.AllocsPerRun(1000, func() {
		batch[0].span = on.item(t.Context())
		_, ended := on.batch(batch)
		ended(nil)
	}); n != 0 {
		t.Errorf("%v allocations for sends of which nobody wants a trace", n)
	}
}
