package main

import (
	"context"
	"log/slog"
	"net/url"
	"strconv"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// traceOptions are the settings of traces, which are off unless somebody says where they go.
type traceOptions struct{ endpoint, share *string }

// traceSettings are these, checked.
type traceSettings struct {
	endpoint string
	share    float64
}

func defineTraces(o *options) traceOptions {
	return traceOptions{
		endpoint: o.text("otlp-endpoint", "", "address that takes OpenTelemetry traces (OTLP over HTTP), as http://127.0.0.1:4318/v1/traces; empty: no traces"),
		share:    o.text("trace-share", "1", "which share of requests is traced, 0 to 1"),
	}
}

func (p traceOptions) apply(o *options, s *settings) {
	share, err := strconv.ParseFloat(*p.share, 64)
	if err != nil || !(share >= 0 && share <= 1) {
		o.problem("--trace-share: %q is no share; give 0 to 1", *p.share)
	}
	s.traces = traceSettings{*p.endpoint, share}
	if *p.endpoint == "" {
		return
	}
	if u, err := url.Parse(*p.endpoint); err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		o.problem("--otlp-endpoint: %q is no http or https address; give one as http://127.0.0.1:4318/v1/traces", *p.endpoint)
	}
}

// flushWait bounds how long a stop waits for the last traces to go out.
const flushWait = 3 * time.Second

// tracer makes spans and sends them on. Nil: traces are off.
type tracer struct{ provider *sdktrace.TracerProvider }

// newTracer begins to send traces. An address that does not answer harms nobody: what cannot be sent is dropped.
func newTracer(ctx context.Context, s traceSettings, logger *slog.Logger) (*tracer, error) {
	if s.endpoint == "" {
		return nil, nil //nolint:nilnil // off
	}
	// Headers and certificates come from the environment that OpenTelemetry names (OTEL_EXPORTER_OTLP_HEADERS and so on).
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(withTracePath(s.endpoint)))
	if err != nil {
		return nil, err
	}
	// What fails in the background OpenTelemetry tells one handler of the process, by default outside of the log.
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { logger.Warn("traces were not sent", "error", err) }))
	ratio := sdktrace.TraceIDRatioBased(s.share)
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
