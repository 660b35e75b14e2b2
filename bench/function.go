package main

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/store"
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
	return o.load(ctx, p, name, concurrent, pg.read, func(int) (sendFunc, error) { return callFunction(ctx, db) })
}

// callFunction returns a sender with a connection of its own, which closes with db.
func callFunction(ctx context.Context, db *sql.DB) (sendFunc, error) {
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
}

// lone measures one sender, through the function and through the store, in turns.
func (o options) lone(ctx context.Context, pg *postgres, p *population, add func(result, error) error) error {
	if !o.wants("function 1") && !o.wants("store 1") {
		return nil
	}
	if err := pg.fresh(ctx, o.trial); err != nil {
		return err
	}
	db, err := sql.Open("postgres", pg.url)
	if err != nil {
		return err
	}
	defer db.Close()
	function, err := callFunction(ctx, db)
	if err != nil {
		return err
	}
	s, err := store.Open(ctx, store.Config{URL: pg.url, Rules: dm.DefaultRules()})
	if err != nil {
		return err
	}
	defer s.Close()
	rows, err := o.turns(ctx, p, pg.read, []contender{
		{name: "function 1", send: []sendFunc{function}, salt: 1},
		{name: "store 1", send: []sendFunc{appendTo(s)}, salt: 2},
	})
	for _, r := range rows {
		err = errors.Join(err, add(r, nil))
	}
	return err
}
