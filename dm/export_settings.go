package dm

import (
	"context"
	"strings"

	"github.com/aparte-im/aparte/dm/policy"
)

// maxExportedHistory bounds the setting history in an export. Nobody reaches it by hand.
const maxExportedHistory = 100_000

type exportSettings struct {
	// Audience is empty until the user has chosen.
	Audience        string              `json:"whoCanMessageMe"`
	Routes          map[string]string   `json:"routes,omitempty"`
	Refused         map[string][]string `json:"kindsNotAccepted,omitempty"`
	ReadReceipts    bool                `json:"readReceipts"`
	RequestPreviews bool                `json:"requestPreviews"`
	RequestLinks    bool                `json:"requestLinks"`
	ChangedAt       Stamp               `json:"changedAt"`
}

func settingsLine(s Settings) exportSettings {
	out := exportSettings{
		Audience: s.Audience.String(), ReadReceipts: s.ReadReceipts, RequestPreviews: s.RequestPreviews, RequestLinks: s.RequestLinks,
		ChangedAt: Stamp(s.ChangedAt),
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

type exportChange struct {
	ID     string         `json:"id"`
	At     Stamp          `json:"at"`
	By     string         `json:"by"`
	Device string         `json:"device,omitempty"`
	Undoes string         `json:"undoes,omitempty"`
	Before exportSettings `json:"before"`
	After  exportSettings `json:"after"`
	// AgeBefore and AgeAfter are there where the age changed.
	AgeBefore string `json:"ageBandBefore,omitempty"`
	AgeAfter  string `json:"ageBandAfter,omitempty"`
	// Added and Removed are of the hidden words.
	Added   []string `json:"hiddenWordsAdded,omitempty"`
	Removed []string `json:"hiddenWordsRemoved,omitempty"`
}

func changeLine(h SettingsChange) exportChange {
	out := exportChange{
		ID: h.ID.String(), At: Stamp(h.At), By: h.By.name(), Device: h.Device, Before: settingsLine(h.Before), After: settingsLine(h.After),
	}
	if h.Undoes != (ChangeID{}) {
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
	shield := Stamp{}
	if now.ShieldSince != nil {
		shield = Stamp(*now.ShieldSince)
	}
	if err := line(struct {
		Now    exportSettings `json:"now"`
		Chosen bool           `json:"chosen"`
		Shield Stamp          `json:"surgeShieldSince"`
	}{holds, now.Settings.Audience != policy.NotChosen, shield}); err != nil {
		return err
	}
	history, err := e.service.store.History(ctx, e.user, maxExportedHistory)
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
	list, err := e.service.store.HiddenWordsOf(ctx, e.user)
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
