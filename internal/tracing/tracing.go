// Package tracing exports OpenTelemetry traces.
//
// Purpose. It makes the provider of spans that the command hands to package aparte.
//
// Invariants. Spans carry names of ours only: no text, no value and no id of a user.
//
// Concurrency and lifecycle. A Tracer owns the goroutine of its exporter until Close.
package tracing

import (
	"context"
	"log/slog"
	"net/url"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// flushTimeout bounds the time in which Close sends the last traces.
const flushTimeout = 3 * time.Second

// Tracer makes spans and exports them. A nil Tracer makes none.
type Tracer struct{ provider *sdktrace.TracerProvider }

// New starts the export of traces to an address that takes OTLP over HTTP; share is the share of
// requests that is traced, 0 to 1, and version is the version that spans name. An address that does
// not answer harms nothing: spans that cannot be sent are dropped and logged.
func New(ctx context.Context, endpoint string, share float64, version string, logger *slog.Logger) (*Tracer, error) {
	// Headers and certificates come from the environment that OpenTelemetry names
	// (OTEL_EXPORTER_OTLP_HEADERS and so on).
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(withTracePath(endpoint)))
	if err != nil {
		return nil, err
	}
	// OpenTelemetry reports errors of the export to one handler of the process, which by default
	// writes to standard error.
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { logger.Warn("traces were not sent", "error", err) }))
	ratio := sdktrace.TraceIDRatioBased(share)
	return &Tracer{sdktrace.NewTracerProvider(
		sdktrace.WithBatcher(exporter),
		sdktrace.WithResource(resource.NewSchemaless(
			attribute.String("service.name", "aparte"), attribute.String("service.version", version),
		)),
		// A caller may turn its trace off, but cannot have more traced than the share.
		sdktrace.WithSampler(sdktrace.ParentBased(ratio, sdktrace.WithRemoteParentSampled(ratio))),
	)}, nil
}

// withTracePath adds the path of OTLP to an address that has none.
func withTracePath(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err == nil && (u.Path == "" || u.Path == "/") {
		u.Path = "/v1/traces"
		return u.String()
	}
	return endpoint
}

// Provider returns the provider of spans, nil for a nil Tracer.
func (t *Tracer) Provider() trace.TracerProvider {
	if t == nil {
		return nil
	}
	return t.provider
}

// Close sends the spans that are left, for at most 3 seconds.
func (t *Tracer) Close() error {
	if t == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), flushTimeout)
	defer cancel()
	return t.provider.Shutdown(ctx)
}
