package graph_test

import (
	"fmt"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/internal/testdb"
)

// Many fresh accounts write to one person, five messages each, all at once.
func TestAFloodOfRequests(t *testing.T) {
	accounts := 500
	if testing.Short() {
		accounts = 60
	}
	const each = 5
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	testdb.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, setup{url: url, clock: func() time.Time { return noon }})
		w.open("alice", "bob")
		w.befriend("alice", "carol")
		var users []vars
		for i := range accounts {
			users = append(users, vars{"externalId": fmt.Sprint("x-flood", i), "handle": fmt.Sprint("flood", i)})
		}
		w.admin().do(`mutation($users: [UserInput!]!) { upsertUsers(users: $users) { ... on UpsertUsersSuccess { users { id } } } }`, vars{"users": users})
		before, err := w.service.Unread(t.Context(), w.ids["alice"])
		if err != nil {
			t.Fatal(err)
		}

		refused := make([]map[string]int, accounts)
		var group errgroup.Group
		group.SetLimit(16)
		for i := range accounts {
			group.Go(func() error {
				refused[i] = map[string]int{}
				as := w.as(fmt.Sprint("flood", i))
				for k := range each {
					a := as.post(sendMessage, vars{"input": vars{"to": vars{"userId": w.id("alice")}, "body": "buy", "clientMessageId": fmt.Sprint(k)}})
					var found string
					for _, denial := range []string{"NOT_ACCEPTING", "REQUEST_LIMIT", "OUTREACH_LIMIT", "SendMessageSuccess"} {
						if strings.Contains(a.body, `"`+denial+`"`) {
							found = denial
						}
					}
					refused[i][found]++
				}
				return nil
			})
		}
		// Meanwhile the others are served, in their inbox.
		group.Go(func() error { w.say("carol", "alice", "are you all right?"); return nil })
		group.Go(func() error { w.say("dave", "bob", "hello"); return nil })
		if err := group.Wait(); err != nil {
			t.Fatal(err)
		}
		total := map[string]int{}
		for _, r := range refused {
			for name, n := range r {
				total[name] += n
			}
		}

		landed := map[dm.Folder]int{}
		shown := map[dm.Folder]int{}
		for _, folder := range []dm.Folder{dm.FolderInbox, dm.FolderRequests, dm.FolderHidden} {
			page := dm.PageRequest{First: dm.MaxPage}
			for more := true; more; {
				views, err := w.service.Inbox(t.Context(), w.ids["alice"], folder, page)
				if err != nil {
					t.Fatal(err)
				}
				landed[folder] += len(views.Items)
				if more = views.More; more {
					page.After = views.Items[len(views.Items)-1].Place()
				}
			}
		}
		after, err := w.service.Unread(t.Context(), w.ids["alice"])
		if err != nil {
			t.Fatal(err)
		}
		told := 0
		for at := before.Cursor.Position; at < after.Cursor.Position; {
			log, err := w.store.Log(t.Context(), w.ids["alice"], at, 100)
			if err != nil || len(log.Events) == 0 {
				t.Fatal(len(log.Events), err)
			}
			for _, e := range log.Events {
				at = e.Position
				switch e.Kind {
				case dm.EventMessageAdded:
					shown[e.View.Folder]++
				case dm.EventSettingsChanged:
					told++
				}
			}
		}
		var table strings.Builder
		tw := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
		fmt.Fprintf(tw, "\n%d fresh accounts, %d messages each\t\n", accounts, each)
		fmt.Fprintf(tw, "conversations in REQUESTS\t%d\n", landed[dm.FolderRequests])
		fmt.Fprintf(tw, "conversations in HIDDEN, by the surge shield\t%d\n", landed[dm.FolderHidden])
		fmt.Fprintf(tw, "conversations in INBOX (her friend's)\t%d\n", landed[dm.FolderInbox])
		fmt.Fprintf(tw, "messages written\t%d\n", total["SendMessageSuccess"])
		fmt.Fprintf(tw, "messages refused: REQUEST_LIMIT\t%d\n", total["REQUEST_LIMIT"])
		fmt.Fprintf(tw, "her counts: conversations, requests, messages\t%d, %d, %d\n", after.Conversations, after.Requests, after.Messages)
		fmt.Fprintf(tw, "live events of messages: INBOX, REQUESTS, HIDDEN\t%d, %d, %d\n", shown[dm.FolderInbox], shown[dm.FolderRequests], shown[dm.FolderHidden])
		fmt.Fprintf(tw, "times she was told of the shield\t%d\n", told)
		_ = tw.Flush()
		t.Log(table.String())

		floor := dm.DefaultRules().SurgeFloor + 1
		if landed[dm.FolderRequests] != floor || landed[dm.FolderHidden] != accounts-floor || landed[dm.FolderInbox] != 1 {
			t.Errorf("they land as %v, want %d in REQUESTS and the others in HIDDEN", landed, floor)
		}
		if total["SendMessageSuccess"] != 3*accounts || total["REQUEST_LIMIT"] != 2*accounts {
			t.Errorf("the sends were answered with %v", total)
		}
		if want := (dm.Unread{Conversations: 1, Requests: int64(floor), Messages: 1}); after.Unread != want {
			t.Errorf("her counts are %+v, want %+v", after.Unread, want)
		}
		if shown[dm.FolderRequests] != 3*floor || told != 1 {
			t.Errorf("%d events of requests, told %d times", shown[dm.FolderRequests], told)
		}
		if u, err := w.service.Unread(t.Context(), w.ids["bob"]); err != nil || u.Requests != 1 {
			t.Errorf("somebody else has %+v, %v", u, err)
		}

		// From the other side: one fresh account that writes to everybody is stopped, and told when
		// to go on.
		stopped := 0
		for i := range 15 {
			n := w.as("erin").do(sendMessageOutreach, vars{"input": vars{
				"to": vars{"userId": w.flooder(t, i)}, "body": "hi", "clientMessageId": "k",
			}}).at("sendMessage")
			if n.text("__typename") == "MessageNotAllowed" {
				n.is("denial", `"OUTREACH_LIMIT"`)
				n.is("outreach", `{"perDay":10,"remaining":0,"retryAfterSeconds":8640}`)
				stopped++
			}
		}
		if stopped != 5 {
			t.Errorf("%d of 15 new people were refused, want 5", stopped)
		}
	})
}

const sendMessageOutreach = `mutation($input: SendMessageInput!) { sendMessage(input: $input) { __typename
	... on SendMessageSuccess { outreach { remaining } } ... on MessageNotAllowed { denial outreach { perDay remaining retryAfterSeconds } } } }`

// flooder opens one of the fresh accounts to everybody and returns its id.
func (w *world) flooder(t *testing.T, i int) string {
	handle := fmt.Sprint("flood", i)
	w.on(t).open(handle)
	return w.as(handle).do(`{ me { id } }`, nil).text("me.id")
}
