package store

import (
	"context"

	"github.com/google/uuid"
)

// EchoRow has a value of each kind that rows are bound as; a null goes with them.
type EchoRow struct {
	ID                [16]byte
	Number, Four, Two int64
	Yes               bool
	Text              string
}

var echoShape = shape{
	{"a", kindUUID}, {"b", kindInt}, {"c", kindInt4}, {"d", kindInt2}, {"e", kindBool}, {"f", kindText}, {"g", kindText},
}

// Echo has a database say rows that were bound as the store binds them.
type Echo struct{ dbs databases }

// OpenEcho connects as the store does.
func OpenEcho(ctx context.Context, url string) (Echo, error) {
	dbs, err := open(ctx, Config{URL: url}, 0, nil)
	return Echo{dbs}, err
}

func (e Echo) Close() error { return e.dbs.close() }

// Say returns the rows as they arrived.
func (e Echo) Say(ctx context.Context, rows []EchoRow) ([]EchoRow, error) {
	set := e.dbs.dialect.rowset(echoShape)
	for _, r := range rows {
		set.id(r.ID)
		set.int(r.Number)
		set.int(r.Four)
		set.int(r.Two)
		set.bool(r.Yes)
		set.text(r.Text)
		set.null()
	}
	found, err := e.dbs.write.QueryContext(ctx, "SELECT "+echoShape.names("r.")+" FROM "+e.dbs.dialect.source(echoShape, 1), set.args(nil)...)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	var out []EchoRow
	for found.Next() {
		var r EchoRow
		var id uuid.UUID
		var null *string
		if err := found.Scan(&id, &r.Number, &r.Four, &r.Two, &r.Yes, &r.Text, &null); err != nil {
			return nil, err
		}
		if r.ID = id; null != nil {
			r.Text += " and " + *null
		}
		out = append(out, r)
	}
	return out, found.Err()
}
