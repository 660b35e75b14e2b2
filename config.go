package aparte

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/trace"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/graph/access"
	"github.com/aparte-im/aparte/graph/admission"
	"github.com/aparte-im/aparte/graph/auth"
	"github.com/aparte-im/aparte/graph/clientaddr"
	"github.com/aparte-im/aparte/graph/connlimit"
	"github.com/aparte-im/aparte/graph/limits"
	"github.com/aparte-im/aparte/graph/rates"
	"github.com/aparte-im/aparte/graph/socket"
	"github.com/aparte-im/aparte/graph/transport"
	"github.com/aparte-im/aparte/graph/weborigin"
	"github.com/aparte-im/aparte/store"
)

// Config configures a [Server]. Only DatabaseURL and one of Tokens and VerifyToken are required;
// the zero value of every other field is its default.
type Config struct {
	// DatabaseURL names the database: postgres://… or sqlite:PATH. [Migrate] brings its schema up to date.
	DatabaseURL string
	// Schema is the schema of a Postgres database that holds all tables, so that the database may
	// be the program's own. [Migrate] makes it. Empty: "aparte".
	Schema string
	// DatabaseConnections is the largest number of connections to Postgres: at least 5, which are
	// divided among writers and readers. Zero: 27.
	DatabaseConnections int

	// Tokens says which JSON Web Tokens identify callers. It is not used with VerifyToken.
	Tokens TokenConfig
	// VerifyToken replaces the verification of JSON Web Tokens by the program's own, for example of
	// session tokens. It gets the bearer token of a request or socket and returns the claims. Its
	// error is not shown to the caller, who gets UNAUTHENTICATED; an error that is [ErrUnavailable]
	// is answered as one of the service. It must be safe for concurrent use.
	VerifyToken func(ctx context.Context, token string) (Claims, error)
	// CreateUsers creates a user at the first valid token for an unknown subject, from its claims.
	// Without it users come from [Server.UpsertUsers] only.
	CreateUsers bool

	// Rules are the operator's rules of who can message whom. The zero value stands for
	// [DefaultRules]; to change one rule, start from these. All nodes of a database must have the
	// same rules.
	Rules Rules
	// Classifier classifies messages of strangers before they are sent. Nil: they are not
	// classified.
	Classifier dm.Classifier
	// HideUnclassified sends a message to the folder HIDDEN when the Classifier fails. Otherwise it
	// is delivered as if there were no Classifier.
	HideUnclassified bool
	// Retention says how long each kind of record is kept.
	Retention Retention
	// ExportDir is the directory for exports of users' data, which all nodes must share. Empty: no
	// exports are offered.
	ExportDir string

	// MountPath is the path under which the program mounts the handler, as "/dm". Empty: the root.
	MountPath string
	// AllowedOrigins are the origins of web apps that may call the API from a browser, as
	// "https://app.example.org", besides the origin that serves the API. They are compared by scheme,
	// host and port. "https://*.example.org" stands for every name below example.org, and
	// "capacitor://localhost" for a page of a web view.
	AllowedOrigins []string
	// LoopbackOrigins lets every page of this machine open a WebSocket, for development.
	LoopbackOrigins bool
	// Proxies are trusted to name the address of a client. Without them the address is that of the
	// connection.
	Proxies Proxies
	// BehindTLS tells browsers to use https only, for a year (HSTS).
	BehindTLS bool
	// Pages are served beside the API. They need an empty MountPath.
	Pages Pages
	// Introspection answers queries of the schema, for callers with a token.
	Introspection bool

	// TrustedDocuments are the only operations that are accepted. Nil: any operation is.
	TrustedDocuments *Documents
	// Limits bound one request.
	Limits Limits
	// Rates bound how fast users and addresses may ask. Nil: [DefaultRates].
	Rates *Rates
	// Timeouts bound an operation: 10 s for a query, 30 s for a mutation.
	Timeouts Timeouts
	// Connections bound sockets, event streams and slow clients.
	Connections Connections
	// PollInterval is the longest delay of an event whose wake was lost, or that another node
	// wrote. 5 s.
	PollInterval time.Duration
	// ShutdownTimeout is the longest time of a graceful stop. 15 s; less than 0: it does not wait.
	ShutdownTimeout time.Duration

	// Logger gets errors and what the server does. No log line holds text of messages, tokens or
	// secrets. Nil: [slog.Default].
	Logger *slog.Logger
	// AccessLog logs a line for each request and each operation of a socket. Nil: none.
	AccessLog *AccessLog
	// Metrics gets the server's metrics, whose names begin with aparte_. Nil: nothing is counted.
	Metrics prometheus.Registerer
	// TracerProvider makes spans of requests, operations and transactions. Nil: none.
	TracerProvider trace.TracerProvider
}

