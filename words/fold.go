package words

import (
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// kind is what a folded character is to the words around it.
type kind uint8

const (
	// gap ends a word and is part of none.
	gap kind = iota
	// letter and digit go on with the word before them.
	letter
	digit
	// alone is a word by itself: a character of a script without spaces, a symbol, an emoji.
	alone
	// nothing is left out, as if it were not there.
	nothing
)

// classify tells what a folded character is.
func classify(r rune) kind {
	switch {
	case r < utf8.RuneSelf:
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z':
			return letter
		case '0' <= r && r <= '9':
			return digit
		}
		return gap
	case r >= 0x1F3FB && r <= 0x1F3FF: // skin tones
		return nothing
	case unspaced(r):
		return alone
	case unicode.IsLetter(r):
		return letter
	case unicode.Is(unicode.M, r), unicode.Is(unicode.Cf, r):
		return nothing
	case unicode.IsNumber(r):
		return digit
	case unicode.Is(unicode.So, r), unicode.Is(unicode.Sk, r), r == 0x203C, r == 0x2049:
		return alone
	}
	return gap
}

// unspaced reports whether a character is of a script that puts no spaces between words.
func unspaced(r rune) bool {
	switch {
	case r < 0x0E00:
		return false
	case r < 0x3000:
		return r <= 0x0EFF || // Thai, Lao
			r >= 0x1000 && r <= 0x109F || // Myanmar
			r >= 0x1780 && r <= 0x17FF || // Khmer
			r >= 0x2E80
	}
	return r >= 0x3005 && r <= 0x31FF || r >= 0x3400 && r <= 0x9FFF || r >= 0xF900 && r <= 0xFAFF ||
		r >= 0xFF66 && r <= 0xFF9D || r >= 0x20000 && r <= 0x3FFFF
}

// spelled writes out letters that are two, and those whose stroke is no mark to Unicode.
func spelled(r rune) string {
	switch r {
	case 'æ', 'Æ':
		return "ae"
	case 'œ', 'Œ':
		return "oe"
	case 'ß', 'ẞ':
		return "ss"
	case 'þ', 'Þ':
		return "th"
	case 'ð', 'Ð', 'đ', 'Đ':
		return "d"
	case 'ø', 'Ø':
		return "o"
	case 'ł', 'Ł':
		return "l"
	case 'ı', 'İ':
		return "i"
	}
	return ""
}

// small is what each character below smallEnd folds to: Latin, Greek and Cyrillic, which is most of what is not ASCII.
// It is made once, when it is needed first, and never changed.
var small = sync.OnceValue(func() *[smallEnd]folded {
	var table [smallEnd]folded
	for r := rune(utf8.RuneSelf); r < smallEnd; r++ {
		table[r] = takeApart(r)
	}
	return &table
})

const smallEnd = 0x530

// folded is up to two characters; what folds to more is not kept.
type folded struct {
	runes [2]rune
	kinds [2]kind
	whole bool
}

func takeApart(r rune) (out folded) {
	n := 0
	out.whole = true
	eachPart(r, func(part rune) {
		k := classify(part)
		switch {
		case k == nothing:
		case n == len(out.runes):
			out.whole = false
		default:
			out.runes[n], out.kinds[n] = lower(part), k
			n++
		}
	})
	for ; n < len(out.runes); n++ {
		out.kinds[n] = nothing
	}
	return out
}

// eachPart takes a character beyond ASCII apart.
func eachPart(r rune, take func(rune)) {
	if s := spelled(r); s != "" {
		for _, r := range s {
			take(r)
		}
		return
	}
	var text [utf8.UTFMax]byte
	parts := norm.NFKD.Properties(text[:utf8.EncodeRune(text[:], r)]).Decomposition()
	if parts == nil {
		take(r)
		return
	}
	for len(parts) > 0 {
		part, size := utf8.DecodeRune(parts)
		take(part)
		parts = parts[size:]
	}
}

// leet is the letter that a digit or sign stands for; one says what 1, ! and | are: i or l. 0: none.
func leet(r rune, one byte) byte {
	switch r {
	case '0':
		return 'o'
	case '1', '!', '|':
		return one
	case '3':
		return 'e'
	case '4', '@':
		return 'a'
	case '5', '$':
		return 's'
	case '7':
		return 't'
	case '8':
		return 'b'
	case '9':
		return 'g'
	}
	return 0
}

// lower folds the case of a character; the detour makes one of letters with two small forms (σ, ς).
func lower(r rune) rune {
	if r < utf8.RuneSelf {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}
	return unicode.ToLower(unicode.ToUpper(r))
}

