package main

import (
	"bufio"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// pgbenchPercentiles reads and removes pgbench's sampled transaction logs: the third field is the
// time in µs.
func pgbenchPercentiles(prefix string) (p50, p99 float64, err error) {
	logs, err := filepath.Glob(prefix + ".*")
	if err != nil {
		return 0, 0, err
	}
	var times []float64
	for _, path := range logs {
		f, err := os.Open(path)
		if err != nil {
			return 0, 0, err
		}
		lines := bufio.NewScanner(f)
		for lines.Scan() {
			fields := strings.Fields(lines.Text())
			if len(fields) < 3 {
				continue
			}
			us, err := strconv.ParseFloat(fields[2], 64)
			if err == nil {
				times = append(times, us/1000)
			}
		}
		err = lines.Err()
		_ = f.Close()
		_ = os.Remove(path)
		if err != nil {
			return 0, 0, err
		}
	}
	if len(times) == 0 {
		return 0, 0, nil
	}
	slices.Sort(times)
	return times[len(times)/2], times[len(times)*99/100], nil
}
