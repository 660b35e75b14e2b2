package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/internal/testdb"
)

// The first requests of a user, which come at once, all find the one user that they make.
func TestCreateUserAtOnce(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		s := openStore(t, url)
		defer func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}()
		for round := range 60 {
			name := fmt.Sprintf("u%d", round)
			ids := make([]dm.UserID, 6)
			var callers sync.WaitGroup
			begin := make(chan struct{})
			for i := range ids {
				callers.Go(func() {
					<-begin
					u, err := s.CreateUser(context.WithoutCancel(t.Context()), dm.UserInput{ExternalID: name, Handle: name})
					if err != nil {
						t.Errorf("round %d: %v", round, err)
						return
					}
					ids[i] = u.ID
				})
			}
			close(begin)
			callers.Wait()
			for _, id := range ids {
				if id != ids[0] {
					t.Fatalf("round %d made several users: %v", round, ids)
				}
			}
		}
	})
}
