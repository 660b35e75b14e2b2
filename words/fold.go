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
	case unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r):
		// Invisible: Hangul fillers and reserved code points.
		return nothing
	case r == 0x2800: // braille without a dot
		return gap
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

// small is what each character below smallEnd folds to: Latin, Greek and Cyrillic, which is most of
// what is not ASCII. It is made once, when it is needed first, and never changed.
var small = sync.OnceValue(func() *[smallEnd]folded {
	var table [smallEnd]folded
	for r := rune(utf8.RuneSelf); r < smallEnd; r++ {
		table[r] = takeApart(r)
	}
	return &table
})

const smallEnd = 0x530

// folded is up to two characters, and what they look like; what folds to more is not kept.
type folded struct {
	runes [2]rune
	kinds [2]kind
	looks [2]byte
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
			out.looks[n], _ = looksLike(part)
			n++
		}
	})
	for ; n < len(out.runes); n++ {
		out.kinds[n] = nothing
	}
	return out
}

// eachPart takes a character beyond ASCII apart: into the letter and its marks, and that letter
// into those it is spelled with.
func eachPart(r rune, take func(rune)) {
	var text [utf8.UTFMax]byte
	parts := norm.NFKD.Properties(text[:utf8.EncodeRune(text[:], r)]).Decomposition()
	if parts == nil {
		spell(r, take)
		return
	}
	for len(parts) > 0 {
		part, size := utf8.DecodeRune(parts)
		spell(part, take)
		parts = parts[size:]
	}
}

func spell(r rune, take func(rune)) {
	letters := spelled(r)
	if letters == "" {
		take(r)
	}
	for _, letter := range letters {
		take(letter)
	}
}

// leet is the letter that a digit or sign stands for; one says what 1, ! and | are: i or l. 0:
// none.
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

// joint is how a word was put together.
type joint uint8

const (
	// whole: it stands there.
	whole joint = iota
	// apart: of letters that stand apart.
	apart
	// chained: of parts with a sign between them.
	chained
	// drawn: it stands there with letters three times or more, and each of its letters was taken
	// once.
	drawn
)

// folder cuts a text into folded words and hands each on. It keeps its buffers from one text to the
// next.
type folder struct {
	// one is how leet is read; 0: not at all. latin: letters that look like Latin ones are those,
	// and with signs, signs that hold a letter are that letter.
	one          byte
	latin, signs bool
	// word is the one that is being read; plain the same without leet, for a word that has no
	// letter; looks the same in Latin letters.
	word, plain, looks []byte
	letters            int
	// alike counts the characters of word that look like Latin ones, foreign those that do not.
	alike, foreign int
	// last is the character before, and same how many like it stand before it; drawn: some stand
	// three times or more.
	last  rune
	same  int
	drawn bool
	// runes counts the characters of word, so that letters set apart are seen.
	runes int
	// gaps counts the signs since the last word, before those before the word that is being read,
	// of which dash says that it is one and no blank.
	gaps, before int
	dash, dashes bool
	// apart joins words of one letter that stand equally far from each other; parts counts them,
	// far is how far.
	apart      []byte
	parts, far int
	lastPart   int
	// chain joins words between which there is one sign each and no blank; links counts them.
	chain []byte
	links int
	// take gets each word, and says how it was put together. It must not keep the bytes.
	take func(word []byte, how joint)
	// leets reports that the text has something that leet can read, ones that there are two ways
	// to, latins that it has a word that latin may read in another way.
	leets, ones, latins bool
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
			f.add(lower(r), classify(r), 0)
		} else {
			f.addWide(r)
		}
	}
	f.end()
	f.endApart()
	f.endChain()
}

func (f *folder) reset() {
	f.word, f.plain, f.looks, f.apart, f.chain = f.word[:0], f.plain[:0], f.looks[:0], f.apart[:0], f.chain[:0]
	f.letters, f.alike, f.foreign, f.runes, f.parts, f.links, f.gaps = 0, 0, 0, 0, 0, 0, 0
	f.last, f.same, f.drawn, f.dash = 0, 0, false, false
	f.leets, f.ones, f.latins = false, false, false
}

// addWide takes a character beyond ASCII apart first.
func (f *folder) addWide(r rune) {
	if r < smallEnd {
		if parts := &small()[r]; parts.whole {
			f.add(parts.runes[0], parts.kinds[0], parts.looks[0])
			f.add(parts.runes[1], parts.kinds[1], parts.looks[1])
			return
		}
	}
	if f.part == nil {
		f.part = func(r rune) {
			k := classify(r)
			as, sign := looksLike(r)
			if sign {
				f.latins = true
				if f.latin && f.signs {
					k = letter
				}
			}
			f.add(lower(r), k, as)
		}
	}
	eachPart(r, f.part)
}

