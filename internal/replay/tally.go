package replay

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// tally is one worker's count; only that worker touches it while it runs.
type tally struct {
	inbox, requests, repeats int64
	refused, failed          map[string]int64
	latency                  *hdrhistogram.Histogram
}

// Latencies are kept in microseconds, from one to ten minutes, to three digits.
const maxLatency = 10 * time.Minute

func newTally() *tally {
	return &tally{
		refused: map[string]int64{}, failed: map[string]int64{},
		latency: hdrhistogram.New(1, maxLatency.Microseconds(), 3),
	}
}

func (t *tally) took(d time.Duration) {
	_ = t.latency.RecordValue(min(max(d, time.Microsecond), maxLatency).Microseconds())
}

// Result is what became of the rows.
type Result struct {
	// Run is the name of this run: its people have external ids that start with load-<Run>-.
	Run    string `json:"run"`
	People int64  `json:"people"`
	Rows   int64  `json:"rows"`
	// Inbox and Requests count where messages landed, Refused the denials by code.
	Inbox    int64            `json:"inbox"`
	Requests int64            `json:"requests"`
	Refused  map[string]int64 `json:"refused"`
	// Failed counts the answers that a correct replay never gets, by code.
	Failed map[string]int64 `json:"failed"`
	// Retries counts the requests that were repeated.
	Retries int64         `json:"retries"`
	Elapsed time.Duration `json:"-"`
	Latency Latency       `json:"latencyMs"`
	// Seconds and Rate (rows a second) repeat Elapsed for readers of the JSON.
	Seconds float64 `json:"seconds"`
	Rate    float64 `json:"rate"`
}

// Latency of one send, from its first try to its answer, in milliseconds.
type Latency struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

func (r *Result) sum(tallies []*tally) {
	r.Refused, r.Failed = map[string]int64{}, map[string]int64{}
	all := newTally()
	for _, t := range tallies {
		r.Inbox += t.inbox
		r.Requests += t.requests
		r.Retries += t.repeats
		for code, n := range t.refused {
			r.Refused[code] += n
			r.Rows += n
		}
		for code, n := range t.failed {
			r.Failed[code] += n
			r.Rows += n
		}
		all.latency.Merge(t.latency)
	}
	r.Rows += r.Inbox + r.Requests
	ms := func(micros int64) float64 { return float64(micros) / 1000 }
	r.Latency = Latency{
		P50: ms(all.latency.ValueAtQuantile(50)), P95: ms(all.latency.ValueAtQuantile(95)),
		P99: ms(all.latency.ValueAtQuantile(99)), Max: ms(all.latency.Max()),
	}
	r.Seconds = r.Elapsed.Seconds()
	if r.Seconds > 0 {
		r.Rate = float64(r.Rows) / r.Seconds
	}
}

// String is the tally for people.
func (r *Result) String() string {
	var b strings.Builder
	share := func(label string, n int64) {
		part := 0.0
		if r.Rows > 0 {
			part = 100 * float64(n) / float64(r.Rows)
		}
		fmt.Fprintf(&b, "%-28s %10d  %5.1f %%\n", label, n, part)
	}
	fmt.Fprintf(&b, "%-28s %10d  by %d people (run %s)\n", "rows", r.Rows, r.People, r.Run)
	share("INBOX", r.Inbox)
	share("REQUESTS", r.Requests)
	var refused int64
	for _, n := range r.Refused {
		refused += n
	}
	share("refused", refused)
	for _, code := range slices.Sorted(maps.Keys(r.Refused)) {
		share("  "+code, r.Refused[code])
	}
	for _, code := range slices.Sorted(maps.Keys(r.Failed)) {
		share("failed "+code, r.Failed[code])
	}
	if r.Retries > 0 {
		fmt.Fprintf(&b, "%-28s %10d\n", "requests repeated", r.Retries)
	}
	fmt.Fprintf(&b, "%-28s %10.1f s, %.0f rows/s\n", "time", r.Seconds, r.Rate)
	fmt.Fprintf(&b, "%-28s p50 %.1f ms, p95 %.1f ms, p99 %.1f ms, max %.1f ms\n", "latency",
		r.Latency.P50, r.Latency.P95, r.Latency.P99, r.Latency.Max)
	return b.String()
}
