package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	entsql "entgo.io/ent/dialect/sql"
	"github.com/google/uuid"
	lru "github.com/hashicorp/golang-lru/v2"
	"go.opentelemetry.io/otel/trace"

	"github.com/aparte-im/aparte/dm"
	ent "github.com/aparte-im/aparte/ent/generated"
)

// memberCacheSize bounds the cache of who talks in which conversation, about 100 bytes each.
const memberCacheSize = 1 << 16

// wordCacheSize bounds the cache of compiled lists of hidden words: some kilobytes each, some
// hundred for the longest.
const wordCacheSize = 256

// Config is what a Store is made of.
type Config struct {
	// URL is postgres://… or sqlite:PATH. The schema must be current; see Migrate.
	URL string
	// Schema is the schema of a Postgres database that holds all tables. Empty: DefaultSchema.
	Schema string
	// Connections is the largest number of connections to Postgres, at least MinConnections. 0:
	// DefaultConnections.
	Connections int
	Rules       dm.Rules
	// Publisher announces the events of each commit. Nil: nothing is announced, and watchers find
	// events by their poll.
	Publisher dm.Publisher
	// Clock is the time of a transaction. Nil: time.Now.
	Clock func() time.Time
	// StatementTimeout bounds a statement of a change on Postgres. A connection that is silent for
	// somewhat longer is given up, and the change is tried on another. 0: 15 s.
	StatementTimeout time.Duration
	Logger           *slog.Logger
	Observer         Observer
	// Tracing makes the spans of batches and statements. Nil: there are none.
	Tracing trace.TracerProvider
}

// DefaultSchema is the schema that holds all tables when a Config names none.
const DefaultSchema = "aparte"

func (c Config) schema() string {
	if c.Schema == "" {
		return DefaultSchema
	}
	return c.Schema
}

func (c Config) connections() int {
	if c.Connections == 0 {
		return DefaultConnections
	}
	return max(c.Connections, MinConnections)
}

// defaultStatementTimeout is far beyond what a statement takes, and bearable for who waits behind
// it.
const defaultStatementTimeout = 15 * time.Second

// Store implements dm.Store.
type Store struct {
	databases
	texts    statements
	rules    dm.Rules
	epoch    int64
	clock    func() time.Time
	bus      dm.Publisher
	logger   *slog.Logger
	observer Observer
	tracing  *tracing
	disk     diskProbe
	ent      *ent.Client
	members  *lru.Cache[dm.ConversationID, dm.Pair]
	words    *lru.Cache[dm.UserID, knownWords]
	reads    readStatements
	// sessions holds the free sessions for changes that are no sends. On SQLite it is the one
	// session that all share.
	sessions chan *session
	appender *appender
	// closing is closed when Close begins.
	closing chan struct{}
	// closed is closed when no session is left.
	closed chan struct{}
}

var _ dm.Store = (*Store)(nil)

// Open connects to a migrated database and starts the writers.
func Open(ctx context.Context, c Config) (*Store, error) {
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.StatementTimeout == 0 {
		c.StatementTimeout = defaultStatementTimeout
	}
	version, err := Version(ctx, c)
	if err != nil {
		return nil, err
	}
	if version.Current != version.Latest {
		return nil, &SchemaError{version}
	}
	traced := newTracing(c.Tracing)
	dbs, err := open(ctx, c, c.StatementTimeout+c.StatementTimeout/2, traced)
	if err != nil {
		return nil, err
	}
	s := &Store{
		databases: dbs, texts: dbs.dialect.statements(c.Rules.SharedFriends, c.StatementTimeout), rules: c.Rules,
		clock: c.Clock, bus: c.Publisher, logger: c.Logger, observer: c.Observer, closing: make(chan struct{}), closed: make(chan struct{}),
		tracing: traced,
	}
	s.tracing.nameTexts(&s.texts)
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(err, dbs.close())
	}
	return s, nil
}

func (s *Store) start(ctx context.Context) error {
	var err error
	if s.members, err = lru.New[dm.ConversationID, dm.Pair](memberCacheSize); err != nil {
		return err
	}
	if s.words, err = lru.New[dm.UserID, knownWords](wordCacheSize); err != nil {
		return err
	}
	if err := s.checkDurable(ctx); err != nil {
		return err
	}
	if err := s.checkLimits(ctx, s.sizes.write()+s.sizes.readers); err != nil {
		return err
	}
	s.ent = ent.NewClient(ent.Driver(entsql.OpenDB(s.dialect.entName(), s.read)))
	epoch, err := s.ent.Epoch.Get(ctx, 1)
	if err != nil {
		return fmt.Errorf("read the log's epoch: %w", err)
	}
	s.epoch = epoch.Epoch
	if s.reads, err = s.prepareReads(ctx); err != nil {
		return err
	}
	count := 1
	if s.dialect.postgres {
		count = s.sizes.sessions
	}
	s.sessions = make(chan *session, count)
	for range count {
		s.sessions <- s.newSession()
	}
	s.appender = newAppender(s)
	return nil
}

// checkDurable refuses a Postgres that acknowledges a commit before it is on disk: then so would
// this store (I10). Stronger settings, such as waiting for a standby, are the operator's choice.
func (s *Store) checkDurable(ctx context.Context) error {
	if !s.dialect.postgres {
		return nil
	}
	var mode string
	if err := s.write.QueryRowContext(ctx, "SHOW synchronous_commit").Scan(&mode); err != nil {
		return fmt.Errorf("read synchronous_commit: %w", err)
	}
	if mode == "off" {
		return errors.New("synchronous_commit is off in this database, so messages that were acknowledged could be lost: " +
			"set it to on, for the database or for its user")
	}
	return nil
}

func (s *Store) newSession() *session {
	return &session{dialect: s.dialect, db: s.write, texts: s.texts, demoted: s.redial}
}

// Close answers every send that waits, stops the writers and closes the database. Sends that come
// later are refused. With a database that is away, the sends that wait are answered with its error.
func (s *Store) Close() error {
	close(s.closing)
	s.appender.close()
	for range cap(s.sessions) {
		_ = (<-s.sessions).drop()
	}
	close(s.closed)
	return s.close()
}

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	var one int
	return s.read.QueryRowContext(ctx, "SELECT 1").Scan(&one)
}

func uuidText(id [16]byte) string { return uuid.UUID(id).String() }

// notFound turns a missing row into the answer for what does not exist.
func notFound(err error, what string) error {
	if errors.Is(err, sql.ErrNoRows) || ent.IsNotFound(err) {
		return dm.NotFound(what)
	}
	return err
}

// publish announces what a transaction has committed.
func (s *Store) publish(events []*dm.Event) {
	if s.bus != nil && len(events) > 0 {
		s.bus.Publish(events)
	}
}
