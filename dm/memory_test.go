package dm_test

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
	"github.com/google/uuid"
)

// memory is a model of dm.Store on maps: it keeps what a Tx wants written and loads what a Scope
// names, one transaction after the other. It follows the specification for the methods that it has;
// a call of another method panics.
type memory struct {
	dm.Store
	mu            sync.Mutex
	rules         dm.Rules
	now           time.Time
	bus           dm.Publisher
	users         map[dm.UserID]*dm.User
	heads         map[dm.UserID]dm.Head
	conversations map[dm.ConversationID]dm.Conversation
	pairs         map[dm.Pair]dm.PairState
	messages      map[dm.MessageID]dm.Message
	logs          map[dm.UserID][]*dm.Event
	history       map[dm.UserID][]dm.SettingsChange
	words         map[dm.UserID]dm.HiddenWords
	reports       map[dm.ReportID]dm.Report
	evidence      map[dm.ReportID]*dm.Evidence
	audit         []dm.AuditEntry
	jobs          []dm.Job
	codes         map[dm.ContactCodeID]dm.ContactCode
	redemptions   []dm.Redemption
}

func newMemory(bus dm.Publisher) *memory {
	rules := dm.DefaultRules()
	rules.DefaultAudience = policy.Everyone
	return &memory{
		rules: rules, now: noon, bus: bus,
		users: map[dm.UserID]*dm.User{}, heads: map[dm.UserID]dm.Head{}, conversations: map[dm.ConversationID]dm.Conversation{},
		pairs: map[dm.Pair]dm.PairState{}, messages: map[dm.MessageID]dm.Message{}, logs: map[dm.UserID][]*dm.Event{},
		history: map[dm.UserID][]dm.SettingsChange{}, words: map[dm.UserID]dm.HiddenWords{}, reports: map[dm.ReportID]dm.Report{},
		evidence: map[dm.ReportID]*dm.Evidence{}, codes: map[dm.ContactCodeID]dm.ContactCode{},
	}
}

// load copies what a scope names, so that a Tx whose change fails leaves nothing behind.
func (m *memory) load(scope dm.Scope) *dm.Tx {
	in := dm.Loaded{
		Heads: map[dm.UserID]*dm.Head{}, Conversations: map[dm.ConversationID]*dm.Conversation{},
		Pairs: map[dm.Pair]dm.PairState{}, Used: map[dm.SendKey]*dm.Message{},
	}
	for _, id := range scope.Heads() {
		if h, ok := m.heads[id]; ok {
			in.Heads[id] = &h
		}
	}
	for _, p := range scope.Pairs {
		in.Pairs[p] = m.pairs[p]
		if c, ok := m.conversations[dm.ConversationOf(p.Low, p.High)]; ok {
			in.Conversations[c.ID] = &c
		}
	}
	for _, key := range scope.Keys {
		for seq := range m.conversations[key.Conversation].LastSeq {
			message, ok := m.messages[dm.MessageID{Conversation: key.Conversation, Seq: seq + 1}]
			if ok && message.Sender == key.Sender && message.ClientMessageID == key.ClientMessageID {
				in.Used[key] = &message
			}
		}
	}
	tx := dm.NewTx(m.rules, 1, m.now, in)
	for _, id := range scope.Messages {
		if message, ok := m.messages[id]; ok {
			tx.AddMessage(&message)
		}
	}
	for _, id := range scope.Reports {
		if r, ok := m.reports[id]; ok {
			tx.AddReports(&r)
		}
	}
	if key := scope.ReportKey; key != nil {
		var past dm.PastReports
		for _, r := range m.reports {
			if r.Reporter == key.Reporter && r.ClientReportID == key.ClientReportID {
				past.First = &r
			}
		}
		tx.AddPastReports(past)
	}
	if scope.Job != 0 {
		tx.AddLastJob(m.lastJob(scope.Users[0], scope.Job))
	}
	for _, c := range m.codes {
		if scope.RecentCodes && c.Owner == scope.Users[0] || c.ID == scope.Code {
			tx.AddCode(&c, dm.UserID{}, false)
		}
	}
	for _, p := range scope.Pairs {
		tx.CountShared(p, len(m.shared(p.Low, p.High)))
	}
	return tx
}

