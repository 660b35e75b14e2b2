package dm_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// The part of memory that the host, jobs, exports and erasures use.

func (m *memory) byExternalID(externalID string) *dm.User {
	for _, u := range m.users {
		if u.ExternalID == externalID && !u.Deleted {
			return u
		}
	}
	return nil
}

func (m *memory) WasDeleted(_ context.Context, externalID string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, u := range m.users {
		if u.ExternalID == externalID && u.Deleted {
			return true, nil
		}
	}
	return false, nil
}

func (m *memory) UserByExternalID(_ context.Context, externalID string) (*dm.User, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if u := m.byExternalID(externalID); u != nil {
		return u, nil
	}
	return nil, dm.NotFound("user")
}

func (m *memory) UserByHandle(_ context.Context, handle string) (*dm.User, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if found := m.found(nil, 1, func(u *dm.User) bool { return u.Handle == handle && !u.Deleted }); len(found) > 0 {
		return found[0].User, nil
	}
	return nil, dm.NotFound("user")
}

func (m *memory) SuggestedUsers(_ context.Context, viewer dm.UserID, after *dm.UserPlace, limit int) ([]dm.FoundUser, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.found(after, limit, func(u *dm.User) bool { return m.pairs[dm.PairOf(viewer, u.ID)].Suggested }), nil
}

func (m *memory) CreateUser(ctx context.Context, in dm.UserInput) (*dm.User, error) {
	if u, err := m.UserByExternalID(ctx, in.ExternalID); err == nil {
		return u, nil
	}
	users, err := m.UpsertUsers(ctx, []dm.UserInput{in})
	return users[0], err
}

func (m *memory) SetEdges(_ context.Context, edits []dm.EdgeEdit) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range edits {
		from, to := m.byExternalID(e.From), m.byExternalID(e.To)
		if from == nil || to == nil {
			return dm.NotFound("user")
		}
		p := dm.PairOf(from.ID, to.ID)
		state := m.pairs[p]
		switch {
		case e.Suggested:
			state.Suggested = !e.Remove
		case from.ID == p.Low:
			state.LowFollows = !e.Remove
		default:
			state.HighFollows = !e.Remove
		}
		m.pairs[p] = state
	}
	return nil
}

func (m *memory) SetAgeBand(_ context.Context, user dm.UserID, band policy.AgeBand, _ time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	h := m.heads[user]
	h.AgeBand = band
	m.heads[user], m.users[user].AgeBand = h, band
	return nil
}

func (m *memory) DeleteUser(_ context.Context, externalID string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	u := m.byExternalID(externalID)
	if u == nil {
		return dm.NotFound("user")
	}
	h := m.heads[u.ID]
	h.Gone, u.Deleted = true, true
	m.heads[u.ID] = h
	return nil
}

func (m *memory) RevokeTokens(_ context.Context, externalID string) (dm.Revocation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	u := m.byExternalID(externalID)
	if u == nil {
		return dm.Revocation{}, dm.NotFound("user")
	}
	u.TokensValidAfter = m.now
	return dm.Revocation{User: u.ID, At: m.now}, nil
}

func (m *memory) Revocations(_ context.Context, since time.Time) ([]dm.Revocation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []dm.Revocation
	for _, u := range m.users {
		if u.Deleted || !u.TokensValidAfter.IsZero() && !u.TokensValidAfter.Before(since) {
			out = append(out, dm.Revocation{User: u.ID, At: u.TokensValidAfter, Gone: u.Deleted})
		}
	}
	return out, nil
}

func (m *memory) DeletedUsers(_ context.Context, externalID string) ([]dm.UserID, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []dm.UserID
	for _, u := range m.users {
		if u.ExternalID == externalID && u.Deleted {
			out = append(out, u.ID)
		}
	}
	return out, nil
}

func (m *memory) ConversationsOf(_ context.Context, user dm.UserID) ([]dm.ConversationRef, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []dm.ConversationRef
	for _, c := range m.conversations {
		if mine, theirs := c.Sides(user); mine != nil {
			out = append(out, dm.ConversationRef{
				ID: c.ID, Other: theirs.User, FirstSeq: 1, LastSeq: c.LastSeq, Cleared: mine.ClearedSeq, Folder: mine.Folder,
				ReadSeq: mine.ReadSeq, Muted: mine.Muted, DeclinedUntil: mine.DeclinedUntil,
			})
		}
	}
	slices.SortFunc(out, func(a, b dm.ConversationRef) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	return out, nil
}

func (m *memory) MessagesOf(_ context.Context, user dm.UserID, c dm.ConversationRef, after, to int64) ([]*dm.Message, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []*dm.Message
	for seq := after + 1; seq <= to; seq++ {
		message, ok := m.messages[dm.MessageID{Conversation: c.ID, Seq: seq}]
		if ok && (message.Sender == user || seq > c.Cleared) {
			out = append(out, &message)
		}
	}
	return out, nil
}

// edges lists the other users of a user's pairs for which holds reports true, by id after another.
func (m *memory) edges(user, after dm.UserID, limit int, holds func(p dm.Pair, state dm.PairState) bool) []dm.FollowEdge {
	var out []dm.FollowEdge
	for p, state := range m.pairs {
		other := p.Low
		if other == user {
			other = p.High
		}
		if (p.Low == user || p.High == user) && after.Less(other) && holds(p, state) {
			out = append(out, dm.FollowEdge{User: other, Since: m.now})
		}
	}
	slices.SortFunc(out, func(a, b dm.FollowEdge) int { return bytes.Compare(a.User[:], b.User[:]) })
	return out[:min(limit, len(out))]
}

func (m *memory) FollowsOf(_ context.Context, user dm.UserID, followers bool, after dm.UserID, limit int) ([]dm.FollowEdge, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.edges(user, after, limit, func(p dm.Pair, state dm.PairState) bool {
		if (p.Low == user) != followers {
			return state.LowFollows
		}
		return state.HighFollows
	}), nil
}

func (m *memory) SuggestionsOf(_ context.Context, user dm.UserID, after dm.UserID, limit int) ([]dm.FollowEdge, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.edges(user, after, limit, func(_ dm.Pair, state dm.PairState) bool { return state.Suggested }), nil
}

func (m *memory) HiddenWordsOf(_ context.Context, user dm.UserID) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return strings.Join(m.words[user].List, "\n"), nil
}

