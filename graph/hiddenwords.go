package graph

import (
	"context"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph/auth"
	"github.com/aparte-im/aparte/graph/generated"
)

func (q query) HiddenWords(ctx context.Context) ([]string, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	list, err := q.service.HiddenWords(ctx, viewer)
	if list == nil {
		list = []string{}
	}
	return list, err
}

func (q query) HiddenWordSamples(ctx context.Context) ([]*generated.HiddenWordSample, error) {
	if _, err := auth.ViewerOf(ctx); err != nil {
		return nil, err
	}
	var out []*generated.HiddenWordSample
	for _, s := range dm.HiddenWordSamples() {
		out = append(out, &generated.HiddenWordSample{Language: s.Language, Words: s.Words})
	}
	return out, nil
}

func (settingsChange) HiddenWordsAdded(_ context.Context, c *dm.SettingsChange) ([]string, error) {
	if c.Words == nil || c.Words.Added == nil {
		return []string{}, nil
	}
	return c.Words.Added, nil
}

func (settingsChange) HiddenWordsRemoved(_ context.Context, c *dm.SettingsChange) ([]string, error) {
	if c.Words == nil || c.Words.Removed == nil {
		return []string{}, nil
	}
	return c.Words.Removed, nil
}

func (m mutation) AddHiddenWords(ctx context.Context, words []string) (generated.HiddenWordsResult, error) {
	return m.hiddenWords(ctx, words, m.service.AddHiddenWords)
}

func (m mutation) RemoveHiddenWords(ctx context.Context, words []string) (generated.HiddenWordsResult, error) {
	return m.hiddenWords(ctx, words, m.service.RemoveHiddenWords)
}

func (m mutation) hiddenWords(ctx context.Context, words []string,
	edit func(context.Context, dm.UserID, []string) ([]string, error),
) (generated.HiddenWordsResult, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	list, err := edit(ctx, viewer, words)
	if err != nil {
		return refused[generated.HiddenWordsResult](err)
	}
	if list == nil {
		list = []string{}
	}
	return generated.HiddenWordsSuccess{Words: list}, nil
}
