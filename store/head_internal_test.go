package store

import (
	"testing"

	"github.com/aparte-im/aparte/dm/policy"
)

func TestKindsAreReadAsTheyWereWritten(t *testing.T) {
	for _, want := range []policy.KindGrid{
		{},
		{policy.Known: policy.KindVideo},
		{policy.Known: 1<<16 - 1, policy.Friend: 1 << 31, policy.Stranger: policy.AllKinds},
	} {
		text, err := packKinds(want)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := unpackKinds(text); err != nil || got != want {
			t.Errorf("%v is written as %q and read as %v (%v)", want, text, got, err)
		}
	}
	if got, err := unpackKinds("{"); err == nil {
		t.Errorf("a text that is no array is read as %v", got)
	}
}