// folder cuts a text into folded words and hands each on. It keeps its buffers from one text to the next.
type folder struct {
	// one is how leet is read; 0: not at all.
	one byte
	// word is the one that is being read; plain the same without leet, for a word that has no letter.
	word, plain []byte
	letters     int
	// runes counts the characters of word, so that letters set apart are seen; wide: more than one sign stood before it.
	runes int
	wide  bool
	// apart joins words of one letter; parts counts them.
	apart []byte
	parts int
	gaps  int
	// take gets each word; joined says that it was put together from letters set apart. It must not keep the bytes.
	take func(word []byte, joined bool)
	// leets reports that the text has something that leet can read, ones that there are two ways to.
	leets, ones bool
	// next is the byte after the character that is being read.
	next byte
	part func(rune)
}

func (f *folder) fold(text string) {
	f.reset()
	for i := 0; i < len(text); {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[i:])
		}
		i += size
		if f.next = 0; i < len(text) {
			f.next = text[i]
		}
		if r < utf8.RuneSelf {
			f.add(lower(r), classify(r))
		} else {
			f.addWide(r)
		}
	}
	f.end()
	f.endApart()
}

func (f *folder) reset() {
	f.word, f.plain, f.apart = f.word[:0], f.plain[:0], f.apart[:0]
	f.letters, f.runes, f.parts, f.gaps, f.wide, f.leets = 0, 0, 0, 0, false, false
	f.ones = false
}

// addWide takes a character beyond ASCII apart first.
func (f *folder) addWide(r rune) {
	if r < smallEnd {
		if parts := &small()[r]; parts.whole {
			f.add(parts.runes[0], parts.kinds[0])
			f.add(parts.runes[1], parts.kinds[1])
			return
		}
	}
	if f.part == nil {
		f.part = func(r rune) { f.add(lower(r), classify(r)) }
	}
	eachPart(r, f.part)
}

// add reads one folded character.
func (f *folder) add(r rune, k kind) {
	if k == nothing {
		return
	}
	if as := leet(r, f.oneOr()); as != 0 && f.standsIn(r, k) {
		f.leets = true
		f.ones = f.ones || as == f.oneOr()
		if f.one != 0 {
			f.grow()
			if k == digit {
				f.plain = append(f.plain, byte(r))
			}
			f.word = append(f.word, as)
			f.runes++
			return
		}
	}
	switch k {
	case letter, digit:
		f.grow()
		if k == letter {
			f.letters++
		}
		f.word = utf8.AppendRune(f.word, r)
		f.plain = utf8.AppendRune(f.plain, r)
		f.runes++
	case alone:
		f.end()
		f.endApart()
		f.plain = utf8.AppendRune(f.plain[:0], r)
		f.take(f.plain, false)
		f.plain = f.plain[:0]
	default:
		f.end()
		f.gaps++
	}
}

// standsIn reports whether a digit or sign may stand in for a letter here: beside a letter, or another that does. A mark at
// the end of a sentence does not.
func (f *folder) standsIn(r rune, k kind) bool {
	next := classify(rune(f.next)) != gap || f.next >= utf8.RuneSelf || f.next == '@' || f.next == '$'
	if r == '!' || r == '|' {
		return next
	}
	if k == digit || next {
		return true
	}
	return f.runes > 0
}

func (f *folder) oneOr() byte {
	if f.one == 0 {
		return 'i'
	}
	return f.one
}

// grow begins a word when none is being read.
func (f *folder) grow() {
	if f.runes == 0 {
		f.wide = f.gaps > 1
		f.gaps = 0
	}
}

// end hands on the word that was being read.
func (f *folder) end() {
	if f.runes == 0 {
		return
	}
	word := f.word
	if f.letters == 0 && f.one != 0 {
		word = f.plain // a number is a number, and signs alone are no word
	}
	// Letters that are set apart by one sign each are a word; a wider gap begins the next.
	if f.runes != 1 || f.wide {
		f.endApart()
	}
	if f.runes == 1 {
		f.apart = append(f.apart, f.word...)
		f.parts++
	}
	if len(word) > 0 {
		f.take(word, false)
	}
	f.word, f.plain, f.letters, f.runes = f.word[:0], f.plain[:0], 0, 0
}

// minApart is how many letters set apart are a word: "a b" is two.
const minApart = 3

func (f *folder) endApart() {
	if f.parts >= minApart {
		f.take(f.apart, true)
	}
	f.apart, f.parts = f.apart[:0], 0
}
