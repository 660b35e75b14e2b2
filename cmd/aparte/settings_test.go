package main

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aparte-im/aparte"
	"github.com/aparte-im/aparte/classify"
	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph"
	"github.com/aparte-im/aparte/graph/auth"
	"github.com/aparte-im/aparte/graph/connlimit"
	"github.com/aparte-im/aparte/graph/limits"
	"github.com/aparte-im/aparte/graph/socket"
	"github.com/aparte-im/aparte/graph/transport"
)

// serveSettings reads the settings of serve.
func serveSettings(t *testing.T, environment map[string]string, args ...string) (serveCommand, *settings, error) {
	t.Helper()
	s, err := newCommands(&app{getenv: func(name string) string { return environment[name] }})
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.parse(append([]string{"serve", "--database-url", "postgres://a/b", "--jwt-secret-file", secretFile(t, testSecret)}, args...))
	if err != nil {
		return serveCommand{}, s, err
	}
	return c.Selected().Target.Interface().(serveCommand), s, nil
}

// The defaults that the tags repeat are those of the packages that own them.
func TestDefaultsAreThoseOfThePackages(t *testing.T) {
	c, _, err := serveSettings(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	sockets := socket.DefaultLimits()
	sockets.Workers = 0 // which stands for the default
	for name, pair := range map[string][2]any{
		"rules":       {dm.Rules(c.Service.Rules), dm.DefaultRules()},
		"limits":      {limits.Request(c.Service.Limits), limits.DefaultRequest()},
		"sockets":     {socket.Limits(c.Service.Connections.Sockets), sockets},
		"user":        {c.Service.Connections.PerUser, connlimit.PerUser},
		"address":     {c.Service.Connections.PerAddress, connlimit.PerAddress},
		"keep-alive":  {c.Service.Connections.StreamKeepAlive, transport.DefaultKeepAlive},
		"write wait":  {c.Service.Connections.StreamWriteWait, transport.DefaultWriteWait},
		"revocation":  {c.Service.Connections.RevocationPoll, auth.DefaultRevocationPoll},
		"leeway":      {c.Identity.Leeway, auth.DefaultLeeway},
		"admin":       {c.Identity.AdminScope, auth.ScopeAdmin},
		"moderator":   {c.Identity.ModeratorScope, auth.ScopeModerator},
		"retention":   {aparte.Retention(c.Service.Retention), aparte.DefaultRetention()},
		"rates":       {*c.Rates.rates(), aparte.DefaultRates()},
		"timeout":     {c.Service.Classifier.Timeout, classify.DefaultTimeout},
		"classifiers": {c.Service.Classifier.Limit, classify.DefaultLimit},
	} {
		if !reflect.DeepEqual(pair[0], pair[1]) {
			t.Errorf("%s: the flags have %+v, the package has %+v", name, pair[0], pair[1])
		}
	}
	if _, _, err := serveSettings(t, nil, "--outreach-per-day", strconv.Itoa(dm.MaxOutreach), "--max-page", strconv.Itoa(dm.MaxPage)); err != nil {
		t.Error(err)
	}
	for _, args := range [][]string{
		{"--outreach-per-day", strconv.Itoa(dm.MaxOutreach + 1)}, {"--max-page", strconv.Itoa(dm.MaxPage + 1)},
	} {
		if _, _, err := serveSettings(t, nil, args...); err == nil {
			t.Errorf("%v is accepted", args)
		}
	}
}

// filled fails for each field that has not changed.
func filled(t *testing.T, name string, was, is reflect.Value) {
	t.Helper()
	for i := range is.NumField() {
		if is.Field(i).Equal(was.Field(i)) {
			t.Errorf("no flag sets %s.%s", name, is.Type().Field(i).Name)
		}
	}
}

// Every limit has a flag that sets the field it names.
func TestEveryLimitHasAFlag(t *testing.T) {
	before, s, err := serveSettings(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	var args []string
	for i, flag := range serveFlags(s.parser) {
		value := strconv.Itoa(50 + i)
		switch {
		case groupOf(flag) != "Bounds of a request" && groupOf(flag) != "Sockets and event streams", flag.Name == "trusted-documents":
			continue
		case flag.Target.Type() == reflect.TypeFor[time.Duration]():
			value += "s"
		case flag.Name == "socket-message-bytes":
			value = "1000" // more than a greeting
		case flag.Name == "max-page":
			value = "7" // at most 100
		}
		args = append(args, "--"+flag.Name, value)
	}
	after, _, err := serveSettings(t, nil, args...)
	if err != nil {
		t.Fatal(err)
	}
	filled(t, "Limits", reflect.ValueOf(before.Service.Limits), reflect.ValueOf(after.Service.Limits))
	filled(t, "Sockets", reflect.ValueOf(before.Service.Connections.Sockets), reflect.ValueOf(after.Service.Connections.Sockets))
	filled(t, "Connections", reflect.ValueOf(before.Service.Connections), reflect.ValueOf(after.Service.Connections))
	// Fields that are no limit are listed, so that a new field has to be thought of.
	others := []string{
		"Service", "Verify", "VerifyAsks", "CreateUsers", "Introspection", "Documents", "Origins", "LoopbackOrigins", "Proxies", "Exports",
		"Observer", "Tracing", "Access", "Logger", "Clock", "MountPath",
	}
	limits := []string{"Limits", "KeepAlive", "WriteWait", "Sockets", "ConnectionLimits", "RevocationPoll", "Rates", "Timeouts"}
	for f := range reflect.TypeFor[graph.Config]().Fields() {
		if !slices.Contains(others, f.Name) && !slices.Contains(limits, f.Name) {
			t.Errorf("graph.Config.%s: is it a limit? Then it needs a flag", f.Name)
		}
	}
}

// A flag takes precedence over the environment, that over the configuration file, and that over the
// default.
func TestPrecedenceOfSettings(t *testing.T) {
	file := filepath.Join(t.TempDir(), "aparte.yaml")
	text := "request-limit: 7\nshared-friends: 8\nreport-limit: 9\ndecline-for: 48h\nplayground: true\n" +
		"allowed-origins: [https://a.example, https://b.example]\ntrusted-proxies: 10.0.0.0/8\nconcurrency: 3\njwt-scope:\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	variables := map[string]string{"APARTE_CONFIG": file, "APARTE_SHARED_FRIENDS": "18", "APARTE_REPORT_LIMIT": "19"}
	c, _, err := serveSettings(t, variables, "--report-limit", "29")
	if err != nil {
		t.Fatal(err)
	}
	rules := dm.DefaultRules()
	rules.RequestLimit, rules.SharedFriends, rules.ReportLimit, rules.DeclineFor = 7, 18, 29, 48*time.Hour
	if dm.Rules(c.Service.Rules) != rules {
		t.Errorf("the rules are %+v", c.Service.Rules)
	}
	if !c.Playground || !slices.Equal(c.Service.AllowedOrigins, list{"https://a.example", "https://b.example"}) || len(c.Rates.TrustedProxies) != 1 {
		t.Errorf("the settings are %+v", c)
	}
	if c, _, err = serveSettings(t, map[string]string{"APARTE_CONFIG": "/nonexistent"}, "--config", file); err != nil || c.Service.Rules.SharedFriends != 8 {
		t.Errorf("with the file on the command line: %+v, %v", c.Service.Rules, err)
	}
}

// An error of the configuration file names the file, the line, the setting and the value.
func TestConfigFilesThatAreWrong(t *testing.T) {
	for text, want := range map[string]string{
		"request-limit: many\n":                  `:1: request-limit: "many" is not a whole number`,
		"\nrequest-limit: 0\n":                   ":2: request-limit: 0 is less than 1",
		"no-such-setting: 1\n":                   ":1: no-such-setting: no command has this setting",
		"config: other.yaml\n":                   ":1: config: no command has this setting",
		"log-level: {a: b}\n":                    ":1: log-level: the value is neither plain nor a list",
		"request-limit: 1\nrequest-limit: 2\n":   "already defined",
		"- request-limit\n":                      "--config: ",
		"default-audience: ALL\n":                `:1: default-audience: "ALL" is not an audience`,
		"trusted-proxies: [10.0.0.0/8, proxy]\n": `"proxy" is not a network`,
	} {
		file := filepath.Join(t.TempDir(), "aparte.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := serveSettings(t, nil, "--config", file); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), file) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, _, err := serveSettings(t, nil, "--config", "/nonexistent.yaml"); err == nil || !strings.Contains(err.Error(), "--config: open /nonexistent.yaml") {
		t.Errorf("no file: %v", err)
	}
}

// The tables of settings in the guide are those of the binary.
func TestTheReferenceIsGenerated(t *testing.T) {
	_, s, err := serveSettings(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	guide, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(guide), referenceBegin)
	tables, _, _ := strings.Cut(rest, referenceEnd)
	if tables != reference(s.parser) {
		t.Error("the tables of docs/operations.md are not those of the binary; run go generate ./cmd/aparte")
	}
	if n := strings.Count(tables, "\n| `--"); n < 90 {
		t.Errorf("the tables name %d flags", n)
	}
	for _, flag := range serveFlags(s.parser) {
		if flag.Help == "" || !strings.HasSuffix(flag.Help, ".") {
			t.Errorf("the help of --%s is no sentence: %q", flag.Name, flag.Help)
		}
	}
}
