package dm

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func TestNormalizeBody(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "hello", "hello"},
		{"composed", "cafe\u0301", "café"},
		{"lines", "a\r\nb\nc\td", "a\nb\nc\td"},
		{"line ends of other systems", "a\rb\vc\fd\u0085e\r\n\rf", "a\nb\nc\nd\ne\n\nf"},
		{"spaces stay", "  a  ", "  a  "},
		{"the longest", strings.Repeat("é", MaxBody), strings.Repeat("é", MaxBody)},
		{"longer only before", strings.Repeat("e\u0301", MaxBody), strings.Repeat("é", MaxBody)},
		{"joined emoji", "👩‍👩‍👧", "👩‍👩‍👧"},
	} {
		if got, err := normalizeBody(c.in); err != nil || got != c.want {
			t.Errorf("%s: got %q, %v", c.name, got, err)
		}
	}
	for _, c := range []struct{ name, in string }{
		{"too long", strings.Repeat("a", MaxBody+1)},
		{"too long after", strings.Repeat("\u0958", MaxBody)},
		{"far too long", strings.Repeat("a", 100*MaxBody)},
		{"null", "a\x00b"},
		{"escape", "a\x1b[31m"},
		{"delete", "a\x7f"},
		{"a control of Latin 1", "a\u0084b"},
		{"not UTF-8", "a\xffb"},
		{"half a pair", "a\xed\xa0\x80b"},
	} {
		if got, err := normalizeBody(c.in); err == nil {
			t.Errorf("%s: taken as %q", c.name, got)
		} else if err.Code != CodeInvalidInput || err.Field != "body" {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestNormalizeVideo(t *testing.T) {
	title, long := "cafe\u0301", strings.Repeat("a", maxVideoTitle+1)
	good, bad := "https://v.example/1", "javascript:alert(1)"
	v, err := normalizeVideo(&VideoCard{URL: good, Title: &title, ThumbnailURL: &good})
	if err != nil || v.URL != good || *v.Title != "café" || *v.ThumbnailURL != good || v.AuthorHandle != nil {
		t.Errorf("got %+v, %v", v, err)
	}
	if v, err := normalizeVideo(nil); v != nil || err != nil {
		t.Errorf("no video becomes %+v, %v", v, err)
	}
	for field, card := range map[string]*VideoCard{
		"video.url":          {URL: bad},
		"video.thumbnailUrl": {URL: good, ThumbnailURL: &bad},
		"video.title":        {URL: good, Title: &long},
		"video.authorHandle": {URL: good, AuthorHandle: &long},
	} {
		if _, err := normalizeVideo(card); err == nil || err.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	for _, s := range []string{"", "//v.example/1", "https:///1", "ftp://v.example", "https://v.example/\x00", "https://v.example/" + strings.Repeat("a", maxURL)} {
		if _, err := normalizeVideo(&VideoCard{URL: s}); err == nil || err.Field != "video.url" {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestASendNeedsSomethingToSayAndSomebodyToHear(t *testing.T) {
	bob, c := NewUserID(), ConversationOf(NewUserID(), NewUserID())
	video := &VideoCard{URL: "https://v.example/1"}
	for name, in := range map[string]SendInput{
		"to":              {Body: "a", ClientMessageID: "k"},
		"to both":         {To: bob, Conversation: c, Body: "a", ClientMessageID: "k"},
		"body":            {To: bob, ClientMessageID: "k"},
		"body of spaces":  {To: bob, Body: " \n\t\u00a0", ClientMessageID: "k"},
		"clientMessageId": {To: bob, Body: "a"},
		"clientMessageId that changes": {
			To: bob, Body: "a", ClientMessageID: "cafe\u0301",
		},
		"clientMessageId too long":    {To: bob, Body: "a", ClientMessageID: strings.Repeat("k", MaxClientMessageID+1)},
		"clientMessageId with a null": {To: bob, Body: "a", ClientMessageID: "k\x00"},
		"video.url":                   {To: bob, Video: &VideoCard{}, ClientMessageID: "k"},
	} {
		field, _, _ := strings.Cut(name, " ")
		if _, err := in.normalize(NewUserID()); err == nil || err.Field != field {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := (SendInput{To: bob, Video: video, ClientMessageID: "k"}).normalize(NewUserID()); err != nil {
		t.Errorf("a video alone: %v", err)
	}
}

func TestNormalizeUser(t *testing.T) {
	bad := "file:///etc/passwd"
	for name, u := range map[string]UserInput{
		"handle of an @ alone":       {ExternalID: "1", Handle: "@"},
		"handle with a space":        {ExternalID: "1", Handle: "a b"},
		"handle too long":            {ExternalID: "1", Handle: strings.Repeat("a", maxHandle+1)},
		"handle of another alphabet": {ExternalID: "1", Handle: "алиса"},
		"externalId":                 {Handle: "a"},
		"externalId with a space":    {ExternalID: "1 2", Handle: "a"},
		"externalId with a null":     {ExternalID: "1\x00", Handle: "a"},
		"avatarUrl":                  {ExternalID: "1", Handle: "a", AvatarURL: &bad},
		"displayName":                {ExternalID: "1", Handle: "a", DisplayName: "a\nb"},
	} {
		field, _, _ := strings.Cut(name, " ")
		if _, err := u.Normalize(); err == nil || err.Field != field {
			t.Errorf("%s: %v", name, err)
		}
	}
	got, err := UserInput{ExternalID: "1", Handle: "@Alice.B"}.Normalize()
	if err != nil || got.Handle != "alice.b" || got.DisplayName != "alice.b" {
		t.Errorf("got %+v, %v", got, err)
	}
	// A handle is optional. The one that is made differs between people and does not show their
	// ids.
	seen := map[string]bool{}
	for _, id := range []string{"1", "2", "auth0|5f7c8ec7c33c6c004bbafe82", "ann@example.org"} {
		got, err := UserInput{ExternalID: id}.Normalize()
		if err != nil || !got.MadeHandle || seen[got.Handle] || len(id) > 2 && strings.Contains(got.Handle, id) || got.DisplayName != got.Handle {
			t.Errorf("%s without a handle is %+v, %v", id, got, err)
		}
		seen[got.Handle] = true
		if again, err := got.Normalize(); err != nil || again != got {
			t.Errorf("%s again is %+v, %v", id, again, err)
		}
	}
}

// Normalisation is idempotent; its result is valid, composed, bounded and without controls. A
// retry of the same text therefore is the same content (I2).
func FuzzNormalizeBody(f *testing.F) {
	for _, s := range []string{
		"", "hello", "cafe\u0301", "a\r\nb", "a\r\r\nb", "\x00", "\xff", "\u0958", "\u1e9b\u0323", "가", "\u0344",
		"a" + strings.Repeat("\u0301", 40), "\u2028", "👩‍👩‍👧",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		out, err := normalizeBody(s)
		if err != nil {
			if err.Code != CodeInvalidInput || err.Field != "body" || out != "" {
				t.Errorf("%q: %v, and yet %q", s, err, out)
			}
			return
		}
		if again, err := normalizeBody(out); err != nil || again != out {
			t.Errorf("%q becomes %q, and that %q, %v", s, out, again, err)
		}
		if !utf8.ValidString(out) || !norm.NFC.IsNormalString(out) || utf8.RuneCountInString(out) > MaxBody {
			t.Errorf("%q becomes %q, which is not fit to keep", s, out)
		}
		if strings.ContainsFunc(out, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
			t.Errorf("%q becomes %q with a control character", s, out)
		}
	})
}
