package store

import (
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lib/pq"
)

// errURL is the answer to a database URL of neither form.
var errURL = errors.New("the database URL must start with postgres:// or sqlite:, as postgres://USER:PASSWORD@HOST/DATABASE and sqlite:PATH do")

// address is a database URL in its parts. Its errors never hold a part of a password.
type address struct {
	// sqlite is the path of the file; empty: Postgres.
	sqlite string
	// user, hosts and database describe a Postgres for people.
	user, hosts, database string
	// config is what the driver needs of a Postgres.
	config pq.Config
	// keepAlive is what keepalives and the parameters beside it ask for.
	keepAlive net.KeepAliveConfig
}

// CheckURL returns an error that says what is wrong with a database URL and how to write it. It
// connects to nothing, and its error holds no part of a password.
func CheckURL(url string) error {
	_, err := parseURL(url)
	return err
}

// DescribeURL returns a database URL without its password and its parameters.
func DescribeURL(url string) string {
	a, err := parseURL(url)
	switch {
	case err != nil:
		return "the database"
	case a.sqlite != "":
		return "sqlite:" + a.sqlite
	case a.user != "":
		return "postgres://" + a.user + "@" + a.hosts + "/" + a.database
	}
	return "postgres://" + a.hosts + "/" + a.database
}

// parseURL reads a URL as libpq does: a password may hold # and ?, a list of hosts has a port each,
// and a parameter that libpq does not know is an error.
func parseURL(text string) (address, error) {
	text = strings.TrimSpace(text)
	if path, ok := strings.CutPrefix(text, "sqlite:"); ok {
		if path == "" || strings.ContainsRune(path, 0) {
			return address{}, errors.New("the database URL sqlite:PATH needs a path")
		}
		return address{sqlite: path}, nil
	}
	rest, ok := strings.CutPrefix(text, "postgres://")
	if !ok {
		if rest, ok = strings.CutPrefix(text, "postgresql://"); !ok {
			return address{}, errURL
		}
	}
	settings := map[string]string{}
	rest, err := cutUser(rest, settings)
	if err != nil {
		return address{}, err
	}
	if rest, err = cutHosts(rest, settings); err != nil {
		return address{}, err
	}
	database, query, _ := strings.Cut(rest, "?")
	if settings["dbname"], err = unescape("the name of the database", strings.TrimPrefix(database, "/")); err != nil {
		return address{}, err
	}
	var a address
	if err := a.parameters(query, settings); err != nil {
		return address{}, err
	}
	a.user, a.hosts, a.database = settings["user"], hostsOf(settings), settings["dbname"]
	return a, a.configure(settings)
}

// cutUser cuts USER:PASSWORD@ off, as far as the first @ before a slash.
func cutUser(rest string, settings map[string]string) (string, error) {
	end := strings.IndexAny(rest, "@/")
	if end < 0 || rest[end] != '@' {
		return rest, nil
	}
	user, password, _ := strings.Cut(rest[:end], ":")
	var err error
	if settings["user"], err = unescape("the user", user); err != nil {
		return "", err
	}
	if settings["password"], err = unescape("the password", password); err != nil {
		return "", err
	}
	rest = rest[end+1:]
	// Another @ belongs to the password: a host has none.
	if hosts := strings.IndexAny(rest, "/?"); strings.Contains(rest[:or(hosts, len(rest))], "@") {
		return "", errors.New("the database URL has a second @: write @ in a user or password as %40")
	}
	return rest, nil
}

func or(index, otherwise int) int {
	if index < 0 {
		return otherwise
	}
	return index
}

// cutHosts cuts the list of hosts and ports off.
func cutHosts(rest string, settings map[string]string) (string, error) {
	end := or(strings.IndexAny(rest, "/?"), len(rest))
	list := rest[:end]
	if list == "" {
		return rest[end:], nil
	}
	var hosts, ports []string
	for _, item := range strings.Split(list, ",") {
		host, port := item, ""
		if colon := strings.LastIndexByte(item, ':'); colon >= 0 && colon > strings.LastIndexByte(item, ']') {
			host, port = item[:colon], item[colon+1:]
		}
		// A password whose @ is missing or whose slash is not escaped lies here, so the text is not
		// repeated.
		if n, err := strconv.ParseUint(port, 10, 16); port != "" && (err != nil || n == 0) {
			return "", errors.New("the database URL has a port that is no number from 1 to 65535: " +
				"write /, : and @ in a user or password as %2F, %3A and %40")
		}
		host, err := unescape("the host", strings.TrimSuffix(strings.TrimPrefix(host, "["), "]"))
		if err != nil {
			return "", err
		}
		hosts, ports = append(hosts, host), append(ports, port)
	}
	settings["host"] = strings.Join(hosts, ",")
	if slices.ContainsFunc(ports, func(p string) bool { return p != "" }) {
		for i, p := range ports {
			if p == "" {
				ports[i] = "5432"
			}
		}
		settings["port"] = strings.Join(ports, ",")
	}
	return rest[end:], nil
}

