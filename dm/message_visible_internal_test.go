package dm

import (
	"strings"
	"testing"
	"unicode"
)

// invisible are characters that show nothing, one of each kind.
var invisible = []rune{
	'\u00a0', '\u00ad', '\u034f', '\u061c', '\u115f', '\u17b4', '\u180b', '\u180e', '\u200b', '\u200e', '\u2028', '\u202e', '\u2060',
	'\u2063', '\u2066', '\u206a', '\u2800', '\u3000', '\u3164', '\ufe0f', '\ufeff', '\uffa0', '\ufff9', '\U0001d173', '\U000e0020', '\U000e0100',
}

// A text without a visible character is empty wherever an empty text is.
func TestATextThatShowsNothingIsEmpty(t *testing.T) {
	for _, r := range invisible {
		nothing := strings.Repeat(string(r), 3)
		if !blank(nothing) || blank(nothing+"a") {
			t.Errorf("U+%04X: blank %v, and with a letter %v", r, blank(nothing), blank(nothing+"a"))
		}
		in := SendInput{To: UserID{1}, Body: nothing, ClientMessageID: "k"}
		if _, err := in.normalize(UserID{2}); err == nil || err.Field != "body" {
			t.Errorf("U+%04X: as a message it gives %v", r, err)
		}
		if u, err := (UserInput{ExternalID: "x", Handle: "name", DisplayName: nothing}).Normalize(); err != nil || u.DisplayName != "name" {
			t.Errorf("U+%04X: as a name it gives %q, %v", r, u.DisplayName, err)
		}
		if text, err := normalizeText("note", nothing, 10); err != nil || text != "" {
			t.Errorf("U+%04X: as a note it gives %q, %v", r, text, err)
		}
		if label, err := normalizeLabel(nothing); err == nil {
			t.Errorf("U+%04X: as a label it gives %q", r, label)
		}
	}
	for _, text := range []string{"a", "é", "👍", "ا", "\u0600", "☺\ufe0f", "\u00ada", "1"} {
		if blank(text) {
			t.Errorf("%q is not seen", text)
		}
	}
}

// No letter outside of ASCII makes a handle, whatever its lower case is.
func TestHandlesAreASCIIBeforeTheyAreLowered(t *testing.T) {
	for r := rune(unicode.MaxASCII + 1); r <= unicode.MaxRune; r++ {
		if lower := strings.ToLower(string(r)); lower[0] >= 0x80 {
			continue
		}
		if u, err := (UserInput{ExternalID: "x", Handle: "a" + string(r)}).Normalize(); err == nil {
			t.Errorf("U+%04X is taken as %q", r, u.Handle)
		}
		if _, err := new(Service).UserByHandle(t.Context(), "a"+string(r)); CodeOf(err) != CodeNotFound {
			t.Errorf("U+%04X is looked up: %v", r, err)
		}
	}
}

// A character that sets the direction of a line is in no name and on no card, and an address has no
// user information.
func TestNamesAndCardsSetNoDirection(t *testing.T) {
	for r := range unicode.MaxRune {
		if !unicode.Is(unicode.Bidi_Control, r) {
			continue
		}
		line := "a" + string(r) + "b"
		u, err := (UserInput{ExternalID: "x", Handle: "x", DisplayName: line}).Normalize()
		if err != nil || u.DisplayName != "ab" {
			t.Errorf("U+%04X: a name becomes %q, %v", r, u.DisplayName, err)
		}
		v, err := normalizeVideo(&VideoCard{URL: "https://v.example/1", Title: &line, AuthorHandle: &line})
		if err != nil || *v.Title != "ab" || *v.AuthorHandle != "ab" {
			t.Errorf("U+%04X: a card becomes %+v, %v", r, v, err)
		}
	}
	for _, address := range []string{"https://bank.example@v.example/1", "https://a:b@v.example/1", "https://@v.example/1"} {
		if _, err := webURL("video.url", address); err == nil {
			t.Errorf("%s is taken", address)
		}
	}
}
