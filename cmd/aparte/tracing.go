package main

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

// traceSettings say where traces are sent; they are off without an address.
type traceSettings struct {
	Endpoint string  `name:"otlp-endpoint" placeholder:"URL" help:"Address that takes OpenTelemetry traces (OTLP over HTTP), as http://127.0.0.1:4318/v1/traces; empty sends none."`
	Share    float64 `name:"trace-share" default:"1" min:"0" max:"1" help:"Share of requests that is traced, 0 to 1."`
}

func (c traceSettings) check(s *settings) {
	if c.Endpoint == "" {
		return
	}
	if u, err := url.Parse(c.Endpoint); err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		s.problem("otlp-endpoint", "%q is not an http or https address; give one as http://127.0.0.1:4318/v1/traces", c.Endpoint)
	}
}

// flushWait bounds how long a stop waits for the last traces to go out.
const flushWait = 3 * time.Second

// tracer makes spans and sends them on. Nil: traces are off.
type tracer struct{ provider *sdktrace.TracerProvider }

// newTracer begins to send traces. An address that does not answer harms nobody: what cannot be sent is dropped.
func newTracer(ctx context.Context, s traceSettings, logger *slog.Logger) (*tracer, error) {
	if s.Endpoint == "" {
		return nil, nil //nolint:nilnil // off
	}
	// Headers and certificates come from the environment that OpenTelemetry names (OTEL_EXPORTER_OTLP_HEADERS and so on).
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(withTracePath(s.Endpoint)))
	if err != nil {
		return nil, err
	}
	// What fails in the background OpenTelemetry tells one handler of the process, by default outside of the log.
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { logger.Warn("traces were not sent", "error", err) }))
	ratio := sdktrace.TraceIDRatioBased(s.Share)
	return &tracer{sdktrace.NewTracerProvider(
		sdktrace.WithBatcher(exporter),
		sdktrace.WithResource(resource.NewSchemaless(
			attribute.String("service.name", "aparte"), attribute.String("service.version", version()),
		)),
		// A caller may say that a trace is not wanted, but not that more is than the share: anybody may call.
		sdktrace.WithSampler(sdktrace.ParentBased(ratio, sdktrace.WithRemoteParentSampled(ratio))),
	)}, nil
}

// withTracePath completes an address without a path by the one that OTLP has for traces.
func withTracePath(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err == nil && (u.Path == "" || u.Path == "/") {
		u.Path = "/v1/traces"
		return u.String()
	}
	return endpoint
}

// spans is what the parts make their spans with; nil when traces are off.
func (t *tracer) spans() trace.TracerProvider {
	if t == nil {
		return nil
	}
	return t.provider
}

// close sends what is left, for a moment.
func (t *tracer) close() error {
	if t == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), flushWait)
	defer cancel()
	return t.provider.Shutdown(ctx)
}
