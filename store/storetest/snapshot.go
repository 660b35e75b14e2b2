package storetest

import (
	"fmt"
	"slices"

	"github.com/google/go-cmp/cmp"

	"github.com/aparte-im/aparte/dm"
)

// snapshot is a client's picture of an inbox: what it has read once and then keeps by the events it
// receives.
type snapshot struct {
	Views  map[dm.ConversationID]*dm.View
	Unread dm.Unread
	cursor dm.Cursor
}

var shownFolders = []dm.Folder{dm.FolderInbox, dm.FolderRequests, dm.FolderHidden, dm.FolderArchive}

// snapshot reads the inbox as it stands. Nothing may change meanwhile.
func (w *world) snapshot(user dm.UserID) *snapshot {
	w.Helper()
	counted, err := w.service.Unread(w.Context(), user)
	w.must(err)
	s := &snapshot{Views: map[dm.ConversationID]*dm.View{}, Unread: counted.Unread, cursor: counted.Cursor}
	for _, folder := range shownFolders {
		for _, v := range w.folder(user, folder) {
			s.Views[v.ID] = v
		}
	}
	return s
}

// folder reads a folder page by page and checks its order.
func (w *world) folder(user dm.UserID, folder dm.Folder) []*dm.View {
	w.Helper()
	var out []*dm.View
	page := dm.PageRequest{First: 3}
	for {
		slice, err := w.service.Inbox(w.Context(), user, folder, page)
		w.must(err)
		out = append(out, slice.Items...)
		if !slice.More {
			break
		}
		page.After = out[len(out)-1].Place()
	}
	for i, v := range out {
		if v.Folder != folder || v.Viewer != user {
			w.Fatalf("folder %v of %v lists %+v (I9)", folder, user, v)
		}
		if i > 0 && byActivity(out[i-1], v) >= 0 {
			w.Fatalf("folder %v is not in the order of activity", folder)
		}
	}
	return out
}

// byActivity orders views newest first, ties by id.
func byActivity(a, b *dm.View) int {
	if c := b.LastAt.Compare(a.LastAt); c != 0 {
		return c
	}
	return slices.Compare(b.ID[:], a.ID[:])
}

// apply is what a client does with an event.
func (s *snapshot) apply(e *dm.Event) {
	s.Unread = e.Unread
	switch e.Kind {
	case dm.EventMessageAdded, dm.EventConversationChanged:
		v := *e.View
		if v.Last == nil && s.Views[v.ID] != nil {
			v.Last = s.Views[v.ID].Last
		}
		s.Views[v.ID] = &v
	case dm.EventMessageRemoved:
		if v := s.Views[e.View.ID]; v != nil && v.Last != nil && v.Last.ID == e.Message.ID {
			changed := *v
			changed.Last = e.Message
			s.Views[v.ID] = &changed
		}
	case dm.EventWordsErased:
		if v := s.Views[e.View.ID]; v != nil && v.Last != nil && v.Last.Sender == e.View.With {
			changed, last := *v, *v.Last
			last.Body, last.Video, last.Removed = "", nil, true
			changed.Last = &last
			s.Views[v.ID] = &changed
		}
	case dm.EventConversationRemoved:
		delete(s.Views, e.View.ID)
	}
}

// advance applies the next event of a watch, which must be exactly the next (I4).
func (s *snapshot) advance(e *dm.Event) error {
	if e.Position != s.cursor.Position+1 {
		return fmt.Errorf("position %d follows %d (I4)", e.Position, s.cursor.Position)
	}
	s.cursor = e.Cursor()
	s.apply(e)
	return nil
}

// catchUp resumes from the snapshot's cursor and applies all that came later.
func (w *world) catchUp(user dm.UserID, s *snapshot) {
	w.Helper()
	watcher := w.watch(user, &s.cursor)
	defer watcher.Close()
	for head := w.cursor(user); s.cursor.Position < head.Position; {
		w.must(s.advance(w.next(watcher)))
	}
}

// shown is what I5 promises of a view: all that a replay must bring about.
type shown struct {
	Folder               dm.Folder
	LastSeq, ReadSeq     int64
	Unread, TheirReadSeq int64
	Muted                bool
	// Last is the newest message's text.
	Last string
}

