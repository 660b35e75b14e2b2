package main

import (
	"context"
	"database/sql"
	_ "embed"

	"github.com/aparte-im/aparte/dm"
)

// functionSQL is the send with its rules as one server-side function.
//
//go:embed function.sql
var functionSQL string

// function calls it once a transaction, prepared, one connection a sender.
func (o options) function(ctx context.Context, pg *postgres, p *population, name string, concurrent int) (result, error) {
	db, err := sql.Open("postgres", pg.url)
	if err != nil {
		return result{Name: name}, err
	}
	defer db.Close()
	db.SetMaxOpenConns(concurrent)
	db.SetMaxIdleConns(concurrent)
	return o.load(ctx, p, name, concurrent, pg.read, func(int) (sendFunc, error) {
		conn, err := db.Conn(ctx)
		if err != nil {
			return nil, err
		}
		stmt, err := conn.PrepareContext(ctx, "SELECT bench_send($1, $2, $3, $4, $5)")
		if err != nil {
			return nil, err
		}
		return func(ctx context.Context, s dm.Send) (bool, error) {
			pair := dm.PairOf(s.Sender, s.Recipient)
			var seq int64
			err := stmt.QueryRowContext(ctx, uid(s.Sender), uid(s.Recipient), uid(dm.ConversationOf(pair.Low, pair.High)),
				s.ClientMessageID, s.Body).Scan(&seq)
			return seq > 0, err
		}, nil
	})
}
