package store

import (
	"context"
	"strings"

	entsql "entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
	ent "github.com/aparte-im/aparte/ent/generated"
	"github.com/aparte-im/aparte/ent/generated/settingschange"
)

// History implements dm.Store.
func (s *Store) History(ctx context.Context, viewer dm.UserID, limit int) ([]dm.SettingsChange, error) {
	rows, err := s.ent.SettingsChange.Query().Where(settingschange.UserID(uuid.UUID(viewer))).
		Order(settingschange.ByAt(entsql.OrderDesc()), settingschange.ByID(entsql.OrderDesc())).Limit(limit).All(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]dm.SettingsChange, len(rows))
	for i, row := range rows {
		if out[i], err = changeOf(row); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// SettingsChange implements dm.Store.
func (s *Store) SettingsChange(ctx context.Context, viewer dm.UserID, id dm.ChangeID) (dm.SettingsChange, error) {
	row, err := s.ent.SettingsChange.Query().
		Where(settingschange.ID(uuid.UUID(id)), settingschange.UserID(uuid.UUID(viewer))).Only(ctx)
	if err != nil {
		return dm.SettingsChange{}, notFound(err, "change")
	}
	return changeOf(row)
}

func changeOf(row *ent.SettingsChange) (dm.SettingsChange, error) {
	before, err := unpackKinds(row.RefusedBefore)
	if err != nil {
		return dm.SettingsChange{}, err
	}
	after, err := unpackKinds(row.RefusedAfter)
	if err != nil {
		return dm.SettingsChange{}, err
	}
	c := dm.SettingsChange{
		ID: dm.ChangeID(row.ID), User: dm.UserID(row.UserID), At: fromMicros(row.At),
		Origin: dm.Origin{By: dm.Changer(row.ChangedBy), Device: row.Device},
		Before: dm.Settings{
			Audience: policy.Audience(row.AudienceBefore), Routes: unpackGrid(int64(row.RoutesBefore)),
			ReadReceipts: row.ReadReceiptsBefore, Refused: before, RequestLinks: row.RequestLinksBefore,
			RequestPreviews: row.RequestPreviewsBefore,
		},
		After: dm.Settings{
			Audience: policy.Audience(row.AudienceAfter), Routes: unpackGrid(int64(row.RoutesAfter)),
			ReadReceipts: row.ReadReceiptsAfter, Refused: after, RequestLinks: row.RequestLinksAfter,
			RequestPreviews: row.RequestPreviewsAfter,
			ChangedAt:       fromMicros(row.At),
		},
		AgeBefore: policy.AgeBand(row.AgeBefore), AgeAfter: policy.AgeBand(row.AgeAfter),
	}
	if row.WordsVersion > 0 {
		c.After.ChangedAt = c.Before.ChangedAt // the settings did not change
		c.Words = &dm.WordsChange{Version: int64(row.WordsVersion), Added: wordLines(row.WordsAdded), Removed: wordLines(row.WordsRemoved)}
	}
	if row.Undoes != nil {
		c.Undoes = dm.ChangeID(*row.Undoes)
	}
	return c, nil
}

// writeHistory keeps changes of settings. What of the settings a send does not write with the head is written here.
func writeHistory(ctx context.Context, ses *session, history []dm.SettingsChange) error {
	for _, h := range history {
		var words dm.WordsChange
		if h.Words != nil {
			words = *h.Words
		}
		var undoes *string
		if h.Undoes != (dm.ChangeID{}) {
			id := uuidText(h.Undoes)
			undoes = &id
		}
		before, err := packKinds(h.Before.Refused)
		if err != nil {
			return err
		}
		after, err := packKinds(h.After.Refused)
		if err != nil {
			return err
		}
		_, err = ses.conn.ExecContext(ctx, `INSERT INTO settings_changes (id, user_id, at, audience_before, audience_after,
			routes_before, routes_after, read_receipts_before, read_receipts_after, refused_before, refused_after,
			request_links_before, request_links_after, request_previews_before, request_previews_after, age_before, age_after, changed_by, device, undoes,
			words_version, words_added, words_removed)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)`,
			uuidText(h.ID), uuidText(h.User), toMicros(h.At), h.Before.Audience, h.After.Audience,
			packGrid(h.Before.Routes), packGrid(h.After.Routes), h.Before.ReadReceipts, h.After.ReadReceipts,
			before, after, h.Before.RequestLinks, h.After.RequestLinks,
			h.Before.RequestPreviews, h.After.RequestPreviews, h.AgeBefore, h.AgeAfter, h.By, h.Device, undoes,
			words.Version, strings.Join(words.Added, "\n"), strings.Join(words.Removed, "\n"))
		if err != nil {
			return err
		}
		if h.Before.Refused == h.After.Refused && h.Before.RequestLinks == h.After.RequestLinks {
			continue
		}
		if err := updateHead(ctx, ses, h.User, "refused = $2, request_links = $3", after, h.After.RequestLinks); err != nil {
			return err
		}
	}
	return nil
}
