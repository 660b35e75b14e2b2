package aparte

import (
	"context"
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/store"
)

// User is a user of the program as Aparté knows them.
type User struct {
	// ExternalID is the program's own id of the user, up to 128 bytes. Required.
	ExternalID string
	// Handle is the unique short name: 1 to 32 letters a-z, digits, dots, dashes or underscores.
	// Empty: a known user keeps the handle, and a new user gets one that is made.
	Handle string
	// DisplayName is shown to others. Empty: the handle.
	DisplayName string
	// AvatarURL is an https address of a picture. Empty: none.
	AvatarURL string
	// AgeBand restricts minors. The zero value is an adult.
	AgeBand policy.AgeBand
	// CreatedAt is when the account was created in the program, which decides how long it counts as
	// new. Zero: the first call for this user.
	CreatedAt time.Time
}

// Follow is an edge of the program's follow graph, by external ids.
type Follow struct {
	Follower, Followee string
	// Remove removes the edge.
	Remove bool
}

// Suggestion is a pair that the program suggests to each other, for example from contacts, by
// external ids.
type Suggestion struct {
	A, B string
	// Remove removes the pair.
	Remove bool
}

// UpsertUsers creates or changes up to 1,000 users by their external id, all or none. An error that
// a caller can correct is a *dm.Error with the code INVALID_INPUT.
func (s *Server) UpsertUsers(ctx context.Context, users ...User) error {
	inputs := make([]dm.UserInput, len(users))
	for i, u := range users {
		inputs[i] = dm.UserInput{
			ExternalID: u.ExternalID, Handle: u.Handle, DisplayName: u.DisplayName, AgeBand: u.AgeBand, CreatedAt: u.CreatedAt,
		}
		if u.AvatarURL != "" {
			inputs[i].AvatarURL = &users[i].AvatarURL
		}
	}
	_, err := s.service.UpsertUsers(ctx, inputs)
	s.api.UsersChanged(ctx)
	return err
}

// SetFollows adds or removes up to 1,000 edges of the follow graph, all or none. It decides from
// the next message on who is a friend, a follower or a stranger. An unknown user is a *dm.Error.
func (s *Server) SetFollows(ctx context.Context, follows ...Follow) error {
	edits := make([]dm.EdgeEdit, len(follows))
	for i, f := range follows {
		edits[i] = dm.EdgeEdit{From: f.Follower, To: f.Followee, Remove: f.Remove}
	}
	return s.service.SetEdges(ctx, edits)
}

// SetSuggestions adds or removes up to 1,000 suggested pairs, all or none. An unknown user is a
// *dm.Error.
func (s *Server) SetSuggestions(ctx context.Context, pairs ...Suggestion) error {
	edits := make([]dm.EdgeEdit, len(pairs))
	for i, p := range pairs {
		edits[i] = dm.EdgeEdit{From: p.A, To: p.B, Suggested: true, Remove: p.Remove}
	}
	return s.service.SetEdges(ctx, edits)
}

// RevokeTokens refuses all tokens of a user that were issued before now, and disconnects the user:
// here at once, on other nodes within [Connections.RevocationPoll]. Call it when the user logs out
// everywhere.
func (s *Server) RevokeTokens(ctx context.Context, externalID string) error {
	_, err := s.service.RevokeTokens(ctx, externalID)
	s.api.UsersChanged(ctx)
	return err
}

// DeleteUser deletes a user and disconnects them. Their messages stay with those who received them;
// the API's eraseUser removes those too.
func (s *Server) DeleteUser(ctx context.Context, externalID string) error {
	err := s.service.DeleteUser(ctx, externalID)
	s.api.UsersChanged(ctx)
	return err
}

// Migrate brings the schema of a database up to what this version needs, and returns the version of
// the schema. It creates a SQLite database that does not exist. Running it again changes nothing;
// of two that run at once, one waits. Call it before [New], or run the command "aparte migrate" at
// each deployment.
//
// It uses the fields DatabaseURL and Schema of the configuration. It refuses a database that a
// newer version migrated, and a schema that holds tables of another program.
func Migrate(ctx context.Context, c Config) (version int64, err error) {
	after, err := store.Migrate(ctx, store.Config{URL: c.DatabaseURL, Schema: c.Schema})
	return after.Current, err
}
