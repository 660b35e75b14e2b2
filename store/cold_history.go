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
func (s *Store) History(ctx context.Context, viewer dm.UserID, after *dm.TimePlace, limit int) ([]dm.SettingsChange, error) {
	at, id := maxMicros, uuid.Max
	if after != nil {
		at, id = toMicros(after.At), after.ID
	}
	rows, err := s.ent.SettingsChange.Query().
		Where(settingschange.UserID(uuid.UUID(viewer)), before(settingschange.FieldAt, settingschange.FieldID, at, id)).
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

// writeHistory writes changes of settings, and those settings into the head that a send does not
// write.
func writeHistory(ctx context.Context, ses *session, history []dm.SettingsChange) error {
	for _, h := range history {
		before, err := packKinds(h.Before.Refused)
		if err != nil {
			return err
		}
		after, err := packKinds(h.After.Refused)
		if err != nil {
			return err
		}
		create := ses.ent.SettingsChange.Create().SetID(uuid.UUID(h.ID)).SetUserID(uuid.UUID(h.User)).SetAt(toMicros(h.At)).
			SetAudienceBefore(int16(h.Before.Audience)).SetAudienceAfter(int16(h.After.Audience)).
			SetRoutesBefore(int32(packGrid(h.Before.Routes))).SetRoutesAfter(int32(packGrid(h.After.Routes))).
			SetReadReceiptsBefore(h.Before.ReadReceipts).SetReadReceiptsAfter(h.After.ReadReceipts).
			SetRefusedBefore(before).SetRefusedAfter(after).
			SetRequestLinksBefore(h.Before.RequestLinks).SetRequestLinksAfter(h.After.RequestLinks).
			SetRequestPreviewsBefore(h.Before.RequestPreviews).SetRequestPreviewsAfter(h.After.RequestPreviews).
			SetAgeBefore(int16(h.AgeBefore)).SetAgeAfter(int16(h.AgeAfter)).
			SetChangedBy(int16(h.By)).SetDevice(h.Device)
		if h.Undoes != (dm.ChangeID{}) {
			create.SetUndoes(uuid.UUID(h.Undoes))
		}
		if h.Words != nil {
			create.SetWordsVersion(int32(h.Words.Version)).SetWordsAdded(strings.Join(h.Words.Added, "\n")).
				SetWordsRemoved(strings.Join(h.Words.Removed, "\n"))
		}
		if err := create.Exec(ctx); err != nil {
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
