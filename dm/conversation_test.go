package dm_test

import (
	"testing"

	"github.com/aparte-im/aparte/dm"
)

func conversation(lastSeq int64) (c *dm.Conversation, mine, theirs *dm.Membership) {
	alice, bob := dm.UserID{1}, dm.UserID{2}
	c = dm.NewConversation(bob, alice, noon)
	c.LastSeq = lastSeq
	mine, theirs = c.Sides(alice)
	mine.Folder, theirs.Folder = dm.FolderInbox, dm.FolderInbox
	return c, mine, theirs
}

func TestSidesKnowsMembersAndNobodyElse(t *testing.T) {
	c, mine, theirs := conversation(0)
	if !c.Members[0].User.Less(c.Members[1].User) {
		t.Error("the members are not in the order of their locks")
	}
	if mine.User != (dm.UserID{1}) || theirs.User != (dm.UserID{2}) {
		t.Errorf("alice's sides are %v and %v", mine.User, theirs.User)
	}
	if m, o := c.Sides(dm.UserID{3}); m != nil || o != nil {
		t.Error("a stranger has a side (I9)")
	}
	if dm.NewConversation(dm.UserID{1}, dm.UserID{2}, noon).ID != c.ID {
		t.Error("the order of the pair changes the conversation")
	}
}

// I6: unread is what lies between the newest seq and what was read, of what the user may see.
func TestUnreadIsDerived(t *testing.T) {
	for name, c := range map[string]struct {
		change       func(c *dm.Conversation, m *dm.Membership)
		unread       int64
		conversation int64
		request      int64
		messages     int64
	}{
		"all new":          {func(*dm.Conversation, *dm.Membership) {}, 10, 1, 0, 10},
		"some read":        {func(_ *dm.Conversation, m *dm.Membership) { m.ReadSeq = 7 }, 3, 1, 0, 3},
		"all read":         {func(_ *dm.Conversation, m *dm.Membership) { m.ReadSeq = 10 }, 0, 0, 0, 0},
		"cleared":          {func(_ *dm.Conversation, m *dm.Membership) { m.ClearedSeq = 8 }, 2, 1, 0, 2},
		"cleared and read": {func(_ *dm.Conversation, m *dm.Membership) { m.ClearedSeq, m.ReadSeq = 8, 9 }, 1, 1, 0, 1},
		"a request":        {func(_ *dm.Conversation, m *dm.Membership) { m.Folder = dm.FolderRequests }, 10, 0, 1, 0},
		"hidden":           {func(_ *dm.Conversation, m *dm.Membership) { m.Folder = dm.FolderHidden }, 10, 0, 0, 0},
		"archived":         {func(_ *dm.Conversation, m *dm.Membership) { m.Folder = dm.FolderArchive }, 10, 0, 0, 0},
		"out of view":      {func(_ *dm.Conversation, m *dm.Membership) { m.Folder = dm.FolderNone }, 0, 0, 0, 0},
		"blocking":         {func(_ *dm.Conversation, m *dm.Membership) { m.Blocks = true }, 0, 0, 0, 0},
		"blocked": {func(c *dm.Conversation, m *dm.Membership) {
			_, theirs := c.Sides(m.User)
			theirs.Blocks = true
		}, 10, 1, 0, 10},
		"muted": {func(_ *dm.Conversation, m *dm.Membership) { m.Muted = true }, 10, 1, 0, 10},
	} {
		conv, mine, _ := conversation(10)
		c.change(conv, mine)
		if got := conv.Unread(mine); got != c.unread {
			t.Errorf("%s: %d unread, want %d", name, got, c.unread)
		}
		want := dm.Unread{Conversations: c.conversation, Requests: c.request, Messages: c.messages}
		if got := conv.UnreadOf(mine); got != want {
			t.Errorf("%s: adds %+v, want %+v", name, got, want)
		}
	}
}

func TestAViewIsOneMembers(t *testing.T) {
	c, mine, theirs := conversation(10)
	mine.ReadSeq, mine.Muted, mine.ClearedSeq = 4, true, 2
	theirs.ReadSeq = 9
	v := dm.ViewOf(c, mine.User, true)
	if v.ID != c.ID || v.Viewer != mine.User || v.With != theirs.User || v.Folder != dm.FolderInbox || v.LastSeq != 10 ||
		v.ClearedSeq != 2 || v.ReadSeq != 4 || v.Unread != 6 || !v.Muted || !v.LastAt.Equal(noon) {
		t.Errorf("alice sees %+v", v)
	}
	if v.TheirReadSeq == nil || *v.TheirReadSeq != 9 {
		t.Errorf("alice sees the read position %v, want 9", v.TheirReadSeq)
	}
	if v := dm.ViewOf(c, theirs.User, true); v.ReadSeq != 9 || v.Muted || *v.TheirReadSeq != 4 || v.Unread != 1 {
		t.Errorf("bob sees %+v", v)
	}
}

// A request never leaks that it was seen, and neither does a declined one, to either side.
func TestReceiptsAreMutualAndNeverInARequest(t *testing.T) {
	for _, folder := range folders {
		open := folder == dm.FolderInbox || folder == dm.FolderArchive
		for _, receipts := range []bool{true, false} {
			c, mine, theirs := conversation(10)
			theirs.Folder = folder
			if got := dm.ViewOf(c, mine.User, receipts).TheirReadSeq != nil; got != (open && receipts) {
				t.Errorf("the request stands in folder %v, receipts %v: its sender sees the read position: %v", folder, receipts, got)
			}
			if got := dm.ViewOf(c, theirs.User, receipts).TheirReadSeq != nil; got != (open && receipts) {
				t.Errorf("the request stands in folder %v, receipts %v: its recipient sees the read position: %v", folder, receipts, got)
			}
		}
	}
}
