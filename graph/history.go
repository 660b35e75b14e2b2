package graph

import (
	"context"
	"net/http"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/graph/auth"
	"github.com/aparte-im/aparte/graph/bind"
	"github.com/aparte-im/aparte/graph/generated"
)

// MessagingChoice resolves the grids of settings as they were chosen.
func (s *Server) MessagingChoice() generated.MessagingChoiceResolver { return messagingChoice{} }

type messagingChoice struct{}

func (messagingChoice) Routes(_ context.Context, c *bind.Choice) ([]*generated.RelationRoute, error) {
	if c.Audience == policy.NotChosen {
		return nil, nil
	}
	// The operator's rules matter only where nothing was chosen.
	return routesOf(dm.Rules{}.Grid(c.Settings, c.AgeBand)), nil
}

func (messagingChoice) Kinds(_ context.Context, c *bind.Choice) ([]*generated.RelationKinds, error) {
	return kindsOf(c.Refused), nil
}

// SettingsChange resolves an entry of the setting history.
func (s *Server) SettingsChange() generated.SettingsChangeResolver { return settingsChange{} }

type settingsChange struct{}

func (settingsChange) ID(_ context.Context, c *dm.SettingsChange) (string, error) {
	return c.ID.String(), nil
}

func (settingsChange) Device(_ context.Context, c *dm.SettingsChange) (*string, error) {
	if c.Device == "" {
		return nil, nil
	}
	return &c.Device, nil
}

func (settingsChange) Undoes(_ context.Context, c *dm.SettingsChange) (*string, error) {
	if c.Undoes == (dm.ChangeID{}) {
		return nil, nil
	}
	id := c.Undoes.String()
	return &id, nil
}

func (settingsChange) Before(_ context.Context, c *dm.SettingsChange) (*bind.Choice, error) {
	return &bind.Choice{Settings: c.Before, AgeBand: c.AgeBefore}, nil
}

func (settingsChange) After(_ context.Context, c *dm.SettingsChange) (*bind.Choice, error) {
	return &bind.Choice{Settings: c.After, AgeBand: c.AgeAfter}, nil
}

func (m mutation) UndoSettingsChange(ctx context.Context, text string) (generated.UndoSettingsResult, error) {
	viewer, err := auth.ViewerOf(ctx)
	if err != nil {
		return nil, err
	}
	id, ok := dm.ParseChangeID(text)
	if !ok {
		return refused[generated.UndoSettingsResult](dm.NotFound("change"))
	}
	settings, err := m.service.UndoSettingsChange(ctx, viewer, id)
	if err != nil {
		return refused[generated.UndoSettingsResult](err)
	}
	return generated.SettingsSuccess{Settings: &settings}, nil
}

// headerDevice names the device in words that its user knows. It may stand in the payload of
// connection_init too.
const headerDevice = "Aparte-Device"

func deviceOf(h http.Header) string {
	if device := h.Get(headerDevice); device != "" {
		return device
	}
	return h.Get("User-Agent")
}

// withOrigin notes where the changes of a request come from: by whose token, and from which device.
func withOrigin(ctx context.Context, id *auth.Identity, device string) context.Context {
	o := dm.Origin{Device: device}
	if id.Admin {
		o.By = dm.ByHost
	}
	return dm.WithOrigin(ctx, o)
}
