package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	_ "github.com/lib/pq"
)

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if len(os.Args) > 1 && os.Args[1] == serveCommand {
		return serveAPI(ctx, os.Args[2])
	}
	if len(os.Args) > 3 && os.Args[1] == liveCommand {
		return serveLive(ctx, os.Args[2], os.Args[3])
	}
	o := options{live: defaultLiveSizes()}
	flag.DurationVar(&o.length, "length", 10*time.Second, "how long each row is measured")
	flag.IntVar(&o.rounds, "rounds", comparedRounds, "how often rows that are compared are measured")
	flag.IntVar(&o.users, "users", 100_000, "people in the database")
	flag.IntVar(&o.pairs, "pairs", 200_000, "pairs who talk")
	flag.Uint64Var(&o.seed, "seed", 1, "fixes who writes to whom")
	only := flag.String("rows", "", "comma-separated names of rows; empty: all")
	flag.StringVar(&o.trial, "sql", "", "run on each row's Postgres database before it is measured, to try a setting")
	flag.StringVar(&o.out, "out", "bench/out/latest.json", "where the figures go")
	scale := flag.Int("scale", 0, "measure reads at so many messages and at a hundredth of them, and nothing else")
	live := flag.Bool("live", false, "measure subscriptions only, idle and delivered to, and hold 50,000 for a minute")
	flag.Parse()
	if *scale > 0 {
		if err := o.measureScale(ctx, *scale); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			return 1
		}
		return 0
	}
	if *only != "" {
		o.only = strings.Split(*only, ",")
	}
	if *live {
		if err := o.measureLive(ctx); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			return 1
		}
		return 0
	}
	if err := o.measure(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		return 1
	}
	return 0
}

type options struct {
	length       time.Duration
	rounds       int // of the rows that are compared
	users, pairs int
	seed         uint64
	only         []string
	out          string
	trial        string
	live         liveSizes
}

func (o options) wants(name string) bool { return len(o.only) == 0 || slices.Contains(o.only, name) }

// measure runs the rows and prints them as they come; the ratios need all of them and come at the
// end.
func (o options) measure(ctx context.Context) error {
	debug.SetGCPercent(400) // as the product does
	fmt.Println(machine())
	fmt.Printf("%d people, %d pairs, %v a row, seed %d\n\n", o.users, o.pairs, o.length, o.seed)
	p := newPopulation(o)
	var results []result
	add := func(r result, err error) error {
		if err != nil {
			return fmt.Errorf("%s: %w", r.Name, err)
		}
		fmt.Fprintf(os.Stderr, "%-22s %8.0f sends/s  p50 %.2f ms  p99 %.2f ms\n", r.Name, r.Rate, r.P50, r.P99)
		results = append(results, r)
		return nil
	}
	if err := o.measurePostgres(ctx, p, add); err != nil {
		return err
	}
	if err := o.measureSQLite(ctx, p, add); err != nil {
		return err
	}
	// An earlier measurement must not affect the next: each live row has a server of
	// its own.
	subscriptions, err := o.liveRows(ctx)
	if err != nil {
		return err
	}
	printTable(results)
	subscriptions.print()
	all := make([]any, 0, len(results)+len(subscriptions.all))
	for _, r := range results {
		all = append(all, r)
	}
	for _, r := range subscriptions.all {
		all = append(all, r)
	}
	return writeJSON(o.out, all)
}
