package words

import (
	"strings"
	"sync"
	"unicode/utf8"
)

// alike lists letters of other scripts and of the phonetic alphabet that readers take for the Latin
// letter before them. Both cases are listed where they look different. The list has the letters
// that people type to evade a list, not all confusables of Unicode.
const alike = `
a а А α Α ᴀ ɑ Ꭺ ꓮ
b в В β Β ʙ ь Ь Ᏼ ꓐ
c с С ς ϲ Ϲ ᴄ ҫ Ҫ Ꮯ ꓚ
d ԁ Ԁ ᴅ ɖ Ꭰ ꓓ
e е Е ε Ε ᴇ ҽ є Є Ꭼ ꓰ
f ꜰ ƒ ғ Ғ ꓝ
g ɢ ɡ ԍ Ԍ ց Ꮐ ꓖ
h н Н Η һ Һ ʜ ң Ң հ Ꮋ ꓧ
i і І ι Ι ɪ ɩ Ꭵ ꓲ
j ј Ј ᴊ Ꭻ ꓙ
k к К κ Κ ᴋ қ Қ ҡ Ҡ Ꮶ ꓗ
l ӏ Ӏ ʟ Ꮮ ꓡ
m м М μ Μ ᴍ Ꮇ ꓟ
n п П η Ν ɴ ո ꓠ
o о О ο Ο ᴏ ө Ө σ օ Օ ꓳ
p р Р ρ Ρ ᴘ Ꮲ ꓑ
q ԛ Ԛ ꞯ զ
r г ʀ Ꭱ ꓣ
s ѕ Ѕ ꜱ ʂ Ꮪ ꓢ
t т Т τ Τ ᴛ Ꭲ ꓔ
u υ ц ᴜ ս Ս ꓴ
v ѵ Ѵ ν ᴠ ʋ Ꮩ ꓦ
w ԝ Ԝ ω ᴡ Ꮃ ꓪ
x х Х χ Χ ҳ Ҳ ꓫ
y у У Υ γ ү Ү ʏ Ꮍ ꓬ
z Ζ ᴢ Ꮓ ꓜ
`

var alikes = sync.OnceValue(func() map[rune]byte {
	table := map[rune]byte{}
	for line := range strings.Lines(alike) {
		for i, field := range strings.Fields(line) {
			if r, _ := utf8.DecodeRuneInString(field); i > 0 {
				table[r] = line[0]
			}
		}
	}
	return table
})

// looksLike returns the Latin letter that a character beyond ASCII looks like, or 0. The character
// may be a symbol: letters in circles and squares, and the letters of flags.
func looksLike(r rune) (as byte, sign bool) {
	switch {
	case r >= 0x1F1E6 && r <= 0x1F1FF:
		return 'a' + byte(r-0x1F1E6), true
	case r >= 0x1F150 && r <= 0x1F169:
		return 'a' + byte(r-0x1F150), true
	case r >= 0x1F170 && r <= 0x1F189:
		return 'a' + byte(r-0x1F170), true
	}
	return alikes()[r], false
}

// rightToLeft reverses the following text on the screen until endOfTurn or the end of the line.
const (
	rightToLeft = '\u202E'
	endOfTurn   = '\u202C'
)

// asShown returns a text with its reversed parts in the order in which they are displayed.
func asShown(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		before, turned, found := strings.Cut(line, string(rightToLeft))
		out.WriteString(before)
		for found {
			var part, rest string
			part, turned, found = strings.Cut(turned, string(rightToLeft))
			part, rest, _ = strings.Cut(part, string(endOfTurn))
			for len(part) > 0 {
				r, size := utf8.DecodeLastRuneInString(part)
				out.WriteRune(r)
				part = part[:len(part)-size]
			}
			out.WriteString(rest)
		}
	}
	return out.String()
}
