package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"text/tabwriter"
	"time"

	"github.com/aparte-im/aparte/store"
)

const (
	// maxSkew is the largest difference of clocks before tokens and declines end at the wrong time.
	maxSkew       = 2 * time.Second
	doctorTimeout = 20 * time.Second
)

// doctorCommand checks a database.
type doctorCommand struct {
	Target targetSettings `embed:""`
	Proxy  proxyCheck     `embed:""`

	target target
}

// Help is the text of aparte doctor --help.
func (*doctorCommand) Help() string {
	return `Checks that the database can be reached, that its schema is the one this binary needs, that its clock does not differ
from this machine's, that it may be written, and that a proxy before the server is trusted. It changes nothing. Exit code 1 when any check fails.

Examples:

  aparte doctor --database-url postgres://aparte@localhost/aparte
  aparte doctor --data-dir ./data`
}

func (c *doctorCommand) check(s *settings) { c.target = c.Target.target(s) }

// Run prints the findings of the checks.
func (c *doctorCommand) Run(a *app) error {
	ctx, cancel := context.WithTimeout(a.ctx, doctorTimeout)
	defer cancel()
	return examine(ctx, a.stdout, c.target, c.Proxy)
}

// finding is the result of one check: a remark or an error. skipped: an earlier failure left
// nothing to check.
type finding struct {
	check, remark string
	err           error
	skipped       bool
}

// proxyCheck has the settings of serve that say whether a proxy stands before it.
type proxyCheck struct {
	BehindTLS      bool           `name:"behind-tls" help:"As of serve: a proxy ends TLS. Then the check of proxies wants --trusted-proxies."`
	TrustedProxies []netip.Prefix `placeholder:"NETWORK" help:"As of serve: networks of the proxies before the server."`
}

// finding fails where a proxy is expected and none is trusted.
func (c proxyCheck) finding() finding {
	f := finding{check: "proxies", remark: "none expected"}
	switch {
	case len(c.TrustedProxies) > 0:
		f.remark = fmt.Sprintf("%d networks are trusted", len(c.TrustedProxies))
	case c.BehindTLS:
		f.err = errUntrustedProxy
	}
	return f
}

var errUntrustedProxy = errors.New("a proxy ends TLS (--behind-tls) and no proxy is trusted, so no limit by address is applied; " +
	"name its network in --trusted-proxies")

func examine(ctx context.Context, out io.Writer, t target, proxy proxyCheck) error {
	findings := append(diagnose(ctx, t), proxy.finding())
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	failed := 0
	for _, f := range findings {
		result, remark := "ok", f.remark
		switch {
		case f.skipped:
			result = "skipped"
		case f.err != nil:
			result, remark = "FAIL", f.err.Error()
			failed++
		}
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\n", f.check, result, remark)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if failed > 0 {
		return reportedError{fmt.Errorf("%d checks failed", failed)}
	}
	return nil
}

func diagnose(ctx context.Context, t target) []finding {
	var findings []finding
	if t.dir != "" {
		findings = append(findings, checkDirectory(t.dir))
		if err := t.dir.mustExist(); err != nil {
			// Nothing else is looked at: opening the database would make it.
			return append(findings, finding{check: "database", err: err}, finding{check: "schema", skipped: true},
				finding{check: "clock", skipped: true}, finding{check: "write", skipped: true})
		}
	}
	version, err := store.Version(ctx, t.config())
	findings = append(findings, finding{check: "database", remark: "answers: " + t.String(), err: err})
	schema := finding{check: "schema", skipped: err != nil, remark: fmt.Sprintf("version %d", version.Current)}
	if err == nil && version.Current != version.Latest {
		schema.err = &store.SchemaError{SchemaVersion: version}
	}
	findings = append(findings, schema)
	if schema.skipped || schema.err != nil {
		return append(findings, finding{check: "clock", skipped: true}, finding{check: "write", skipped: true})
	}
	db, err := t.open(ctx)
	if err != nil {
		return append(findings, finding{check: "open", err: err})
	}
	findings = append(findings, checkClock(ctx, db.Store),
		finding{check: "write", remark: "allowed on every table", err: db.CheckWrite(ctx)})
	if err := db.Close(); err != nil {
		findings = append(findings, finding{check: "close", err: err})
	}
	return findings
}

func checkClock(ctx context.Context, st *store.Store) finding {
	skew, roundTrip, err := st.Skew(ctx)
	f := finding{check: "clock", err: err, remark: fmt.Sprintf("%s apart, give or take %s",
		skew.Abs().Round(time.Millisecond), (roundTrip / 2).Round(time.Microsecond))}
	if err == nil && skew.Abs() > maxSkew+roundTrip/2 {
		f.err = fmt.Errorf("the clocks are %s apart; at most %s is all right", skew.Abs().Round(time.Millisecond), maxSkew)
	}
	return f
}

// checkDirectory checks that only the owner can read the secret, and that the directory can be
// written.
func checkDirectory(d dataDir) finding {
	f := finding{check: "directory", remark: string(d)}
	if _, f.err = d.secret(); f.err != nil {
		return f
	}
	info, err := os.Stat(d.secretFile())
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		err = fmt.Errorf("%s can be read by others (%v); make it 0600", d.secretFile(), info.Mode().Perm())
	}
	probe, probeErr := os.CreateTemp(string(d), "doctor-*")
	if probeErr == nil {
		probeErr = errors.Join(probe.Close(), os.Remove(probe.Name()))
	}
	f.err = errors.Join(err, probeErr)
	return f
}
