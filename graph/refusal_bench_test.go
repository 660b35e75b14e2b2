package graph_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aparte-im/aparte/graph"
	"github.com/aparte-im/aparte/graph/rates"
)

// newDocument returns an operation of almost the largest size that is parsed, with a text that no
// request has had before.
func newDocument(n int) string {
	return fmt.Sprintf("query q%d { me {", n) + strings.Repeat(" id handle displayName", 190) + " } }"
}

// BenchmarkRefusal prints the CPU time of one refused request.
func BenchmarkRefusal(b *testing.B) {
	w := newWorld(b, setup{config: func(c *graph.Config) {
		var budgets rates.Config
		budgets.User[rates.Reads], budgets.User[rates.Changes], budgets.User[rates.Sends] = slowly(1), slowly(1), slowly(1)
		c.Rates = rates.New(budgets)
	}})
	strict := newWorld(b, setup{config: func(c *graph.Config) {
		var budgets rates.Config
		budgets.Address[rates.Refusals] = slowly(1)
		c.Rates = rates.New(budgets)
	}})
	request := func(w *world, token, query string) int {
		r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(mustJSON(vars{"query": query})))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+token)
		answer := httptest.NewRecorder()
		w.graph.ServeHTTP(answer, r)
		return answer.Code
	}
	alice := sign(b, "x-alice")
	request(w, alice, me)
	request(strict, "nonsense", me)
	for _, c := range []struct {
		name string
		one  func(n int) int
	}{
		{"known document", func(int) int { return request(w, alice, me) }},
		{"new document", func(n int) int { return request(w, alice, newDocument(n)) }},
		{"bad token", func(n int) int { return request(strict, fmt.Sprint("nonsense", n), me) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			began := cpu(b)
			for n := range b.N {
				if status := c.one(n); status != http.StatusTooManyRequests {
					b.Fatal(status)
				}
			}
			b.ReportMetric(float64((cpu(b)-began).Microseconds())/float64(b.N), "cpu-µs/refusal")
		})
	}
}

// BenchmarkBystander prints the median time of a read while another user, without any budget
// left, sends 150 new documents a second.
func BenchmarkBystander(b *testing.B) {
	w := newWorld(b, setup{config: func(c *graph.Config) {
		var budgets rates.Config
		budgets.User[rates.Reads] = slowly(b.N + 10)
		c.Rates = rates.New(budgets)
	}})
	attacker := sign(b, "x-alice")
	post := func(token, query string) {
		r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(mustJSON(vars{"query": query})))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+token)
		w.graph.ServeHTTP(httptest.NewRecorder(), r)
	}
	for range b.N + 10 {
		post(attacker, me)
	}
	var stop atomic.Bool
	var group sync.WaitGroup
	var sent atomic.Int64
	attack := time.NewTicker(time.Second / 150)
	defer attack.Stop()
	group.Go(func() {
		for range attack.C {
			if stop.Load() {
				return
			}
			group.Go(func() { post(attacker, newDocument(int(sent.Add(1)))) })
		}
	})
	bystander := sign(b, "x-bob")
	pause := time.NewTicker(5 * time.Millisecond)
	defer pause.Stop()
	var times []time.Duration
	b.ResetTimer()
	for range b.N {
		due := <-pause.C
		post(bystander, me)
		times = append(times, time.Since(due))
	}
	b.StopTimer()
	stop.Store(true)
	group.Wait()
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(times[len(times)*9/10].Microseconds()), "p90-µs")
	b.ReportMetric(float64(sent.Load()), "attacks")
}
