package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/lib/pq"
)

// connector makes connections of a pool and sets each up. The settings are statements, not
// parameters of the start, which poolers refuse or drop.
type connector struct {
	*pq.Connector
	settings string
	redials  *redials
}

// redials counts how often the connections of a store were given up because the address may lead to
// another server. It is safe for concurrent use.
type redials struct{ atomic.Int64 }

// Connect implements driver.Connector.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	pooled := &pooledConn{redials: c.redials, made: c.redials.Load()}
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	var ok bool
	if pooled.pqConn, ok = conn.(pqConn); !ok {
		return nil, errors.Join(fmt.Errorf("the Postgres driver's %T lacks a method", conn), conn.Close())
	}
	if err := pooled.setUp(ctx, c.settings); err != nil {
		return nil, errors.Join(fmt.Errorf("set the connection up: %w", err), conn.Close())
	}
	return pooled, nil
}

// pqConn is what a connection of the driver implements.
type pqConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.NamedValueChecker
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// pooledConn is a connection that its pool keeps only as long as the address surely leads to the
// same server.
type pooledConn struct {
	pqConn
	redials *redials
	// made is the count of redials when the connection was begun.
	made int64
	// readOnly: it led to a server that took no writes, as a standby. Such a connection serves one
	// use: kept, it would read from a server that is no longer the primary.
	readOnly bool
}

// IsValid implements driver.Validator. A pool asks it when a connection comes back.
func (c *pooledConn) IsValid() bool {
	return !c.readOnly && c.made == c.redials.Load() && c.pqConn.IsValid()
}

// setUp runs the settings and asks whether the server takes writes, in one round trip.
func (c *pooledConn) setUp(ctx context.Context, settings string) (err error) {
	rows, err := c.QueryContext(ctx, settings+"; SELECT current_setting('transaction_read_only') = 'on'", nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var row [1]driver.Value
	if err := rows.Next(row[:]); err != nil {
		return err
	}
	c.readOnly, _ = row[0].(bool)
	return nil
}

// searchPath makes every name without a schema one of the product's own schema.
func searchPath(schema string) string { return "SET search_path = " + pq.QuoteIdentifier(schema) }

// readerSettings are the settings of a connection that reads.
func readerSettings(schema string) string {
	settings := []string{searchPath(schema)}
	for _, name := range slices.Sorted(maps.Keys(readerHints)) {
		settings = append(settings, "SET "+name+" = "+readerHints[name])
	}
	return strings.Join(settings, "; ")
}

// newConnector returns the connector of one pool.
func (a address) newConnector(d dialer, settings string, r *redials) (connector, error) {
	d.keepAlive = a.keepAlive
	c, err := pq.NewConnectorConfig(a.config)
	if err != nil {
		return connector{}, fmt.Errorf("the database URL: %w", err)
	}
	c.Dialer(d)
	return connector{c, settings, r}, nil
}
