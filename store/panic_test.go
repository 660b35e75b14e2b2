package store_test

import (
	"testing"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/internal/testdb"
	"github.com/aparte-im/aparte/store"
)

// A change that panics leaves no transaction open, whether or not the caller recovers: its locks
// are released and its writes are rolled back.
func TestAChangeThatPanicsLeavesNothingBehind(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		s, err := store.Open(t.Context(), store.Config{URL: url, Rules: dm.DefaultRules()})
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}()
		alice, bob := strangers(t, s, 1)
		scope := dm.Scope{Pairs: []dm.Pair{dm.PairOf(alice, bob)}}
		for range 3 {
			func() {
				defer func() {
					if recover() == nil {
						t.Error("the panic did not reach the caller")
					}
				}()
				_ = s.Change(t.Context(), scope, func(*dm.Tx) error { panic("a mistake") })
			}()
			// Another session of the pool may serve this, and would wait for the lock.
			if err := s.Change(t.Context(), scope, func(*dm.Tx) error { return nil }); err != nil {
				t.Fatalf("the change after it: %v", err)
			}
			if _, err := s.Append(t.Context(), dm.Send{Sender: alice, Recipient: bob, Body: "x", ClientMessageID: "k"}); dm.CodeOf(err) != dm.CodeMessageNotAllowed {
				t.Fatalf("the send after it: %v", err)
			}
		}
	})
}
