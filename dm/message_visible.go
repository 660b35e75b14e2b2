package dm

import (
	"strings"
	"unicode"
)

// blank reports whether a text shows nothing: it holds only white space and characters that Unicode
// leaves without a glyph, such as a zero width space, a filler or a variation selector.
func blank(s string) bool {
	return !strings.ContainsFunc(s, visible)
}

// brailleBlank is a character of the category "symbol" whose glyph is empty.
const brailleBlank = '\u2800'

func visible(r rune) bool {
	switch {
	case unicode.IsSpace(r), unicode.IsControl(r), r == brailleBlank,
		unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector):
		return false
	case unicode.Is(unicode.Cf, r):
		// The only format characters with a glyph are the signs that enclose a number.
		return unicode.Is(unicode.Prepended_Concatenation_Mark, r)
	}
	return true
}

// lineEnds writes every line end of another system as \n: those of Windows and of old Macs,
// vertical tab, form feed and the next line of Latin 1.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n", "\u0085", "\n")

// withoutBidi takes the characters out of a line that set its direction. In a name or on a card
// they would reorder the text that stands beside it.
func withoutBidi(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, s)
}

// ascii reports whether a text holds nothing else. It is asked before letters are lowered, because
// some letters of other scripts have a lower case within ASCII (U+212A, U+0130).
func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}