// redeemed lists redemptions, newest first, with the owner and the label of the code.
func (m *memory) redeemed(takes func(dm.Redemption) bool) []dm.Redemption {
	var out []dm.Redemption
	for _, r := range slices.Backward(m.redemptions) {
		r.Owner, r.Label = m.codes[r.Code].Owner, m.codes[r.Code].Label
		if takes(r) {
			out = append(out, r)
		}
	}
	return out
}

func (m *memory) RedemptionsBy(_ context.Context, redeemer dm.UserID, after dm.ContactCodeID, _ int) ([]dm.Redemption, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.redeemed(func(r dm.Redemption) bool { return r.Redeemer == redeemer && bytes.Compare(after[:], r.Code[:]) < 0 }), nil
}

func (m *memory) Redemptions(_ context.Context, owner dm.UserID, code dm.ContactCodeID, _ *dm.TimePlace, _ int) ([]dm.Redemption, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.redeemed(func(r dm.Redemption) bool { return r.Code == code && r.Owner == owner }), nil
}

func (m *memory) RedemptionsFrom(_ context.Context, owner dm.UserID, redeemers []dm.UserID, _ int) ([]dm.Redemption, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.redeemed(func(r dm.Redemption) bool { return r.Owner == owner && slices.Contains(redeemers, r.Redeemer) }), nil
}

func (m *memory) ContactCodeOf(_ context.Context, hash dm.CodeHash, redeemer dm.UserID) (*dm.ContactCode, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range m.codes {
		if c.Hash == hash {
			return &c, len(m.redeemed(func(r dm.Redemption) bool { return r.Code == c.ID && r.Redeemer == redeemer })) > 0, nil
		}
	}
	return nil, false, nil
}

func (m *memory) RelatedPeople(_ context.Context, viewer dm.UserID, _ int) (dm.RelatedPeople, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := dm.RelatedPeople{Flags: map[dm.UserID]dm.PairFlags{}}
	for p, state := range m.pairs {
		if p.Low != viewer && p.High != viewer {
			continue
		}
		other, theyFollow, iFollow := p.High, state.HighFollows, state.LowFollows
		if other == viewer {
			other, theyFollow, iFollow = p.Low, state.LowFollows, state.HighFollows
		}
		var f dm.PairFlags
		for flag, holds := range map[dm.PairFlags]bool{
			dm.FlagFollower: theyFollow, dm.FlagFollowed: iFollow, dm.FlagSuggested: state.Suggested,
			dm.FlagBlocked: m.override(viewer, other).Blocked, dm.FlagRestricted: m.override(viewer, other).Restricted,
			dm.FlagAlways: m.override(viewer, other).Listed == policy.ListedAlways,
			dm.FlagNever:  m.override(viewer, other).Listed == policy.ListedNever,
		} {
			if holds {
				f |= flag
			}
		}
		if f != 0 {
			out.Flags[other] = f
		}
	}
	return out, nil
}

func (m *memory) Reports(_ context.Context, list dm.ReportList, _ *dm.TimePlace, limit int) ([]*dm.Report, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []*dm.Report
	for _, r := range m.reports {
		if r.Reporter == list.Reporter || !list.Concerned.IsZero() && r.Reported == list.Concerned && r.Action > dm.ActionNone ||
			list.State != 0 && r.State == list.State {
			out = append(out, &r)
		}
	}
	return out[:min(limit, len(out))], nil
}

func (m *memory) JobByID(_ context.Context, id dm.JobID) (*dm.Job, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, j := range m.jobs {
		if j.ID == id {
			return &j, nil
		}
	}
	return nil, nil
}

func (m *memory) TakeJob(_ context.Context, kind dm.JobKind, node string, hold time.Duration) (*dm.Job, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.jobs {
		j := &m.jobs[i]
		if j.Kind == kind && (j.State == dm.JobQueued || j.State == dm.JobRunning && !m.now.Before(j.LeaseUntil)) {
			j.State, j.LeaseBy, j.LeaseUntil, j.Tries = dm.JobRunning, node, m.now.Add(hold), j.Tries+1
			taken := *j
			return &taken, nil
		}
	}
	return nil, nil
}

func (m *memory) EraseStep(_ context.Context, job *dm.Job, c dm.ConversationRef, _ time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	job.AtSeq++
	job.Done++
	id := dm.MessageID{Conversation: c.ID, Seq: job.AtSeq}
	if message, ok := m.messages[id]; ok && message.Sender == job.User {
		message.Body, message.Video, message.Removed = "", nil, true
		m.messages[id] = message
	}
	if job.AtSeq == c.LastSeq {
		tx := m.load(dm.Scope{Pairs: []dm.Pair{dm.PairOf(job.User, c.Other)}})
		tx.Erased(job.User, c.Other)
		m.keep(tx)
	}
	return nil
}

func (m *memory) EraseRest(ctx context.Context, job *dm.Job) error {
	job.State = dm.JobDone
	return m.KeepJob(ctx, job)
}
