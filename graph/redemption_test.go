package graph_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/internal/testdb"
)

func (c *counting) RedemptionsFrom(ctx context.Context, owner dm.UserID, bearers []dm.UserID, codes int) ([]dm.Redemption, error) {
	c.count("RedemptionsFrom")
	return c.Store.RedemptionsFrom(ctx, owner, bearers, codes)
}

func (c *counting) Redemptions(ctx context.Context, owner dm.UserID, code dm.ContactCodeID, after *dm.TimePlace, limit int) ([]dm.Redemption, error) {
	c.count("Redemptions")
	return c.Store.Redemptions(ctx, owner, code, after, limit)
}

const (
	cameBy   = `{ inbox(first: 50) { nodes { ... on DirectConversation { with { handle } contactCodeRedemption { codeId label redeemedAt redeemer { handle } } } } } }`
	usesOf   = `query($id: ID!, $after: String) { contactCodeRedemptions(id: $id, first: 1, after: $after) { nodes { codeId label redeemedAt redeemer { handle } } pageInfo { hasNextPage endCursor } } }`
	withAsks = `query($id: ID!) { conversationWith(userId: $id) { contactCodeRedemption { label } } }`
)

// The owner of a code sees by which code a conversation came, and who came by a code and when; the
// other side sees nothing, and the answer to a send says nothing new.
func TestAnOwnerSeesWhoCameByACode(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, setup{url: url})
		w.befriend("bob", "carol")
		w.say("carol", "bob", "hello")
		w.as("bob").do(`mutation { setWhoCanMessageMe(input: {audience: FRIENDS}) { __typename } }`, nil)
		id, secret := w.code("bob", 3)
		w.as("alice").do(sendMessage, bearing(w.id("bob"), secret)).is("sendMessage.message.seq", `1`)
		w.as("dave").do(sendMessage, bearing(w.id("bob"), secret)).is("sendMessage.message.seq", `1`)

		page := w.as("bob").do(cameBy, nil)
		at := map[string]string{}
		for i, handle := range []string{"dave", "alice"} {
			came := fmt.Sprintf("inbox.nodes.%d.contactCodeRedemption", i)
			at[handle] = page.text(came + ".redeemedAt")
			page.is(fmt.Sprintf("inbox.nodes.%d", i), fmt.Sprintf(
				`{"with":{"handle":%q},"contactCodeRedemption":{"codeId":%q,"label":"card","redeemedAt":%q,"redeemer":{"handle":%[1]q}}}`, handle, id, at[handle]))
		}
		page.is("inbox.nodes.2", `{"with":{"handle":"carol"},"contactCodeRedemption":null}`)

		first := w.as("bob").do(usesOf, vars{"id": id})
		first.is("contactCodeRedemptions.nodes", fmt.Sprintf(`[{"codeId":%q,"label":"card","redeemedAt":%q,"redeemer":{"handle":"dave"}}]`, id, at["dave"]))
		first.is("contactCodeRedemptions.pageInfo.hasNextPage", `true`)
		last := w.as("bob").do(usesOf, vars{"id": id, "after": first.text("contactCodeRedemptions.pageInfo.endCursor")})
		last.is("contactCodeRedemptions.nodes", fmt.Sprintf(`[{"codeId":%q,"label":"card","redeemedAt":%q,"redeemer":{"handle":"alice"}}]`, id, at["alice"]))
		last.is("contactCodeRedemptions.pageInfo.hasNextPage", `false`)

		// I9: to everybody else it reads as what is not there.
		for _, name := range []string{"alice", "carol"} {
			for _, code := range []string{id, "cod_00000000000000000000000000", "usr_1", ""} {
				w.as(name).do(usesOf, vars{"id": code}).is("contactCodeRedemptions", `{"nodes":[],"pageInfo":{"hasNextPage":false,"endCursor":null}}`)
			}
		}
		if answer := w.as("alice").post(cameBy, nil).body; strings.Contains(answer, "card") || !strings.Contains(answer, `"contactCodeRedemption":null`) {
			t.Errorf("the bearer is told %s", answer)
		}
		w.as("alice").do(withAsks, vars{"id": w.id("bob")}).is("conversationWith.contactCodeRedemption", `null`)
		w.as("bob").do(withAsks, vars{"id": w.id("alice")}).is("conversationWith.contactCodeRedemption", `{"label":"card"}`)
	})
}

// An operation that selects it reads it once for a page of any size. Others, like sends and events,
// read nothing.
func TestByWhichCodeIsReadOnceAndOnlyWhenAsked(t *testing.T) {
	c := &counting{calls: map[string]int{}}
	w := newWorld(t, setup{wrap: func(s dm.Store) dm.Store {
		c.Store = s
		return c
	}})
	_, secret := w.code("bob", 50)
	var in []dm.UserInput
	for i := range 20 {
		in = append(in, dm.UserInput{ExternalID: fmt.Sprint("many-", i), Handle: fmt.Sprint("many", i)})
	}
	many, err := w.service.UpsertUsers(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	c.take()
	for _, u := range many {
		_, err := w.service.Send(t.Context(), u.ID, dm.SendInput{To: w.ids["bob"], Body: "in", ClientMessageID: uuid.NewString(), ContactCode: &secret})
		if err != nil {
			t.Fatal(err)
		}
	}
	w.as("alice").do(sendMessage, bearing(w.id("bob"), secret)).is("sendMessage.message.seq", `1`)
	w.as("bob").do(inboxPage, nil)
	if got := c.take(); got["RedemptionsFrom"]+got["Redemptions"] != 0 {
		t.Errorf("who does not ask reads %v", got)
	}
	page := w.as("bob").do(cameBy, nil)
	if got := c.take(); len(page.list("inbox.nodes")) != 21 || got["RedemptionsFrom"] != 1 || got["Redemptions"] != 0 {
		t.Errorf("a page of %d reads %v", len(page.list("inbox.nodes")), got)
	}
}
