package dm_test

import (
	"encoding/base64"
	"testing"

	"github.com/aparte-im/aparte/dm"
)

func TestACursorReadsBack(t *testing.T) {
	user := dm.NewUserID()
	for _, c := range []dm.Cursor{
		{User: user},
		{User: user, Epoch: 1, Position: 1},
		{User: user, Epoch: 1 << 40, Position: 1 << 62},
	} {
		if back, err := dm.ParseCursor(user, c.String()); err != nil || back != c {
			t.Errorf("%s reads back as %+v, %v; want %+v", c, back, err, c)
		}
	}
}

func TestACursorThatWasNeverIssuedIsRefused(t *testing.T) {
	alice, bob := dm.NewUserID(), dm.NewUserID()
	good := dm.Cursor{User: alice, Epoch: 3, Position: 500}.String()
	raw, err := base64.RawURLEncoding.DecodeString(good)
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		for bit := range 8 {
			bent := append([]byte(nil), raw...)
			bent[i] ^= 1 << bit
			c, err := dm.ParseCursor(alice, base64.RawURLEncoding.EncodeToString(bent))
			// A cursor of another position of the same log is as good as any; Watch knows how far
			// the log goes.
			if err == nil && (c.Epoch != 3 || c.Position == 500) {
				t.Errorf("bit %d of byte %d changed, and the cursor is read as %+v", bit, i, c)
			}
		}
	}
	if _, err := dm.ParseCursor(bob, good); dm.CodeOf(err) != dm.CodeInvalidCursor {
		t.Errorf("bob's log takes a cursor of alice's: %v (I9)", err)
	}
	for _, s := range []string{"", "x", good + "A", good[:len(good)-2], good + "=", " " + good, "AQAA"} {
		if _, err := dm.ParseCursor(alice, s); dm.CodeOf(err) != dm.CodeInvalidCursor {
			t.Errorf("%q is taken for a cursor: %v", s, err)
		}
	}
}

// A parsed cursor equals the text that String writes and has a valid position. Every refusal has
// its code.
func FuzzParseCursor(f *testing.F) {
	user := dm.UserID{9}
	f.Add(dm.Cursor{User: user, Epoch: 1, Position: 1}.String())
	f.Add(dm.Cursor{User: user, Epoch: 1 << 62, Position: 1 << 62}.String())
	f.Add("")
	f.Add("AQAAAAAAAA")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := dm.ParseCursor(user, s)
		switch {
		case err != nil && dm.CodeOf(err) != dm.CodeInvalidCursor:
			t.Errorf("%q: %v", s, err)
		case err == nil && (c.String() != s || c.Position < 0 || c.Epoch < 0 || c.User != user):
			t.Errorf("%q was read as %+v", s, c)
		}
	})
}