// Retention says how long each kind of record is kept. A zero is the default.
type Retention struct {
	// Events are kept for clients that reconnect; one that was away longer reads its inbox again.
	// 720 h.
	Events time.Duration
	// Evidence: reports with their sealed evidence, after their last change. 4,320 h.
	Evidence time.Duration
	// Audit: entries of the audit log. 17,520 h.
	Audit time.Duration
	// Settings: changes of settings. 17,520 h.
	Settings time.Duration
	// Exports: the files of exports. 168 h.
	Exports time.Duration
	// Erased: the digest of an erased user's external id, so that no token brings the user back.
	// 8,760 h.
	Erased time.Duration
	// ContactCodes: contact codes and their redemptions, after the codes have ended. 720 h.
	ContactCodes time.Duration
}

// Connections bound what clients may take of sockets and event streams. A zero is the default.
type Connections struct {
	// PerUser and PerAddress are the numbers of sockets and event streams of a user and of an
	// address at once: 50 and 10,000. Less than 0: no bound.
	PerUser, PerAddress int
	// Sockets bound one WebSocket.
	Sockets SocketLimits
	// StreamKeepAlive is the time between signs of life on an event stream. 25 s.
	StreamKeepAlive time.Duration
	// StreamWriteWait is the time for which a client of an event stream may leave unread what its
	// connection has no room for. 5 s.
	StreamWriteWait time.Duration
	// ResponseWriteWait is the same for every other response, for each 16 KiB. 20 s.
	ResponseWriteWait time.Duration
	// RevocationPoll is the longest time until a user who was revoked or deleted on another node is
	// disconnected. 2 s.
	RevocationPoll time.Duration
}

// Pages says which pages are served beside the API.
type Pages struct {
	// Client serves the web client at /. A user has to bring a token there.
	Client bool
	// Playground serves an editor for operations at /playground, which needs Config.Introspection
	// for its schema.
	Playground bool
	// Demo serves both, and a page at /demo that shows two users side by side, for development.
	Demo bool
}

// AccessLog says which requests the access log holds.
type AccessLog struct {
	// FailedOnly leaves out requests that succeeded.
	FailedOnly bool
	// Sample logs one in so many of the requests that succeeded. Zero: every one.
	Sample int
	// Addresses adds the client's address, which is personal data.
	Addresses bool
}

// Types of other packages that a Config holds; their documentation is there.
type (
	// Rules are the operator's rules of who can message whom.
	Rules = dm.Rules
	// Audience is an answer to the question who can message a user.
	Audience = policy.Audience
	// Limits bound one request.
	Limits = limits.Request
	// SocketLimits bound one WebSocket.
	SocketLimits = socket.Limits
	// Timeouts bound an operation.
	Timeouts = limits.Timeouts
	// Proxies are the proxies that are trusted to name the address of a client.
	Proxies = clientaddr.Proxies
	// Rates are the budgets of users and addresses, by class of call: rates.Reads, rates.Sends and
	// so on.
	Rates = rates.Config
	// Rate is one budget; the zero value is no bound. [ParseRate] reads one.
	Rate = rates.Rate
	// Documents are operations that a server accepts when it accepts no others.
	Documents = admission.Documents
)

// DefaultRules returns the rules of a fresh installation.
func DefaultRules() Rules { return dm.DefaultRules() }

// DefaultRates returns the budgets that a nil [Config.Rates] stands for.
func DefaultRates() Rates {
	per := func(n int, d time.Duration) Rate { return Rate{Count: n, Per: d} }
	var r Rates
	r.User[rates.Reads], r.Address[rates.Reads] = per(300, 30*time.Second), per(3000, 10*time.Second)
	r.User[rates.Sends], r.Address[rates.Sends] = per(30, 10*time.Second), per(1000, 10*time.Second)
	r.User[rates.Changes], r.Address[rates.Changes] = per(120, 30*time.Second), per(2000, 10*time.Second)
	r.User[rates.Codes], r.Address[rates.Codes] = per(30, 10*time.Minute), per(300, 10*time.Minute)
	r.User[rates.Refusals] = per(100, 10*time.Second)
	r.Address[rates.Refusals] = per(200, 10*time.Second)
	return r
}

// ParseRate reads a budget such as "300/30s": 300 calls, which fill again over 30 seconds. "0" is
// no bound.
func ParseRate(s string) (Rate, error) { return rates.Parse(s) }

// LoadDocuments reads trusted documents from a folder of *.graphql files, or from a JSON file that
// maps the SHA-256 of each operation to its text.
func LoadDocuments(path string) (*Documents, error) { return admission.LoadDocuments(path) }

// DefaultRetention returns the times that the zero values of [Config.Retention] stand for.
func DefaultRetention() Retention {
	const day = 24 * time.Hour
	return Retention{
		Events: 30 * day, Evidence: 180 * day, Audit: 730 * day, Settings: 730 * day, Exports: 7 * day, Erased: 365 * day,
		ContactCodes: 30 * day,
	}
}

