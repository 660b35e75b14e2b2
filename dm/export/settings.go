package export

import (
	"context"
	"strings"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// maxExportedHistory bounds the setting history in an export, far above what a person reaches by
// hand.
const maxExportedHistory = 100_000

type settingsValues struct {
	// Audience is empty until the user has chosen an audience.
	Audience        string              `json:"whoCanMessageMe"`
	Routes          map[string]string   `json:"routes,omitempty"`
	Refused         map[string][]string `json:"kindsNotAccepted,omitempty"`
	ReadReceipts    bool                `json:"readReceipts"`
	RequestPreviews bool                `json:"requestPreviews"`
	RequestLinks    bool                `json:"requestLinks"`
	ChangedAt       stamp               `json:"changedAt"`
}

func settingsLine(s dm.Settings) settingsValues {
	out := settingsValues{
		Audience: s.Audience.String(), ReadReceipts: s.ReadReceipts, RequestPreviews: s.RequestPreviews, RequestLinks: s.RequestLinks,
		ChangedAt: stamp(s.ChangedAt),
	}
	for relation, kinds := range s.Refused {
		if kinds == 0 {
			continue
		}
		if out.Refused == nil {
			out.Refused = map[string][]string{}
		}
		out.Refused[policy.Relation(relation).String()] = kinds.Names()
	}
	if s.Audience == policy.Custom {
		out.Routes = map[string]string{}
		for relation, route := range s.Routes {
			out.Routes[policy.Relation(relation).String()] = route.String()
		}
	}
	return out
}

type change struct {
	ID     string         `json:"id"`
	At     stamp          `json:"at"`
	By     string         `json:"by"`
	Device string         `json:"device,omitempty"`
	Undoes string         `json:"undoes,omitempty"`
	Before settingsValues `json:"before"`
	After  settingsValues `json:"after"`
	// AgeBefore and AgeAfter are set when the age band changed.
	AgeBefore string `json:"ageBandBefore,omitempty"`
	AgeAfter  string `json:"ageBandAfter,omitempty"`
	// Added and Removed are hidden words.
	Added   []string `json:"hiddenWordsAdded,omitempty"`
	Removed []string `json:"hiddenWordsRemoved,omitempty"`
}

func changeLine(h dm.SettingsChange) change {
	out := change{
		ID: h.ID.String(), At: stamp(h.At), By: changerNames[h.By], Device: h.Device, Before: settingsLine(h.Before), After: settingsLine(h.After),
	}
	if h.Undoes != (dm.ChangeID{}) {
		out.Undoes = h.Undoes.String()
	}
	if h.AgeBefore != h.AgeAfter {
		out.AgeBefore, out.AgeAfter = h.AgeBefore.String(), h.AgeAfter.String()
	}
	if h.Words != nil {
		out.Added, out.Removed = h.Words.Added, h.Words.Removed
	}
	return out
}

func (e *export) settings(ctx context.Context) error {
	line, err := e.lines("settings.jsonl")
	if err != nil {
		return err
	}
	now, err := e.service.Messaging(ctx, e.user)
	if err != nil {
		return err
	}
	holds := settingsLine(now.Settings)
	holds.Audience = now.Audience.String()
	shield := stamp{}
	if now.ShieldSince != nil {
		shield = stamp(*now.ShieldSince)
	}
	if err := line(struct {
		Now    settingsValues `json:"now"`
		Chosen bool           `json:"chosen"`
		Shield stamp          `json:"surgeShieldSince"`
	}{holds, now.Settings.Audience != policy.NotChosen, shield}); err != nil {
		return err
	}
	history, err := e.store.History(ctx, e.user, nil, maxExportedHistory)
	if err != nil {
		return err
	}
	for _, h := range history {
		if err := line(changeLine(h)); err != nil {
			return err
		}
	}
	return e.hiddenWords(ctx)
}

func (e *export) hiddenWords(ctx context.Context) error {
	line, err := e.lines("hidden_words.jsonl")
	if err != nil {
		return err
	}
	list, err := e.store.HiddenWordsOf(ctx, e.user)
	if err != nil {
		return err
	}
	for word := range strings.SplitSeq(list, "\n") {
		if word == "" {
			continue
		}
		if err := line(struct {
			Word string `json:"word"`
		}{word}); err != nil {
			return err
		}
	}
	return nil
}
