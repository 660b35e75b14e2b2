package store_test

import (
	"testing"

	"github.com/aparte-im/aparte/dm"
)

// tourOfSafety asks what unsending, reports, moderation and the rights to one's data ask of the store.
func tourOfSafety(t *testing.T, service *dm.Service, user func(int) dm.UserID) {
	t.Helper()
	ctx := t.Context()
	sent, err := service.Send(ctx, user(30), dm.SendInput{To: user(31), Body: "regretted", ClientMessageID: "tour-unsend"})
	if err == nil {
		_, err = service.Unsend(ctx, user(30), sent.Message.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
}
