package dm

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestPlacesReadBack(t *testing.T) {
	inbox := InboxPlace{At: time.Date(2026, 3, 1, 12, 0, 0, 123456000, time.UTC), ID: ConversationOf(NewUserID(), NewUserID())}
	if back, err := parseInboxPlace(inbox.String()); err != nil || *back != inbox {
		t.Errorf("%+v reads back as %+v, %v", inbox, back, err)
	}
	message := MessagePlace(77)
	if back, err := parseMessagePlace(message.String()); err != nil || back != message {
		t.Errorf("%v reads back as %v, %v", message, back, err)
	}
	for _, key := range []string{"", "chloé", strings.Repeat("👋", maxDisplayName)} {
		user := UserPlace{Rank: 1, Key: key, ID: NewUserID()}
		if back, err := parseUserPlace(user.String()); err != nil || *back != user {
			t.Errorf("%+v reads back as %+v, %v", user, back, err)
		}
	}
}

func TestAPlaceOfOneListIsNoPlaceOfAnother(t *testing.T) {
	inbox := InboxPlace{At: time.Now(), ID: ConversationOf(NewUserID(), NewUserID())}.String()
	message, user := MessagePlace(7).String(), UserPlace{Key: "alice"}.String()
	for list, check := range map[string]func(string) *Error{
		inbox:   func(s string) *Error { _, err := parseInboxPlace(s); return err },
		message: func(s string) *Error { _, err := parseMessagePlace(s); return err },
		user:    func(s string) *Error { _, err := parseUserPlace(s); return err },
	} {
		for _, s := range []string{inbox, message, user, "x", "!", inbox + "AAAA"} {
			if err := check(s); (err == nil) != (s == list) {
				t.Errorf("%q where %q belongs: %v", s, list, err)
			}
		}
		if err := check(""); err != nil {
			t.Errorf("the empty place is the start of every list: %v", err)
		}
	}
}

func TestAPageIsBounded(t *testing.T) {
	for first, ok := range map[int]bool{-1: false, 0: false, 1: true, MaxPage: true, MaxPage + 1: false} {
		if err := (PageRequest{First: first}).check(); (err == nil) != ok {
			t.Errorf("first %d: %v", first, err)
		}
	}
}

func TestCut(t *testing.T) {
	four := []int{1, 2, 3, 4}
	if s := Cut(four, 3); !s.More || len(s.Items) != 3 {
		t.Errorf("4 items for a page of 3: %+v", s)
	}
	if s := Cut(four, 4); s.More || len(s.Items) != 4 {
		t.Errorf("4 items for a page of 4: %+v", s)
	}
	if s := Cut(four, 3); cap(s.Items) != 3 {
		t.Error("an append to a page writes over the item after it")
	}
}

// A place goes to the database as it stands, so whatever is read must be something that a database
// can hold.
func FuzzParsePlaces(f *testing.F) {
	f.Add(InboxPlace{At: time.UnixMicro(1), ID: ConversationID{1}}.String())
	f.Add(InboxPlace{At: time.UnixMicro(1 << 62), ID: ConversationID{1}}.String())
	f.Add(MessagePlace(1).String())
	f.Add(UserPlace{Rank: 1, Key: "alice"}.String())
	f.Add(UserPlace{Rank: 1, Key: "a\x00\xff"}.String())
	f.Fuzz(func(t *testing.T, s string) {
		if p, err := parseInboxPlace(s); err == nil && p != nil {
			if y := p.At.Year(); y < 1 || y > 9999 {
				t.Errorf("%q is a place in the year %d", s, y)
			}
			if again, err := parseInboxPlace(p.String()); err != nil || *again != *p {
				t.Errorf("%q is read as %+v, and that as %+v", s, p, again)
			}
		}
		if p, err := parseMessagePlace(s); err == nil && p != FromNewest && (p > maxSeq || p < -maxSeq) {
			t.Errorf("%q is the place %d", s, p)
		}
		if p, err := parseUserPlace(s); err == nil && p != nil {
			if !utf8.ValidString(p.Key) || hasControl(p.Key, "") {
				t.Errorf("%q is a place with the key %q", s, p.Key)
			}
		}
	})
}
