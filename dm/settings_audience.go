package dm

import (
	"context"
	"time"

	"github.com/aparte-im/aparte/dm/policy"
)

// Messaging is a user's messaging settings, resolved.
type Messaging struct {
	Settings
	// Audience is never NotChosen here.
	Audience policy.Audience
	Grid     policy.Grid
	// ShieldSince is when the surge shield went up. Nil: it is down.
	ShieldSince *time.Time
}

// Messaging resolves settings by the rules.
func (r Rules) Messaging(s Settings, band policy.AgeBand) Messaging {
	return Messaging{Settings: s, Audience: r.Audience(s, band), Grid: r.Grid(s, band)}
}

// SetWhoCanMessageMe sets the viewer's audience; routes go with Custom only and start from what
// held before. When it has returned, no message that it forbids commits on any node (I1). Errors:
// INVALID_INPUT.
func (s *Service) SetWhoCanMessageMe(ctx context.Context, viewer UserID, audience policy.Audience, routes map[policy.Relation]policy.Route) (Messaging, error) {
	if audience == policy.NotChosen || audience > policy.Custom {
		return Messaging{}, Invalid("audience", "No such audience.")
	}
	if audience != policy.Custom && len(routes) > 0 {
		return Messaging{}, Invalid("routes", "Routes go with the audience CUSTOM only.")
	}
	return s.changeSettings(ctx, viewer, func(rules Rules, band policy.AgeBand, now *Settings) error {
		if audience == policy.Custom {
			now.Routes = rules.Grid(*now, band)
			for relation, route := range routes {
				now.Routes[relation] = route
			}
		}
		now.Audience = audience
		return rules.allowed(*now, band)
	})
}

// SetReadReceipts sets whether the viewer and the people they talk with see what the other has
// read.
func (s *Service) SetReadReceipts(ctx context.Context, viewer UserID, on bool) (Messaging, error) {
	return s.changeSettings(ctx, viewer, func(_ Rules, _ policy.AgeBand, now *Settings) error {
		now.ReadReceipts = on
		return nil
	})
}

func (s *Service) changeSettings(ctx context.Context, viewer UserID, change func(Rules, policy.AgeBand, *Settings) error) (Messaging, error) {
	return s.changeSettingsBy(ctx, viewer, ChangeID{}, change)
}

func (s *Service) changeSettingsBy(ctx context.Context, viewer UserID, undoes ChangeID,
	change func(Rules, policy.AgeBand, *Settings) error,
) (Messaging, error) {
	var out Messaging
	var loosened bool
	err := s.txs.Change(ctx, Scope{Users: []UserID{viewer}}, func(tx *Tx) error {
		h := tx.Head(viewer)
		if h == nil || h.Gone {
			return NotFound("user")
		}
		after, grid := h.Settings, tx.rules.Grid(h.Settings, h.AgeBand)
		if err := change(tx.rules, h.AgeBand, &after); err != nil {
			return err
		}
		tx.setSettings(h, after, originOf(ctx), undoes)
		out = tx.messaging(h)
		loosened = out.Grid.Loosens(grid)
		return nil
	})
	if err == nil && loosened {
		// It holds from the commit on; what it welcomes comes out of the hidden requests now.
		_, err = s.ReleaseHidden(ctx, viewer)
	}
	return out, err
}

// SetRequestPreviews sets whether what people write in a request shows in lists and live events
// before the viewer opens it. Errors: NOT_FOUND.
func (s *Service) SetRequestPreviews(ctx context.Context, viewer UserID, on bool) (Messaging, error) {
	return s.changeSettings(ctx, viewer, func(_ Rules, _ policy.AgeBand, now *Settings) error {
		now.RequestPreviews = on
		return nil
	})
}

// messaging is what holds for the user of a head.
func (tx *Tx) messaging(h *Head) Messaging {
	m := tx.rules.Messaging(h.Settings, h.AgeBand)
	if !h.ShieldAt.IsZero() {
		at := h.ShieldAt
		m.ShieldSince = &at
	}
	return m
}