// keep writes the changes of a Tx and publishes its events.
func (m *memory) keep(tx *dm.Tx) {
	c := tx.Changes()
	for id, h := range c.Heads {
		m.heads[id] = *h
	}
	for _, h := range c.Restricted {
		m.heads[h.User] = *h
	}
	for id, conversation := range c.Conversations {
		m.conversations[id] = *conversation
	}
	for p, change := range c.Pairs {
		m.pairs[p] = change.After
	}
	for _, message := range slices.Concat(c.Messages, c.Removed) {
		m.messages[message.ID] = *message
	}
	for _, change := range c.History {
		m.history[change.User] = slices.Insert(m.history[change.User], 0, change)
	}
	for _, list := range c.Words {
		m.words[list.User] = list
	}
	for _, r := range slices.Concat(c.NewReports, c.Reports) {
		m.reports[r.ID] = *r
	}
	for _, e := range c.Evidence {
		m.evidence[e.Report] = e
	}
	for _, entry := range c.Audit {
		m.audit = slices.Insert(m.audit, 0, entry)
	}
	for _, j := range c.NewJobs {
		m.jobs = append(m.jobs, *j)
	}
	for _, code := range slices.AppendSeq(c.NewCodes, maps.Values(c.Codes)) {
		m.codes[code.ID] = *code
	}
	m.redemptions = append(m.redemptions, c.Redemptions...)
	for _, e := range c.Events {
		m.logs[e.User] = append(m.logs[e.User], e)
	}
	m.bus.Publish(c.Events)
}

func (m *memory) Append(_ context.Context, send dm.Send) (sent dm.Sent, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	tx := m.load(dm.Scope{Pairs: []dm.Pair{dm.PairOf(send.Sender, send.Recipient)}, Keys: []dm.SendKey{send.Key()}})
	for _, c := range m.codes {
		if c.Hash == send.Code {
			used := slices.ContainsFunc(m.redemptions, func(r dm.Redemption) bool { return r.Code == c.ID && r.Redeemer == send.Sender })
			tx.AddCode(&c, send.Sender, used)
		}
	}
	if _, needed := tx.NeedsWords(send.Sender, send.Recipient); needed {
		tx.AddWords(send.Recipient, dm.CompileWords(m.words[send.Recipient].List))
	}
	if sent, err = tx.Send(send); err == nil {
		m.keep(tx)
	}
	return sent, err
}

func (m *memory) Change(_ context.Context, scope dm.Scope, change func(*dm.Tx) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	tx := m.load(scope)
	if err := change(tx); err != nil {
		return err
	}
	m.keep(tx)
	return nil
}

func (m *memory) Inspect(_ context.Context, scope dm.Scope) (*dm.Tx, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.load(scope), nil
}

func (m *memory) OtherMember(_ context.Context, viewer dm.UserID, id dm.ConversationID) (dm.UserID, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, ok := m.conversations[id]
	if mine, theirs := c.Sides(viewer); ok && mine != nil {
		return theirs.User, nil
	}
	return dm.UserID{}, dm.NotFound("conversation")
}

// views returns the viewer's views, newest first.
func (m *memory) views(viewer dm.UserID) []*dm.View {
	var out []*dm.View
	for _, c := range m.conversations {
		mine, theirs := c.Sides(viewer)
		if mine == nil || mine.Folder == dm.FolderNone {
			continue
		}
		v := dm.ViewOf(&c, viewer, m.heads[viewer].Settings.ReadReceipts && m.heads[theirs.User].Settings.ReadReceipts)
		if all := m.visible(viewer, c.ID); len(all) > 0 {
			v.Last = all[0]
		}
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b *dm.View) int {
		return cmp.Or(b.LastAt.Compare(a.LastAt), slices.Compare(b.ID[:], a.ID[:]))
	})
	return out
}

