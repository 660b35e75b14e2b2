package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/XSAM/otelsql"
	"github.com/lib/pq"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"modernc.org/sqlite"

	"github.com/aparte-im/aparte/dm"
)

const traceName = "github.com/aparte-im/aparte/store"

// tracing makes the spans of a store: of what is asked of it (Traced), of batches of sends, and of
// statements, which are told by name and never by text. It makes them only below a span that is
// sampled, so what the store does by itself makes none. A nil tracing makes none at all, and costs
// a comparison: the pools are not even wrapped.
type tracing struct {
	provider trace.TracerProvider
	tracer   trace.Tracer

	mu sync.RWMutex
	// names of the statements that are prepared, by their text.
	names map[string]string
}

func newTracing(provider trace.TracerProvider) *tracing {
	if provider == nil {
		return nil
	}
	return &tracing{provider: provider, tracer: provider.Tracer(traceName), names: map[string]string{}}
}

func sampled(ctx context.Context) bool { return trace.SpanContextFromContext(ctx).IsSampled() }

// openDB is sql.OpenDB.
func (t *tracing) openDB(c driver.Connector) *sql.DB {
	if t == nil {
		return sql.OpenDB(c)
	}
	return otelsql.OpenDB(c, t.options("postgresql")...)
}

// open is sql.Open.
func (t *tracing) open(name, address string) (*sql.DB, error) {
	if t == nil {
		return sql.Open(name, address)
	}
	system := name
	if name == "postgres" {
		system = "postgresql"
	}
	return otelsql.Open(name, address, t.options(system)...)
}

func (t *tracing) options(system string) []otelsql.Option {
	return []otelsql.Option{
		otelsql.WithTracerProvider(t.provider),
		otelsql.WithAttributes(attribute.String("db.system.name", system)),
		otelsql.WithSpanNameFormatter(func(_ context.Context, method otelsql.Method, text string) string {
			return t.nameOf(string(method), text)
		}),
		// The text of an error may hold a value of a row, so its code stands for it.
		otelsql.WithSpanErrorAttributesGetter(func(err error) []attribute.KeyValue {
			return []attribute.KeyValue{attribute.String("db.response.status_code", errorCode(err))}
		}),
		otelsql.WithSpanOptions(otelsql.SpanOptions{
			DisableQuery: true, OmitRows: true, OmitConnPrepare: true, OmitConnResetSession: true, OmitConnectorConnect: true,
			RecordError: func(error) bool { return false },
			SpanFilter: func(ctx context.Context, _ otelsql.Method, _ string, _ []driver.NamedValue) bool {
				return sampled(ctx)
			},
		}),
	}
}

// errorCode is the database's own code of an error.
func errorCode(err error) string {
	var ofPostgres *pq.Error
	var ofSQLite *sqlite.Error
	switch {
	case errors.As(err, &ofPostgres):
		return string(ofPostgres.Code)
	case errors.As(err, &ofSQLite):
		return strconv.Itoa(ofSQLite.Code())
	}
	return "_OTHER"
}

// name gives a statement the name by which its spans go.
func (t *tracing) name(name, text string) {
	if t != nil && text != "" {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.names[text] = name
	}
}

// nameTexts names the statements of the sessions.
func (t *tracing) nameTexts(texts *statements) {
	t.name("settings", texts.settings)
	t.name("begin", texts.begin)
	t.name("heads", texts.heads)
	t.name("lockHeads", texts.lockHeads)
	t.name("pairs", texts.pairs)
	t.name("shared", texts.shared)
	t.name("lone read", texts.lone.read)
	t.name("lone read with shared friends", texts.lone.readShared)
	t.name("lone write", texts.lone.write)
	for _, w := range texts.writes {
		name := "write"
		if len(texts.writes) > 1 {
			name += " " + flushNames[w.tables[0]]
		}
		t.name(name, w.text)
	}
}

var flushNames = [flushTables]string{
	flushConversations: "conversations", flushMessages: "messages", flushEvents: "events", flushHeads: "heads",
}

// nameRead names a read after its field of readStatements.
func (t *tracing) nameRead(r *readStatements, field **sql.Stmt, text string) {
	if t == nil {
		return
	}
	of := reflect.ValueOf(r).Elem()
	at := reflect.ValueOf(field).Pointer()
	for i := range of.NumField() {
		first := of.Field(i).UnsafeAddr()
		if at >= first && at < first+of.Field(i).Type().Size() {
			t.name("read "+of.Type().Field(i).Name, text)
		}
	}
}

// firstTable finds what a statement that has no name is about.
var firstTable = regexp.MustCompile(`(?i)\b(?:FROM|INTO|UPDATE)\s+["\x60]?([a-z_]+)`)

// nameOf is what a span is called: the statement's name, or its verb and first table; a call of the
// driver that has no statement goes by its own.
func (t *tracing) nameOf(method, text string) string {
	t.mu.RLock()
	name := t.names[text]
	t.mu.RUnlock()
	if name != "" {
		return name
	}
	if text == "" {
		return method
	}
	verb, _, _ := strings.Cut(strings.TrimSpace(text), " ")
	if table := firstTable.FindStringSubmatch(text); table != nil {
		return verb + " " + table[1]
	}
	return verb
}

// item is the span of a send that waits, nil when nobody looks.
func (t *tracing) item(ctx context.Context) trace.Span {
	if t == nil || !sampled(ctx) {
		return nil
	}
	return trace.SpanFromContext(ctx)
}

// batch begins the span of a batch: a child of the first of its sends that is traced, so that a
// trace leads from a request to its statements. Each such send has a link to it, and it one to each
// of them. Without one there is no span.
func (t *tracing) batch(batch []*waiting) (context.Context, func(error)) {
	if t == nil {
		return context.Background(), func(error) {}
	}
	var first trace.Span
	var links []trace.Link
	for _, w := range batch {
		if w.span == nil {
			continue
		}
		if first == nil {
			first = w.span
		}
		links = append(links, trace.Link{SpanContext: w.span.SpanContext()})
	}
	if first == nil {
		return context.Background(), func(error) {}
	}
	ctx, span := t.tracer.Start(trace.ContextWithSpan(context.Background(), first), "store.batch", trace.WithLinks(links...),
		trace.WithAttributes(attribute.Int("aparte.batch.sends", len(batch))))
	for _, w := range batch {
		if w.span != nil {
			w.span.AddLink(trace.Link{SpanContext: span.SpanContext()})
		}
	}
	return ctx, func(err error) {
		endSpan(span, err)
	}
}

// endSpan ends a span. A refusal is an answer, and its code is told; of a failure only that it was
// one: its text may hold what a row holds.
func endSpan(span trace.Span, err error) {
	var refusal *dm.Error
	switch {
	case errors.As(err, &refusal):
		span.SetAttributes(attribute.String("aparte.code", string(refusal.Code)))
	case err != nil && !errors.Is(err, dm.ErrUnclassified):
		span.SetStatus(codes.Error, "")
	}
	span.End()
}
