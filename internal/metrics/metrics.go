package metrics

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/aparte-im/aparte/graph"
	"github.com/aparte-im/aparte/graph/access"
	"github.com/aparte-im/aparte/graph/socket"
	"github.com/aparte-im/aparte/live"
	"github.com/aparte-im/aparte/store"
)

// Metrics are the metrics of one server. Labels come from the schema and from tables of ours, never
// from a client.
type Metrics struct {
	registry                          prometheus.Registerer
	operations, sent, throttled, ends *prometheus.CounterVec
	requests, retried                 *prometheus.CounterVec
	took                              *prometheus.HistogramVec
	lag, batchSends, batchTook        prometheus.Histogram
}

// seconds are the buckets of times, from a single statement to a timeout.
var seconds = []float64{.0005, .001, .002, .005, .01, .02, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

// New registers the metrics that are counted. It returns an error when the registry has one of them
// already.
func New(registry prometheus.Registerer) (*Metrics, error) {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	m := &Metrics{
		registry:   registry,
		requests:   counter("aparte_requests_total", "Requests that were answered, by route and status; a socket's handshake has 101.", "route", "status"),
		operations: counter("aparte_operations_total", "Operations by kind, field of the schema, and code of the first error (ok: none).", "kind", "operation", "code"),
		sent:       counter("aparte_sends_total", "Sends by verdict: sent, again, a denial or a code.", "verdict"),
		throttled:  counter("aparte_rate_limited_total", "Calls over a budget, by class.", "class"),
		ends:       counter("aparte_streams_ended_total", "Event streams by why they ended.", "reason"),
		retried:    counter("aparte_transaction_retries_total", "Transactions that were tried again, by why: conflict or lost.", "reason"),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "aparte_operation_seconds", Help: "Time of queries and mutations, and of the begin of subscriptions.", Buckets: seconds,
		}, []string{"kind"}),
		lag: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "aparte_delivery_lag_seconds", Help: "Time from the change of an event to where its transport takes it.", Buckets: seconds,
		}),
		batchSends: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "aparte_batch_sends", Help: "Sends in a transaction.", Buckets: []float64{1, 2, 4, 8, 16, 32, 64},
		}),
		batchTook: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "aparte_batch_seconds", Help: "Time of a transaction of sends, with its commit and its retries.", Buckets: seconds,
		}),
	}
	return m, m.register(m.requests, m.operations, m.sent, m.throttled, m.ends, m.retried, m.took, m.lag, m.batchSends, m.batchTook)
}

func (m *Metrics) register(collectors ...prometheus.Collector) error {
	var errs []error
	for _, c := range collectors {
		errs = append(errs, m.registry.Register(c))
	}
	return errors.Join(errs...)
}

// Graph returns the observer of package graph.
func (m *Metrics) Graph() graph.Observer {
	return graph.Observer{
		Operation: func(kind, name, code string, took time.Duration) {
			if code == "" {
				code = "ok"
			}
			m.operations.WithLabelValues(kind, name, code).Inc()
			m.took.WithLabelValues(kind).Observe(took.Seconds())
		},
		Sent:        func(verdict string) { m.sent.WithLabelValues(verdict).Inc() },
		Delivered:   func(lag time.Duration) { m.lag.Observe(lag.Seconds()) },
		Throttled:   func(class string) { m.throttled.WithLabelValues(class).Inc() },
		StreamEnded: func(reason string) { m.ends.WithLabelValues(reason).Inc() },
	}
}

// Store returns the observer of package store.
func (m *Metrics) Store() store.Observer {
	return store.Observer{
		Batch: func(sends int, took time.Duration) {
			m.batchSends.Observe(float64(sends))
			m.batchTook.Observe(took.Seconds())
		},
		Retried: func(lost bool) {
			reason := "conflict"
			if lost {
				reason = "lost"
			}
			m.retried.WithLabelValues(reason).Inc()
		},
	}
}

// Watch registers the metrics that are read from the parts of a server at each scrape.
func (m *Metrics) Watch(st *store.Store, api *graph.Server, hub *live.Hub) error {
	var errs []error
	gauge := func(name, help string, value func() float64) {
		errs = append(errs, m.register(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value)))
	}
	count := func(name, help string, value func() float64) {
		errs = append(errs, m.register(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, value)))
	}
	gauge("aparte_queue_sends", "Sends that wait for a writer.", func() float64 { return float64(st.Stats().Waiting) })
	gauge("aparte_subscriptions", "Subscriptions that are followed, over sockets and streams.", func() float64 { return float64(hub.Subscriptions()) })
	gauge("aparte_sockets", "Open WebSockets.", func() float64 { return float64(api.Sockets().Connections) })
	gauge("aparte_streams", "Open event streams.", func() float64 { return float64(api.Streams()) })
	count("aparte_sockets_refused_total", "WebSockets that were turned away for a limit or for what they showed.", func() float64 { return float64(api.Sockets().Refused) })
	for reason := range socket.CutReasons {
		errs = append(errs, m.register(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "aparte_sockets_cut_total", Help: "WebSockets that had stopped to read or to answer, by why.",
			ConstLabels: prometheus.Labels{"reason": reason.String()},
		}, func() float64 { return float64(api.Sockets().Cut[reason]) })))
	}
	gauge("aparte_database_write_connections", "Connections that are in use for changes.", func() float64 { return float64(st.Stats().Write.InUse) })
	gauge("aparte_database_read_connections", "Connections that are in use for reads.", func() float64 { return float64(st.Stats().Read.InUse) })
	count("aparte_database_read_wait_seconds_total", "Time that reads have waited for a connection.", func() float64 { return st.Stats().Read.WaitDuration.Seconds() })
	return errors.Join(errs...)
}

// Count counts the responses of next, also when it panics. On a nil Metrics it returns next.
func (m *Metrics) Count(next http.Handler) http.Handler {
	if m == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := access.Count(w)
		defer func() { m.requests.WithLabelValues(r.Pattern, strconv.Itoa(answer.Answered())).Inc() }()
		next.ServeHTTP(answer, r)
	})
}
