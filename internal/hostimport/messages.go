package hostimport

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/internal/rows"
)

// NoText stands where a message came without its text, so that nobody takes it for what was
// written.
const NoText = "(This message was imported without its text.)"

func (r *run) checkMessages(ctx context.Context, source *rows.Source) error {
	latest := time.Now().Add(clockSlack)
	return r.eachMessage(ctx, source, func(m *rows.Messages, row *rows.Message) error {
		r.messageRows++
		if err := r.checking(ctx, r.Messages, source, r.messageRows); err != nil {
			return err
		}
		if row.At.After(latest) {
			return m.Bad(row, "the time %s lies in the future", row.At.Format(time.RFC3339))
		}
		for _, id := range []string{row.Sender, row.Recipient} {
			who, err := r.people.find(ctx, id)
			if err != nil {
				return err
			}
			if who.exists() {
				continue
			}
			if !m.Bare() && !r.CreateUsers {
				return m.Bad(row, "there is no user %q", id)
			}
			if err := r.people.create(id, who); err != nil {
				return m.Bad(row, "%v", err)
			}
		}
		// Two stand-ins: only the text and the key are looked at here.
		if _, refusal := sendOf(row, dm.UserID{1}, dm.UserID{2}).Normalize(); refusal != nil {
			return m.Bad(row, "%s: %s", refusal.Field, refusal.Detail)
		}
		return nil
	})
}

func sendOf(row *rows.Message, sender, recipient dm.UserID) dm.Send {
	send := dm.Send{
		Sender: sender, Recipient: recipient, Body: row.Body, ClientMessageID: row.Key(), History: true, At: row.At,
	}
	if send.Body == "" {
		send.Body = NoText
	}
	return send
}

func (r *run) writeMessages(ctx context.Context, source *rows.Source) error {
	var pending []dm.Send
	var lines []int
	flush := func() error {
		fresh, err := r.importBatch(ctx, pending, lines)
		if err != nil {
			return err
		}
		n := int64(len(pending))
		r.summary.Messages.Rows += n
		r.summary.Messages.New += int64(fresh)
		r.summary.Messages.Existing += n - int64(fresh)
		pending, lines = pending[:0], lines[:0]
		r.Progress(Progress{Stage: "messages", Done: r.summary.Messages.Rows, Total: r.messageRows})
		return nil
	}
	err := r.eachMessage(ctx, source, func(_ *rows.Messages, row *rows.Message) error {
		sender, recipient := r.people.byID[row.Sender], r.people.byID[row.Recipient]
		pending = append(pending, sendOf(row, sender.id, recipient.id))
		lines = append(lines, row.Line)
		if len(pending) < batch {
			return nil
		}
		return flush()
	})
	if err != nil {
		return err
	}
	return flush()
}

// importBatch writes a batch in one transaction. When the database refuses it, which a check of the
// file alone cannot foresee (an id that was used for other content), the batch is written row by
// row to name the line.
func (r *run) importBatch(ctx context.Context, sends []dm.Send, lines []int) (int, error) {
	if len(sends) == 0 {
		return 0, nil
	}
	imported, err := r.Service.Import(ctx, sends)
	var refusal *dm.Error
	if err == nil || !errors.As(err, &refusal) {
		return imported.New, err
	}
	for i := range sends {
		if _, err := r.Service.Import(ctx, sends[i:i+1]); err != nil {
			return 0, fmt.Errorf("%s:%d: %w (the rows before it are written)", r.Messages, lines[i], err)
		}
	}
	return 0, err
}

func (r *run) eachMessage(ctx context.Context, source *rows.Source, take func(*rows.Messages, *rows.Message) error) error {
	m, err := rows.ReadMessages(source)
	if err != nil {
		return err
	}
	return r.each(ctx, func() error {
		row, err := m.Next()
		if err != nil {
			return err
		}
		return take(m, &row)
	})
}