func (s *snapshot) shown() map[dm.ConversationID]shown {
	out := map[dm.ConversationID]shown{}
	for id, v := range s.Views {
		row := shown{
			Folder: v.Folder, LastSeq: v.LastSeq, ReadSeq: v.ReadSeq, Unread: v.Unread, Muted: v.Muted, TheirReadSeq: -1,
		}
		if v.Last != nil {
			row.Last = v.Last.Body
		}
		if v.TheirReadSeq != nil {
			row.TheirReadSeq = *v.TheirReadSeq
		}
		out[id] = row
	}
	return out
}

// order lists a folder as the client would show it.
func (s *snapshot) order(folder dm.Folder) (ids []dm.ConversationID) {
	var views []*dm.View
	for _, v := range s.Views {
		if v.Folder == folder {
			views = append(views, v)
		}
	}
	slices.SortFunc(views, byActivity)
	for _, v := range views {
		ids = append(ids, v.ID)
	}
	return ids
}

func withheld(v *dm.View) bool { return v != nil && v.Last != nil && v.Last.Withheld }

// promised leaves out what I5 does not promise: while a block stands, reading goes on without
// receipts, and settings of receipts on the other side come without an event.
func promised(views map[dm.ConversationID]shown) map[dm.ConversationID]shown {
	out := map[dm.ConversationID]shown{}
	for id, v := range views {
		v.TheirReadSeq = 0
		out[id] = v
	}
	return out
}

// equals checks I5 for one user: what the events made of an older picture is what there is now.
func (w *world) equals(user dm.UserID, replayed, now *snapshot) {
	w.Helper()
	if replayed.Unread != now.Unread {
		w.Fatalf("the events of %v add up to %+v, the counts are %+v (I5, I6)", user, replayed.Unread, now.Unread)
	}
	there, made := promised(now.shown()), promised(replayed.shown())
	for id := range made {
		// Words that a request kept to itself are read when it shows them.
		if withheld(replayed.Views[id]) || withheld(now.Views[id]) {
			for _, views := range []map[dm.ConversationID]shown{there, made} {
				if v, ok := views[id]; ok {
					v.Last = ""
					views[id] = v
				}
			}
		}
	}
	if diff := cmp.Diff(there, made); diff != "" {
		w.Fatalf("the events of %v do not replay to the inbox (I5), -inbox +replay:\n%s", user, diff)
	}
	for _, folder := range shownFolders {
		if diff := cmp.Diff(now.order(folder), replayed.order(folder)); diff != "" {
			w.Fatalf("the events of %v replay to another order in folder %v (I5), -inbox +replay:\n%s", user, folder, diff)
		}
	}
}

// recount is the unread of a user, counted from what their folders show.
func (s *snapshot) recount() (u dm.Unread) {
	for _, v := range s.Views {
		switch {
		case v.Unread == 0:
		case v.Folder == dm.FolderInbox:
			u.Conversations++
			u.Messages += v.Unread
		case v.Folder == dm.FolderRequests:
			u.Requests++
		}
	}
	return u
}

// consistent checks what must hold of users at any time at which nothing is being written: I3, I5
// from the empty inbox, I6, and that each conversation's messages are there, gapless and the same
// for both.
func (w *world) consistent(users ...dm.UserID) {
	w.Helper()
	for _, user := range users {
		now, replayed := w.snapshot(user), &snapshot{Views: map[dm.ConversationID]*dm.View{}}
		for _, e := range w.events(user, 0) {
			replayed.apply(e)
		}
		w.equals(user, replayed, now)
		if got := now.recount(); got != now.Unread {
			w.Fatalf("the folders of %v show %+v unread, the counts say %+v (I6)", user, got, now.Unread)
		}
		for _, v := range now.Views {
			w.gapless(v)
		}
	}
}

// gapless reads all messages of a view and checks I3.
func (w *world) gapless(v *dm.View) {
	w.Helper()
	want := v.LastSeq
	page := dm.PageRequest{First: 50}
	for {
		lists, err := w.service.Messages(w.Context(), v.Viewer, []dm.ConversationID{v.ID}, page)
		w.must(err)
		slice := lists[v.ID]
		for _, m := range slice.Items {
			if m.ID.Seq != want || m.ID.Conversation != v.ID {
				w.Fatalf("conversation %v has seq %d where %d is due (I3)", v.ID, m.ID.Seq, want)
			}
			want--
			page.After = m.Place()
		}
		if !slice.More {
			break
		}
	}
	// Imported history counts down from 0, in a view where nothing is cleared.
	if want != v.ClearedSeq && (v.ClearedSeq > 0 || want > 0) {
		w.Fatalf("conversation %v ends at seq %d, its view is cleared up to %d (I3)", v.ID, want, v.ClearedSeq)
	}
}
