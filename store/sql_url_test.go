package store

import (
	"strconv"
	"strings"
	"testing"
)

// A URL is read as libpq reads it.
func TestParseURL(t *testing.T) {
	for _, c := range []struct{ name, url, user, password, host, port, database, sslmode string }{
		{"README's form", "postgres://aparte@localhost/aparte", "aparte", "", "localhost", "", "aparte", "prefer"},
		{"newline", "postgres://a@h/d\r\n", "a", "", "h", "", "d", "prefer"},
		{"Neon", "postgresql://a:b@h/d?sslmode=require&channel_binding=prefer", "a", "b", "h", "", "d", "require"},
		{"GSSAPI", "postgres://a@h/d?sslmode=disable&gssencmode=disable", "a", "", "h", "", "d", "disable"},
		{"keep-alive", "postgres://a@h/d?sslmode=disable&keepalives=1&keepalives_idle=30", "a", "", "h", "", "d", "disable"},
		{"#", "postgres://a:p#w?x@h/d", "a", "p#w?x", "h", "", "d", "prefer"},
		{"escaped", "postgres://a:%25%40%23%2F%27%5C@h/d%20e", "a", `%@#/'\`, "h", "", "d e", "prefer"},
		{"two hosts", "postgres://a@h1:1,h2:2/d", "a", "", "h1,h2", "1,2", "d", "prefer"},
		{"one port", "postgres://a@h1,h2:2/d", "a", "", "h1,h2", "5432,2", "d", "prefer"},
		{"IPv6", "postgres://a@[::1]:5433/d", "a", "", "::1", "5433", "d", "prefer"},
		{"socket", "postgres:///d?host=/var/run/postgresql&user=a", "a", "", "/var/run/postgresql", "", "d", "disable"},
	} {
		a, err := parseURL(c.url)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		hosts, ports := []string{a.config.Host}, []string{}
		if c.port != "" {
			ports = append(ports, strconv.Itoa(int(a.config.Port)))
		}
		for _, m := range a.config.Multi {
			hosts, ports = append(hosts, m.Host), append(ports, strconv.Itoa(int(m.Port)))
		}
		got := []string{a.config.User, a.config.Password, strings.Join(hosts, ","), strings.Join(ports, ","), a.config.Database, string(a.config.SSLMode)}
		want := []string{c.user, c.password, c.host, c.port, c.database, c.sslmode}
		if strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("%s: %q, want %q", c.name, got, want)
		}
	}
}

// An error says what to write, and neither it nor a description holds a part of a password.
func TestAWrongURLIsExplained(t *testing.T) {
	for url, want := range map[string]string{
		"mysql://root:hunter2@b/c":                             "must start with postgres://",
		"hunter2":                                              "must start with postgres://",
		"postgres://a:hunter2%zz@h/d":                          "%25",
		"postgres://a:hunter2%@h/d":                            "%25",
		"postgres://a:hun@ter2@h/d":                            "%40",
		"postgres://a:hunter2/x@h/d":                           "%2F",
		"postgres://a:hunter2@h:port/d":                        "65535",
		"postgres://a:hunter2@h:99999/d":                       "65535",
		"postgres://a:hunter2@h/d?sslmode=of":                  "sslmode",
		"postgres://a:hunter2@h/d?search_path=x":               "options=",
		"postgres://a:hunter2@h/d?binary_parameters=yes":       "libpq does not know",
		"postgres://a:hunter2@h/d?channel_binding=require":     "sslmode=verify-full",
		"postgres://a:hunter2@h/d?gssencmode=require":          "sslmode",
		"postgres://a:hunter2@h/d?keepalives_idle=soon":        "whole number",
		"postgres://a:hunter2@h/d?sslmode":                     "name=value",
		"postgres://a:hunter2@h/d?connect_timeout=x":           "connect_timeout",
		"postgres://a:hunter2@h/d?target_session_attrs=reader": "target_session_attrs",
		"sqlite:": "needs a path",
	} {
		err := CheckURL(url)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", url, err, want)
		}
		for _, secret := range []string{"hunter", "hun", "ter2"} {
			if err != nil && strings.Contains(err.Error(), secret) || strings.Contains(DescribeURL(url), secret) {
				t.Errorf("%s: a secret is in %v or %q", url, err, DescribeURL(url))
			}
		}
	}
	if got := DescribeURL("postgres://a:12#x@h:5/d?sslmode=disable"); got != "postgres://a@h:5/d" {
		t.Errorf("the URL is described as %s", got)
	}
}
