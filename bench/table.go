package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
)

// printTable prints all rows with their ratios to the baselines of the same run.
func printTable(results []result) {
	rates := map[string]float64{}
	for _, r := range results {
		rates[r.Name] = r.Rate
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "row\tsends/s\tp50 ms\tp99 ms\tCPU µs server\tCPU µs db\tfsyncs\tWAL bytes\tallocs\trefused\t"+
		"x floor\tx function\tx naive\t")
	for _, r := range results {
		fmt.Fprintf(w, "%s\t%.0f\t%.2f\t%.2f\t%.0f\t%.0f\t%.3f\t%.0f\t%.0f\t%.2f\t%s\t%s\t%s\t\n", r.Name, r.Rate, r.P50, r.P99,
			r.CPUServer, r.CPUDB, r.Fsyncs, r.WAL, r.Allocs, r.Refused,
			ratio(r.Rate, rates["floor"]), ratio(r.Rate, rates["function"]), ratio(r.Rate, rates["naive"]))
	}
	_ = w.Flush()
	printChecks(results)
}

func ratio(a, b float64) string {
	if b == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", a/b)
}

// printChecks sets the figures against what the project promises of them.
func printChecks(results []result) {
	by := map[string]result{}
	for _, r := range results {
		by[r.Name] = r
	}
	check := func(what string, got, limit float64, atLeast bool, needs ...string) {
		for _, n := range needs {
			if by[n].Rate == 0 {
				return
			}
		}
		printCheck(what, got, limit, atLeast)
	}
	fmt.Println()
	s := by["store 256"]
	check("store 256 / floor", s.Rate/by["floor"].Rate, 0.5, true, "store 256", "floor")
	check("store 256 / function", s.Rate/by["function"].Rate, 2.5, true, "store 256", "function")
	check("store 256 / naive", s.Rate/by["naive"].Rate, 5, true, "store 256", "naive")
	check("p50 of a lone sender, store / function", by["store 1"].P50/by["function 1"].P50, 1.3, false, "store 1", "function 1")
	api := by["api 256"]
	check("CPU of a send, API / store (256)", (api.CPUServer+api.CPUDB)/(s.CPUServer+s.CPUDB), 1.8, false, "api 256", "store 256")
	if s.Rate > 0 {
		printCheck("share of Decide in the CPU of a send (256)", decideMicros()/(s.CPUServer+s.CPUDB), 0.05, false)
		printCheck("1,000 hidden words in 1,000 characters, µs", hiddenWordsMicros(), 50, false)
	}
}

func printCheck(what string, got, limit float64, atLeast bool) {
	sign, ok := "at most", got <= limit
	if atLeast {
		sign, ok = "at least", got >= limit
	}
	verdict := "missed"
	if ok {
		verdict = "kept"
	}
	fmt.Printf("%-62s %6.2f, %s %.2f: %s\n", what, got, sign, limit, verdict)
}

func field(text, name string) string {
	for line := range strings.Lines(text) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func itoa(n int) string { return strconv.Itoa(n) }