// normalize fills in the defaults, and returns everything that is wrong.
func (c *Config) normalize() error {
	var errs []error
	wrong := func(format string, args ...any) { errs = append(errs, fmt.Errorf("aparte: Config."+format, args...)) }
	if c.DatabaseURL == "" {
		wrong("DatabaseURL is empty; give postgres://… or sqlite:PATH")
	}
	if c.DatabaseConnections != 0 && c.DatabaseConnections < store.MinConnections {
		wrong("DatabaseConnections is %d; give at least %d", c.DatabaseConnections, store.MinConnections)
	}
	if c.VerifyToken == nil {
		if err := c.Tokens.Validate(); err != nil {
			wrong("Tokens: %w", err)
		}
	}
	c.normalizeTimes(wrong)
	if c.Rules == (Rules{}) {
		c.Rules = DefaultRules()
	}
	if c.Rules.RequestLimit < 1 || c.Rules.SharedFriends < 1 || c.Rules.ReportLimit < 1 || c.Rules.DefaultAudience == policy.NotChosen {
		wrong("Rules has a limit below 1 or no DefaultAudience; start from DefaultRules")
	}
	if c.Rates == nil {
		r := DefaultRates()
		c.Rates = &r
	}
	byDefault(&c.Connections.PerUser, connlimit.PerUser)
	byDefault(&c.Connections.PerAddress, connlimit.PerAddress)
	for _, origin := range c.AllowedOrigins {
		if err := CheckOrigin(origin); err != nil {
			wrong("AllowedOrigins: %w", err)
		}
	}
	c.MountPath = strings.TrimSuffix(c.MountPath, "/")
	if c.MountPath != "" && (c.MountPath[0] != '/' || strings.ContainsAny(c.MountPath, "{}? ")) {
		wrong("MountPath: %q is not a path; give one as /dm", c.MountPath)
	}
	if c.MountPath != "" && c.Pages != (Pages{}) {
		wrong("Pages: the pages need an empty MountPath, not %q", c.MountPath)
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	return errors.Join(errs...)
}

func (c *Config) normalizeTimes(wrong func(string, ...any)) {
	keep, d := &c.Retention, DefaultRetention()
	for _, t := range []struct {
		name      string
		value     *time.Duration
		byDefault time.Duration
	}{
		{"Retention.Events", &keep.Events, d.Events},
		{"Retention.Evidence", &keep.Evidence, d.Evidence},
		{"Retention.Audit", &keep.Audit, d.Audit},
		{"Retention.Settings", &keep.Settings, d.Settings},
		{"Retention.Exports", &keep.Exports, d.Exports},
		{"Retention.Erased", &keep.Erased, d.Erased},
		{"Retention.ContactCodes", &keep.ContactCodes, d.ContactCodes},
		{"PollInterval", &c.PollInterval, 5 * time.Second},
		{"Connections.StreamKeepAlive", &c.Connections.StreamKeepAlive, transport.DefaultKeepAlive},
		{"Connections.StreamWriteWait", &c.Connections.StreamWriteWait, transport.DefaultWriteWait},
		{"Connections.ResponseWriteWait", &c.Connections.ResponseWriteWait, 20 * time.Second},
		{"Connections.RevocationPoll", &c.Connections.RevocationPoll, auth.DefaultRevocationPoll},
	} {
		byDefault(t.value, t.byDefault)
		if *t.value < 0 {
			wrong("%s: %s is less than 0", t.name, *t.value)
		}
	}
	byDefault(&c.ShutdownTimeout, 15*time.Second)
}

// byDefault sets a zero value to its default.
func byDefault[T comparable](value *T, d T) {
	var zero T
	if *value == zero {
		*value = d
	}
}

// CheckOrigin returns an error when s is not a web origin such as "https://app.example.org", nor a
// wildcard such as "https://*.example.org"; see [Config.AllowedOrigins].
func CheckOrigin(s string) error {
	_, err := weborigin.NewList([]string{s})
	return err
}

func (c *Config) classifier() dm.ClassifierConfig {
	if c.Classifier == nil {
		return dm.ClassifierConfig{}
	}
	out := dm.ClassifierConfig{Classifier: c.Classifier, Logger: c.Logger}
	if c.HideUnclassified {
		out.Failed = policy.ClassifiedHide
	}
	return out
}

func (c *Config) accessLog() *access.Log {
	if c.AccessLog == nil {
		return nil
	}
	a := access.Config{Logger: c.Logger, Failed: c.AccessLog.FailedOnly, Sample: max(c.AccessLog.Sample, 1)}
	if c.AccessLog.Addresses {
		a.Address = clientaddr.ClientOf(c.Proxies)
	}
	return access.New(a)
}
