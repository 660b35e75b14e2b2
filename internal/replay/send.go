package replay

import (
	"context"
	"fmt"
	"time"

	"github.com/aparte-im/aparte/internal/rows"
)

const sendMessage = `mutation($input: SendMessageInput!) { sendMessage(input: $input) { __typename
	... on SendMessageSuccess { remaining }
	... on MessageNotAllowed { denial }
	... on RateLimited { retryAfterSeconds }
	... on UserError { code detail } } }`

type sendAnswer struct {
	refusal
	// Remaining is null for a message that landed in the inbox.
	Remaining         *int
	Denial            string
	RetryAfterSeconds int
}

// sendRow sends one row and counts the answer. Its error is one that no later row could get past.
func (r *run) sendRow(ctx context.Context, t *tally, row *rows.Message) error {
	sender, recipient := r.people[row.Sender], r.people[row.Recipient]
	variables := map[string]any{"input": map[string]any{
		"to": map[string]any{"userId": recipient.id}, "body": bodyOf(row), "clientMessageId": fmt.Sprintf("load-%d", row.Line),
	}}
	start, patience := time.Now(), r.client.patience()
	defer func() { t.repeats += patience.repeats }()
	for {
		var data struct{ SendMessage sendAnswer }
		if err := r.client.call(ctx, patience, sender.externalID, sendMessage, variables, &data); err != nil {
			return fmt.Errorf("line %d: %w", row.Line, err)
		}
		a := data.SendMessage
		if a.Typename == "RateLimited" && patience.pause(ctx, time.Duration(a.RetryAfterSeconds)*time.Second) {
			continue
		}
		t.took(time.Since(start))
		switch {
		case a.Typename == "SendMessageSuccess" && a.Remaining == nil:
			t.inbox++
		case a.Typename == "SendMessageSuccess":
			t.requests++
		case a.Typename == "MessageNotAllowed":
			t.refused[a.Denial]++
		default:
			t.failed[a.Code]++
		}
		return nil
	}
}