func (m *memory) Views(_ context.Context, viewer dm.UserID, ids []dm.ConversationID) (map[dm.ConversationID]*dm.View, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := map[dm.ConversationID]*dm.View{}
	for _, v := range m.views(viewer) {
		if slices.Contains(ids, v.ID) {
			out[v.ID] = v
		}
	}
	return out, nil
}

func (m *memory) Inbox(_ context.Context, viewer dm.UserID, folder dm.Folder, after *dm.InboxPlace, limit int) ([]*dm.View, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []*dm.View
	for _, v := range m.views(viewer) {
		if v.Folder != folder || after != nil && cmp.Or(after.At.Compare(v.LastAt), slices.Compare(after.ID[:], v.ID[:])) <= 0 {
			continue
		}
		out = append(out, v)
	}
	return out[:min(limit, len(out))], nil
}

// visible returns the messages of a conversation that a member can see, newest first.
func (m *memory) visible(viewer dm.UserID, id dm.ConversationID) []*dm.Message {
	c := m.conversations[id]
	mine, _ := c.Sides(viewer)
	if mine == nil || mine.Folder == dm.FolderNone {
		return nil
	}
	var out []*dm.Message
	for seq := c.LastSeq; seq > mine.ClearedSeq; seq-- {
		if message, ok := m.messages[dm.MessageID{Conversation: id, Seq: seq}]; ok {
			out = append(out, &message)
		}
	}
	return out
}

func (m *memory) Messages(_ context.Context, viewer dm.UserID, ids []dm.ConversationID, before int64, limit int) (map[dm.ConversationID][]*dm.Message, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := map[dm.ConversationID][]*dm.Message{}
	for _, id := range ids {
		for _, message := range m.visible(viewer, id) {
			if message.ID.Seq < before && len(out[id]) < limit {
				out[id] = append(out[id], message)
			}
		}
	}
	return out, nil
}

func (m *memory) MessagesByID(_ context.Context, viewer dm.UserID, ids []dm.MessageID) (map[dm.MessageID]*dm.Message, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := map[dm.MessageID]*dm.Message{}
	for _, id := range ids {
		for _, message := range m.visible(viewer, id.Conversation) {
			if message.ID == id {
				out[id] = message
			}
		}
	}
	return out, nil
}

func (m *memory) Log(_ context.Context, viewer dm.UserID, after int64, limit int) (dm.Log, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	h, ok := m.heads[viewer]
	if !ok {
		return dm.Log{}, dm.NotFound("user")
	}
	log := dm.Log{Head: h.Position, Epoch: 1, Unread: h.Unread, Gone: h.Gone}
	for _, e := range m.logs[viewer] {
		if e.Position > after && len(log.Events) < limit {
			log.Events = append(log.Events, e)
		}
	}
	return log, nil
}

func (m *memory) LogEnds(_ context.Context, users []dm.UserID) (map[dm.UserID]dm.LogEnd, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := map[dm.UserID]dm.LogEnd{}
	for _, id := range users {
		if h, ok := m.heads[id]; ok {
			out[id] = dm.LogEnd{Position: h.Position, Gone: h.Gone}
		}
	}
	return out, nil
}

// shared returns the friends whom two users share.
func (m *memory) shared(a, b dm.UserID) []dm.UserID {
	friends := func(x, y dm.UserID) bool { p := m.pairs[dm.PairOf(x, y)]; return p.LowFollows && p.HighFollows }
	var out []dm.UserID
	for id := range m.heads {
		if friends(a, id) && friends(b, id) {
			out = append(out, id)
		}
	}
	return out
}

func (m *memory) SharedFriends(_ context.Context, viewer dm.UserID, others []dm.UserID, limit int) (map[dm.UserID][]dm.UserID, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := map[dm.UserID][]dm.UserID{}
	for _, other := range others {
		found := m.shared(viewer, other)
		out[other] = found[:min(limit, len(found))]
	}
	return out, nil
}

func (m *memory) Users(_ context.Context, ids []dm.UserID) (map[dm.UserID]*dm.User, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := map[dm.UserID]*dm.User{}
	for _, id := range ids {
		if u := m.users[id]; u != nil {
			out[id] = u
		}
	}
	return out, nil
}

