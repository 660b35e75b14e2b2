package words

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// heard is a text as a list of words, and the words that its parts spell.
type heard struct {
	words, apart, chained, drawn []string
	latins                       bool
}

func read(text string, as reading) (out heard) {
	f := folder{one: as.one, latin: as.latin, signs: true, take: func(word []byte, how joint) {
		list := map[joint]*[]string{whole: &out.words, apart: &out.apart, chained: &out.chained, drawn: &out.drawn}[how]
		*list = append(*list, string(word))
	}}
	f.fold(text)
	out.latins = f.latins
	return out
}

// naive looks at every place for every entry, in every reading.
func naive(entries []string, text string) bool {
	texts := []string{text}
	if strings.ContainsRune(text, rightToLeft) {
		texts = append(texts, asShown(text))
	}
	for _, text := range texts {
		for _, as := range readings {
			in := read(text, as)
			if as.latin && !slices.ContainsFunc(readings[:3], func(as reading) bool { return read(text, as).latins }) {
				continue
			}
			for _, entry := range entries {
				for _, as := range readings {
					if Valid(entry) && in.holds(sequence(entry, as)) {
						return true
					}
				}
			}
		}
	}
	return false
}

func (in heard) holds(want []string) bool {
	for at := range in.words {
		if len(want) > 0 && len(in.words)-at >= len(want) && slices.Equal(in.words[at:at+len(want)], want) {
			return true
		}
	}
	if len(want) != 1 {
		return false
	}
	word := want[0]
	return slices.Contains(in.chained, word) || slices.Contains(in.drawn, string(once([]byte(word), nil))) ||
		slices.ContainsFunc(in.apart, func(letters string) bool {
			return letters == word || utf8.RuneCountInString(word) >= minAmong && strings.Contains(letters, word)
		})
}

func FuzzMatch(f *testing.F) {
	f.Add("idiot\nbuy now\nh4te", "What an 1d10t, b u y  now!")
	f.Add("a a b\na b", "a a a b")
	f.Add("ab\nb c\na b c d", "ab c d")
	f.Add("é\nœuf\nß", "E\u0301 0EUF ss")
	f.Add("🍆\n👍🏿\n傻瓜", "hi🍆 👍 你是傻瓜")
	f.Add("\xff\n \n.", "\xff\xfe . \u200b")
	f.Add("a1\n1a\n11", "a! |a 1l li")
	f.Add("s p a m\ni", "spam! s.p.a.m 1")
	f.Add("idiot\nрот\n🇫🇷", "іdіоt pот 🇮🇩🇮🇴🇹 \u202Etoidi\u202C fr")
	f.Add("idiot\nkill", "idiooot id.i-ot y o u i d i o t kiii11 i  d  i  o  t")
	f.Fuzz(func(t *testing.T, list, text string) {
		entries := strings.Split(list, "\n")
		if len(entries) > 20 || len(text) > 4000 {
			t.Skip("long")
		}
		m := Compile(entries)
		if got, want := m.Match(text), naive(entries, text); got != want {
			t.Fatalf("the matcher says %v, every place says %v", got, want)
		}
		// An entry stands in itself.
		for _, entry := range entries {
			if Valid(entry) && !m.Match(entry) {
				t.Fatalf("the entry %q is not found in itself", entry)
			}
		}
		// Folding is idempotent and returns valid UTF-8.
		for _, word := range read(text, reading{}).words {
			if !utf8.ValidString(word) {
				t.Fatalf("the word %q is no text", word)
			}
			if again := read(word, reading{}).words; utf8.ValidString(text) && !slices.Equal(again, []string{word}) {
				t.Fatalf("%q folds to %q", word, again)
			}
		}
	})
}