// unescape resolves %XX.
func unescape(part, s string) (string, error) {
	if !strings.Contains(s, "%") {
		return s, nil
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			out = append(out, s[i])
			continue
		}
		n, err := strconv.ParseUint(s[i+1:min(i+3, len(s))], 16, 8)
		if err != nil || n == 0 || i+2 >= len(s) {
			return "", fmt.Errorf("the database URL has a %% in %s that two hexadecimal digits do not follow: write it as %%25", part)
		}
		out = append(out, byte(n))
		i += 2
	}
	return string(out), nil
}

// passedParameters go to the driver; the others that libpq has are answered in parameter.
var passedParameters = []string{
	"host", "port", "dbname", "user", "password", "passfile", "hostaddr", "options", "application_name",
	"fallback_application_name", "sslmode", "sslnegotiation", "sslcert", "sslkey", "sslrootcert", "sslsni",
	"ssl_min_protocol_version", "ssl_max_protocol_version", "krbsrvname", "connect_timeout", "target_session_attrs",
	"load_balance_hosts", "min_protocol_version", "max_protocol_version", "service",
}

func (a *address) parameters(query string, settings map[string]string) error {
	a.keepAlive.Enable = true
	for _, item := range strings.FieldsFunc(query, func(r rune) bool { return r == '&' }) {
		name, value, found := strings.Cut(item, "=")
		name, err := unescape("a parameter", name)
		if err == nil {
			value, err = unescape("the parameter "+name, value)
		}
		if err != nil {
			return err
		}
		if !found {
			return errors.New("the database URL has a parameter without =: write parameters as ?name=value&name=value")
		}
		if slices.Contains(passedParameters, name) {
			settings[name] = value
			continue
		}
		if err := a.parameter(name, value); err != nil {
			return err
		}
	}
	return nil
}

// parameter takes a parameter that the driver does not know.
func (a *address) parameter(name, value string) error {
	seconds := func(set func(time.Duration)) error {
		n, err := strconv.Atoi(value)
		if err != nil {
			return fmt.Errorf("the database URL's parameter %s must be a whole number", name)
		}
		set(time.Duration(n) * time.Second)
		return nil
	}
	only := func(instead string, allowed ...string) error {
		if slices.Contains(allowed, value) {
			return nil
		}
		return fmt.Errorf("the database URL's parameter %s can only be %s here: %s", name, strings.Join(allowed, " or "), instead)
	}
	switch name {
	case "keepalives":
		a.keepAlive.Enable = value != "0"
		return nil
	case "keepalives_idle":
		return seconds(func(d time.Duration) { a.keepAlive.Idle = d })
	case "keepalives_interval":
		return seconds(func(d time.Duration) { a.keepAlive.Interval = d })
	case "keepalives_count":
		return seconds(func(d time.Duration) { a.keepAlive.Count = int(d / time.Second) })
	case "tcp_user_timeout", "sslcompression", "sslcertmode", "gsslib", "client_encoding":
		// The first is covered by the time that a statement may take; the others change nothing: no
		// TLS compression exists, and the client's encoding is always UTF-8.
		return nil
	case "gssencmode":
		return only("use sslmode to encrypt", "disable", "prefer")
	case "channel_binding":
		return only("leave it out and use sslmode=verify-full, which checks who the server is", "disable", "prefer")
	case "gssdelegation":
		return only("leave it out", "0")
	case "requirepeer", "require_auth", "sslcrl", "sslcrldir", "sslpassword", "scram_client_key", "scram_server_key":
		return fmt.Errorf("the database URL's parameter %s is not supported: leave it out", name)
	}
	return fmt.Errorf("the database URL has the parameter %q, which libpq does not know: "+
		"write a setting of the server as options=-c%%20name%%3Dvalue", name)
}

// hostsOf returns the hosts with their ports for people.
func hostsOf(settings map[string]string) string {
	hosts, ports := strings.Split(settings["host"], ","), strings.Split(settings["port"], ",")
	for i := range hosts {
		if port := ports[min(i, len(ports)-1)]; port != "" {
			hosts[i] = net.JoinHostPort(hosts[i], port)
		}
	}
	return strings.Join(hosts, ",")
}

// configure makes the driver's configuration. libpq prefers TLS and goes without where the server
// has none. Among several hosts the one that takes writes is meant.
func (a *address) configure(settings map[string]string) error {
	if settings["sslmode"] == "" && os.Getenv("PGSSLMODE") == "" {
		settings["sslmode"] = string(pq.SSLModePrefer)
	}
	if strings.Contains(settings["host"], ",") && settings["target_session_attrs"] == "" {
		settings["target_session_attrs"] = "read-write"
	}
	quote := strings.NewReplacer(`'`, `\'`, `\`, `\\`)
	words := []string{binaryParameters + "='yes'"}
	for name, value := range settings {
		if value != "" {
			words = append(words, name+"='"+quote.Replace(value)+"'")
		}
	}
	config, err := pq.NewConfig(strings.Join(words, " "))
	if err != nil {
		message := strings.TrimPrefix(err.Error(), "pq: ")
		if password := settings["password"]; password != "" && strings.Contains(message, password) {
			message = "a parameter has a wrong value"
		}
		return fmt.Errorf("the database URL: %s", message)
	}
	a.config = config
	return nil
}
