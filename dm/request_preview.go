package dm

import "context"

// Preview returns a message of the conversation as a list or a live event may show it to the
// viewer: without its words while it stands in a request that they have not allowed to show them.
// Opening the conversation shows them.
func (v *View) Preview(m *Message) *Message {
	if !v.Withheld || m == nil || m.Removed || m.Sender == v.Viewer {
		return m
	}
	hidden := *m
	hidden.Body, hidden.Video, hidden.Withheld = "", nil, true
	return &hidden
}

// Request reports whether the conversation waits for the viewer's answer.
func (v *View) Request() bool { return v.Folder == FolderRequests || v.Folder == FolderHidden }

// preview keeps to itself what the viewer has not allowed to show.
func (v *View) preview(allowed bool) {
	if v.Request() && !allowed {
		v.Withheld = true
		v.Last = v.Preview(v.Last)
	}
}

// Preview does the same to an event, which a store reads with the whole message.
func (e *Event) Preview(allowed bool) {
	if e.View == nil {
		return
	}
	e.View.preview(allowed)
	e.Message = e.View.Preview(e.Message)
}

// preview does it to views as a store reads them. It costs a read where a request is among them.
func (s *Service) preview(ctx context.Context, viewer UserID, views []*View) error {
	asked, allowed := false, false
	for _, v := range views {
		if !v.Request() {
			continue
		}
		if !asked {
			tx, err := s.inspectUser(ctx, viewer)
			if err != nil {
				return err
			}
			asked, allowed = true, tx.Head(viewer).Settings.RequestPreviews
		}
		v.preview(allowed)
	}
	return nil
}
