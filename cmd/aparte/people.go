package main

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/store"
)

// maxDevPeople is how many people of a community that is not the demo can be picked.
const maxDevPeople = 20

// devPerson is somebody to be, in the playground and in the web client of `aparte dev`.
type devPerson struct {
	Handle      string `json:"handle"`
	DisplayName string `json:"displayName"`
	Token       string `json:"token"`
}

// devPeople lists the people of the demo, or some of whoever is there, each with a fresh token.
func devPeople(ctx context.Context, st *store.Store, secret []byte) ([]devPerson, error) {
	var users []*dm.User
	for _, p := range demoPeople {
		u, err := st.UserByHandle(ctx, p.handle)
		switch {
		case dm.CodeOf(err) == dm.CodeNotFound:
		case err != nil:
			return nil, err
		default:
			users = append(users, u)
		}
	}
	if len(users) == 0 {
		found, err := st.SearchUsers(ctx, dm.UserID{}, "", nil, maxDevPeople)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			users = append(users, f.User)
		}
	}
	out := make([]devPerson, len(users))
	for i, u := range users {
		token, err := userToken(secret, u.ExternalID, tokenTTL)
		if err != nil {
			return nil, err
		}
		out[i] = devPerson{Handle: u.Handle, DisplayName: u.DisplayName, Token: token}
	}
	return out, nil
}

// servePeople hands out tokens to whoever asks. It exists in dev only, which listens on loopback only.
func (s *server) servePeople(w http.ResponseWriter, r *http.Request) {
	people, err := devPeople(r.Context(), s.store, s.config.tokens.Secrets[0])
	if err != nil {
		s.logger.Error("list the people of dev", "error", err)
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if err := json.NewEncoder(w).Encode(people); err != nil {
		s.logger.Debug("send the people of dev", "error", err)
	}
}
