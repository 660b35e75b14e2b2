package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/lib/pq"
)

// connector makes connections of a pool and sets each up. The settings are statements, not
// parameters of the start, which poolers refuse or drop.
type connector struct {
	*pq.Connector
	settings string
}

// Connect implements driver.Connector.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	execer, ok := conn.(driver.ExecerContext)
	if !ok {
		return nil, errors.Join(errors.New("the Postgres driver runs no statement without preparing it"), conn.Close())
	}
	if _, err := execer.ExecContext(ctx, c.settings, nil); err != nil {
		return nil, errors.Join(fmt.Errorf("set the connection up: %w", err), conn.Close())
	}
	return conn, nil
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
func (a address) newConnector(d dialer, settings string) (connector, error) {
	d.keepAlive = a.keepAlive
	c, err := pq.NewConnectorConfig(a.config)
	if err != nil {
		return connector{}, fmt.Errorf("the database URL: %w", err)
	}
	c.Dialer(d)
	return connector{c, settings}, nil
}