// add reads one folded character. as is the Latin letter that it looks like; 0: none, or itself.
func (f *folder) add(r rune, k kind, as byte) {
	if k == nothing {
		return
	}
	if as := leet(r, f.oneOr()); as != 0 && f.standsIn(r, k) {
		f.leets = true
		f.ones = f.ones || as == f.oneOr()
		if f.one != 0 {
			f.grow(rune(as))
			if k == digit {
				f.plain = append(f.plain, byte(r))
			}
			f.word = append(f.word, as)
			if f.latin {
				f.looks = append(f.looks, as)
			}
			return
		}
	}
	switch k {
	case letter, digit:
		f.grow(r)
		if k == letter {
			f.letters++
		}
		f.word = utf8.AppendRune(f.word, r)
		f.plain = utf8.AppendRune(f.plain, r)
		switch {
		case as != 0:
			f.alike++
			r = rune(as)
		case r >= utf8.RuneSelf:
			f.foreign++
		}
		if f.latin {
			f.looks = utf8.AppendRune(f.looks, r)
		}
	case alone:
		f.end()
		f.endApart()
		f.endChain()
		f.plain = utf8.AppendRune(f.plain[:0], r)
		f.take(f.plain, whole)
		f.plain = f.plain[:0]
		f.gaps, f.dash = 0, false
	default:
		f.end()
		f.gaps++
		f.dash = r != '\'' && r != '’' && !unicode.IsSpace(r) && r != 0x2800
	}
}

// standsIn reports whether a digit or sign may stand in for a letter here: beside a letter, or
// another that does. A mark at the end of a sentence does not.
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

// grow begins a word when none is being read, and counts its character.
func (f *folder) grow(r rune) {
	if f.runes == 0 {
		f.before, f.dashes = f.gaps, f.gaps == 1 && f.dash
		f.gaps, f.last, f.same, f.drawn = 0, 0, 0, false
	}
	f.runes++
	if r != f.last {
		f.last, f.same = r, 0
		return
	}
	f.same++
	f.drawn = f.drawn || f.same+1 >= minDrawn
}

// minDrawn is how many times a letter stands in what is drawn out: "soo" may be a word, "sooo" is
// none.
const minDrawn = 3

// end hands on the word that was being read.
func (f *folder) end() {
	if f.runes == 0 {
		return
	}
	word := f.word
	switch {
	case f.letters == 0 && f.one != 0:
		word = f.plain // a number is a number, and signs alone are no word
	case f.alike > 0 && f.latin:
		word = f.looks
	}
	// A word that is Latin to the eye, or of several scripts.
	f.latins = f.latins || f.alike > 0 && f.foreign == 0 || f.alike+f.foreign > 0 && f.alike+f.foreign < f.letters
	f.joinApart(word)
	f.joinChain(word)
	if len(word) > 0 {
		f.take(word, whole)
	}
	if f.drawn && f.letters > 0 {
		f.take(once(word, f.plain[:0]), drawn)
	}
	f.word, f.plain, f.looks = f.word[:0], f.plain[:0], f.looks[:0]
	f.letters, f.alike, f.foreign, f.runes = 0, 0, 0, 0
}

// once writes a word into a buffer, each letter that is repeated one time.
func once(word, into []byte) []byte {
	last := rune(-1)
	for len(word) > 0 {
		r, size := utf8.DecodeRune(word)
		if r != last {
			into = append(into, word[:size]...)
		}
		last, word = r, word[size:]
	}
	return into
}

// minApart is how many letters set apart are a word: "a b" is two.
const minApart = 3

// joinApart puts letters together that stand equally far from each other; a wider gap begins the
// next word, a narrower one takes the letter before it along.
func (f *folder) joinApart(word []byte) {
	if f.runes != 1 || len(word) == 0 {
		f.endApart()
		return
	}
	switch {
	case f.parts < 2:
		f.far = f.before
	case f.before < f.far:
		at := f.lastPart
		n := len(f.apart) - at
		var kept [utf8.UTFMax]byte
		copy(kept[:], f.apart[at:])
		f.endApart()
		f.apart, f.parts, f.far = append(f.apart, kept[:n]...), 1, f.before
	case f.before > f.far:
		f.endApart()
		f.far = f.before
	}
	f.lastPart = len(f.apart)
	f.apart = append(f.apart, word...)
	f.parts++
}

func (f *folder) endApart() {
	if f.parts >= minApart {
		f.take(f.apart, apart)
	}
	f.apart, f.parts = f.apart[:0], 0
}

// minChained is how many letters a word has at least that is found in parts with signs between
// them.
const minChained = 4

// joinChain puts words together between which there is one sign each and no blank.
func (f *folder) joinChain(word []byte) {
	if !f.dashes {
		f.endChain()
	}
	f.chain = append(f.chain, word...)
	f.links++
}

func (f *folder) endChain() {
	if f.links > 1 && utf8.RuneCount(f.chain) >= minChained {
		f.take(f.chain, chained)
	}
	f.chain, f.links = f.chain[:0], 0
}
