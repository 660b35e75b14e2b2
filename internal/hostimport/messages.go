package hostimport

import (
	"context"
	"errors"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/internal/rows"
)

// NoText stands where a message came without its text, so that nobody takes it for what was
// written.
const NoText = "(This message was imported without its text.)"

// checkMessages checks every row of the file and keeps the good ones in the spool.
func (r *run) checkMessages(ctx context.Context, source *rows.Source) error {
	latest := time.Now().Add(clockSlack)
	m, err := rows.ReadMessages(source)
	if err != nil {
		return fatal(err)
	}
	read := int64(0)
	err = r.each(ctx, func() error {
		row, err := m.Next()
		if err != nil {
			return err
		}
		read++
		if err := r.checking(ctx, r.Messages, source, read); err != nil {
			return err
		}
		if row.At.After(latest) {
			return m.Bad(&row, "the time %s lies in the future", row.At.Format(time.RFC3339))
		}
		return r.checkMessage(ctx, m, &row)
	})
	if err != nil {
		return err
	}
	return r.checkAgainstDatabase(ctx)
}

// checkMessage checks one row and its relation to the rows before it, and keeps it.
func (r *run) checkMessage(ctx context.Context, m *rows.Messages, row *rows.Message) error {
	// Two stand-ins: only the text and the key are looked at here.
	first := spooled{Message: *row}
	if _, refusal := r.sendOf(&first, dm.UserID{1}, dm.UserID{2}).Normalize(); refusal != nil {
		return m.Bad(row, "%s: %s", refusal.Field, refusal.Detail)
	}
	for _, id := range []string{row.Sender, row.Recipient} {
		who, err := r.people.find(ctx, id)
		if err != nil {
			return err
		}
		switch {
		case who.exists():
			continue
		case who.deleted:
			return m.Bad(row, "the user %q was deleted", id)
		case !m.Bare() && !r.CreateUsers:
			return m.Bad(row, "there is no user %q", id)
		}
		if err := r.people.canCreate(id); err != nil {
			return m.Bad(row, "%v", err)
		}
	}
	before, same, err := r.spool.add(ctx, row)
	switch {
	case err != nil:
		return err
	case before > 0 && !same:
		return m.Bad(row, "the id %q was given in line %d before, with another time or text", row.ID, before)
	case before > 0:
		r.repeated++
		return nil
	}
	r.messageRows++
	for _, id := range []string{row.Sender, row.Recipient} {
		r.people.create(id)
	}
	return nil
}

// checkAgainstDatabase compares the rows with the messages that are there, and finds those that are
// older than the newest message of their conversation.
func (r *run) checkAgainstDatabase(ctx context.Context) error {
	for line := 0; ; {
		page, err := r.spool.byLine(ctx, line)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			return r.spool.sort(ctx)
		}
		line = page[len(page)-1].Line
		var sends []dm.Send
		var of []spooled
		var scope dm.Scope
		for _, m := range page {
			from, to := r.people.byID[m.Sender].id, r.people.byID[m.Recipient].id
			if from.IsZero() || to.IsZero() {
				continue // a person who is new has no conversation
			}
			send := r.sendOf(&m, from, to)
			sends, of = append(sends, send), append(of, m)
			scope.Pairs = append(scope.Pairs, dm.PairOf(from, to))
			scope.Keys = append(scope.Keys, send.Key())
		}
		if len(sends) == 0 {
			continue
		}
		tx, err := r.Store.Inspect(ctx, scope)
		if err != nil {
			return err
		}
		for i := range sends {
			clean, refusal := sends[i].Normalize()
			if refusal != nil {
				return refusal
			}
			state := tx.HistoryState(clean)
			if state == dm.HistoryConflicts {
				if err := r.refuse(&rows.RowError{
					Path: r.Messages, Line: of[i].Line, Problem: "the database has another message with this id",
				}); err != nil {
					return err
				}
				r.messageRows--
				if err := r.spool.drop(ctx, of[i].Line); err != nil {
					return err
				}
			}
			if state == dm.HistoryPrecedes {
				if err := r.spool.setOlder(ctx, of[i].Line); err != nil {
					return err
				}
			}
		}
	}
}

func (r *run) sendOf(m *spooled, sender, recipient dm.UserID) dm.Send {
	send := dm.Send{
		Sender: sender, Recipient: recipient, Body: m.Body, ClientMessageID: m.Key(m.n), History: true, At: m.At,
		Unread: m.Unread || !r.UnreadSince.IsZero() && !m.At.Before(r.UnreadSince),
	}
	if send.Body == "" {
		send.Body = NoText
	}
	return send
}

// writeMessages writes the spooled rows, each conversation in the order of its times.
func (r *run) writeMessages(ctx context.Context) error {
	r.summary.Messages.Rows, r.summary.Messages.Existing = r.repeated, r.repeated
	for _, p := range []phase{inOrder, older} {
		var last *spooled
		for {
			page, err := r.spool.page(ctx, p, last)
			if err != nil {
				return err
			}
			if len(page) == 0 {
				break
			}
			last = &page[len(page)-1]
			if err := r.writePage(ctx, page); err != nil {
				return err
			}
			r.Progress(Progress{Stage: "messages", Done: r.summary.Messages.Rows, Total: r.messageRows + r.repeated})
		}
	}
	return nil
}

// writePage writes rows in one transaction. A row that the database refuses although it was
// checked, because somebody was deleted meanwhile, ends the import or is left out.
func (r *run) writePage(ctx context.Context, page []spooled) error {
	for len(page) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		sends := make([]dm.Send, len(page))
		for i := range page {
			sends[i] = r.sendOf(&page[i], r.people.byID[page[i].Sender].id, r.people.byID[page[i].Recipient].id)
		}
		imported, err := r.Service.Import(ctx, sends)
		var refusal *dm.Error
		if errors.As(err, &refusal) && refusal.Row != nil {
			at := refusal.Row.Index
			bad := &rows.RowError{Path: r.Messages, Line: page[at].Line, Problem: refusal.Detail}
			if r.SkipBad == nil {
				return bad
			}
			if err := r.refuse(bad); err != nil {
				return err
			}
			page = append(page[:at:at], page[at+1:]...)
			continue
		}
		if err != nil {
			return err
		}
		n := int64(len(page))
		r.summary.Messages.Rows += n
		r.summary.Messages.New += int64(imported.New)
		r.summary.Messages.Existing += n - int64(imported.New)
		r.summary.Displaced += int64(imported.Displaced)
		return nil
	}
	return nil
}