// found lists users in the order of their handles.
func (m *memory) found(after *dm.UserPlace, limit int, takes func(*dm.User) bool) []dm.FoundUser {
	var out []dm.FoundUser
	for _, u := range m.users {
		if takes(u) && (after == nil || u.Handle > after.Key) {
			out = append(out, dm.FoundUser{User: u, Place: dm.UserPlace{Key: u.Handle, ID: u.ID}})
		}
	}
	slices.SortFunc(out, func(a, b dm.FoundUser) int { return strings.Compare(a.Handle, b.Handle) })
	return out[:min(limit, len(out))]
}

// override is what a user has decided about another.
func (m *memory) override(user, other dm.UserID) policy.Override {
	p := dm.PairOf(user, other)
	if user == p.Low {
		return m.pairs[p].LowOverride
	}
	return m.pairs[p].HighOverride
}

func (m *memory) SearchUsers(_ context.Context, viewer dm.UserID, prefix string, after *dm.UserPlace, limit int) ([]dm.FoundUser, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.found(after, limit, func(u *dm.User) bool {
		return strings.HasPrefix(u.Handle, prefix) && !m.override(viewer, u.ID).Blocked
	}), nil
}

func (m *memory) OverrideUsers(_ context.Context, viewer dm.UserID, list dm.OverrideList, after *dm.UserPlace, limit int) ([]dm.FoundUser, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.found(after, limit, func(u *dm.User) bool {
		o := m.override(viewer, u.ID)
		switch list {
		case dm.BlockedPeople:
			return o.Blocked
		case dm.RestrictedPeople:
			return o.Restricted
		case dm.AlwaysPeople:
			return o.Listed == policy.ListedAlways
		}
		return o.Listed == policy.ListedNever
	}), nil
}

func (m *memory) UpsertUsers(_ context.Context, in []dm.UserInput) ([]*dm.User, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []*dm.User
	for _, input := range in {
		u := &dm.User{
			ID: dm.NewUserID(), ExternalID: input.ExternalID, Handle: input.Handle, DisplayName: input.DisplayName, AgeBand: input.AgeBand,
		}
		m.users[u.ID], out = u, append(out, u)
		m.heads[u.ID] = dm.Head{User: u.ID, AgeBand: input.AgeBand, Settings: dm.Settings{ReadReceipts: true}}
	}
	return out, nil
}

func (m *memory) HiddenWords(_ context.Context, viewer dm.UserID) (dm.HiddenWords, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := m.words[viewer]
	list.User = viewer
	return list, nil
}

func (m *memory) History(_ context.Context, viewer dm.UserID, after *dm.TimePlace, limit int) ([]dm.SettingsChange, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := m.history[viewer]
	if after != nil {
		list = list[1+slices.IndexFunc(list, func(c dm.SettingsChange) bool { return uuid.UUID(c.ID) == after.ID }):]
	}
	return list[:min(limit, len(list))], nil
}

func (m *memory) SettingsChange(_ context.Context, viewer dm.UserID, id dm.ChangeID) (dm.SettingsChange, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range m.history[viewer] {
		if c.ID == id {
			return c, nil
		}
	}
	return dm.SettingsChange{}, dm.NotFound("change")
}

func (m *memory) ContactCodes(_ context.Context, owner dm.UserID, _ *dm.TimePlace, limit int) ([]*dm.ContactCode, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []*dm.ContactCode
	for _, c := range m.codes {
		if c.Owner == owner {
			out = append(out, &c)
		}
	}
	return out[:min(limit, len(out))], nil
}

func (m *memory) Report(_ context.Context, id dm.ReportID) (*dm.Report, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r, ok := m.reports[id]; ok {
		return &r, nil
	}
	return nil, dm.NotFound("report")
}

func (m *memory) Evidence(_ context.Context, id dm.ReportID) (*dm.Evidence, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e := m.evidence[id]; e != nil {
		return e, nil
	}
	return nil, dm.NotFound("evidence")
}

func (m *memory) Audit(context.Context, dm.AuditFilter, *dm.TimePlace, int) ([]dm.AuditEntry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.audit), nil
}
