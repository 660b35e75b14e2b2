package demo

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"

	"github.com/aparte-im/aparte/dm"
)

// maxPeople is the number of users of a community other than the demo that can be picked.
const maxPeople = 20

// Person is a user that the playground and the web client of "aparte dev" can sign in as.
type Person struct {
	Handle      string `json:"handle"`
	DisplayName string `json:"displayName"`
	Token       string `json:"token"`
}

// People hands out a fresh token for each user of the demo, or for some users when there is no
// demo, to every caller. sign makes the token of a user by the external id. The handler must be
// reachable from this machine only.
func People(service *dm.Service, sign func(externalID string) (string, error), logger *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		list, err := listPeople(r.Context(), service, sign)
		if err != nil {
			logger.Error("list the users of the demo", "error", err)
			http.Error(w, "internal error", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		if err := json.NewEncoder(w).Encode(list); err != nil {
			logger.Debug("send the users of the demo", "error", err)
		}
	})
}

func listPeople(ctx context.Context, service *dm.Service, sign func(string) (string, error)) ([]Person, error) {
	var users []*dm.User
	for _, p := range people {
		u, err := service.UserByHandle(ctx, p.handle)
		switch {
		case dm.CodeOf(err) == dm.CodeNotFound:
		case err != nil:
			return nil, err
		default:
			users = append(users, u)
		}
	}
	if len(users) == 0 {
		var err error
		if users, err = service.SomeUsers(ctx, maxPeople); err != nil {
			return nil, err
		}
	}
	out := make([]Person, len(users))
	for i, u := range users {
		token, err := sign(u.ExternalID)
		if err != nil {
			return nil, err
		}
		out[i] = Person{Handle: u.Handle, DisplayName: u.DisplayName, Token: token}
	}
	return out, nil
}

// Handles returns the handles of the users of the demo.
func Handles() []string {
	handles := make([]string, len(people))
	for i, p := range people {
		handles[i] = p.handle
	}
	return handles
}
