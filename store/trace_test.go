package store_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/internal/testdb"
	"github.com/aparte-im/aparte/live"
	"github.com/aparte-im/aparte/store"
)

// Whichever sends share a transaction: each one's span leads to the span of its batch and back, and
// every statement stands in a batch or in a call.
func TestSendsAreLinkedWithTheirBatches(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		memory := tracetest.NewInMemoryExporter()
		provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(memory))
		s, err := store.Open(t.Context(), store.Config{URL: url, Rules: dm.DefaultRules(), Tracing: provider})
		if err != nil {
			t.Fatal(err)
		}
		service := dm.New(dm.Config{Store: store.Traced(s), Bus: live.NewHub()})
		var in []dm.UserInput
		for i := range 20 {
			in = append(in, dm.UserInput{ExternalID: fmt.Sprint(i), Handle: fmt.Sprintf("handle%d", i), DisplayName: "Nobody"})
		}
		users, err := service.UpsertUsers(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(memory.GetSpans()); n > 0 {
			t.Fatalf("%d spans below none", n)
		}
		for _, u := range users {
			if _, err := service.SetWhoCanMessageMe(t.Context(), u.ID, policy.Everyone, nil); err != nil {
				t.Fatal(err)
			}
		}
		var senders sync.WaitGroup
		for i := range 10 {
			senders.Go(func() {
				for n := range 5 {
					ctx, span := provider.Tracer("test").Start(context.Background(), "request")
					_, err := service.Send(ctx, users[i].ID, dm.SendInput{To: users[i+10].ID, Body: "theirwords", ClientMessageID: fmt.Sprint(n)})
					span.End()
					if err != nil && dm.CodeOf(err) != dm.CodeMessageNotAllowed {
						t.Error(err)
					}
				}
			})
		}
		senders.Wait()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}

		spans := map[string]tracetest.SpanStub{}
		for _, span := range memory.GetSpans() {
			spans[span.SpanContext.SpanID().String()] = span
		}
		sends, batches := 0, 0
		for _, span := range spans {
			parent := spans[span.Parent.SpanID().String()]
			switch span.Name {
			case "request":
			case "store.Append":
				sends++
				if len(span.Links) == 0 {
					t.Error("a send has no link")
				}
				for _, to := range span.Links { // of two the first is its own try
					batch := spans[to.SpanContext.SpanID().String()]
					if batch.Name != "store.batch" || !slices.ContainsFunc(batch.Links, func(l sdktrace.Link) bool {
						return l.SpanContext.Equal(span.SpanContext)
					}) {
						t.Errorf("a send is linked with %q, which has the links %v", batch.Name, batch.Links)
					}
				}
			case "store.batch":
				batches++
				if parent.Name != "store.Append" {
					t.Errorf("a batch stands below %q", parent.Name)
				}
			default:
				if parent.Name != "store.batch" {
					t.Errorf("%q stands below %q", span.Name, parent.Name)
				}
			}
			if text := fmt.Sprint(span.Name, span.Attributes, span.Events); strings.Contains(text, "theirwords") || strings.Contains(text, "handle") {
				t.Errorf("a span tells %s", text)
			}
		}
		if sends != 50 || batches == 0 || batches > 100 {
			t.Errorf("%d sends in %d batches", sends, batches)
		}
	})
}
