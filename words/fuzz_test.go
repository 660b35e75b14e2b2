package words

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// reading is a text as a list of words, and the words that letters set apart spell.
type reading struct{ words, apart []string }

func read(text string, one byte) (out reading) {
	f := folder{one: one, take: func(word []byte, joined bool) {
		if joined {
			out.apart = append(out.apart, string(word))
		} else {
			out.words = append(out.words, string(word))
		}
	}}
	f.fold(text)
	return out
}

// naive looks at every place for every entry, in every reading.
func naive(entries []string, text string) bool {
	for _, one := range []byte{0, 'i', 'l'} {
		in := read(text, one)
		for _, entry := range entries {
			if !Valid(entry) {
				continue
			}
			for _, as := range []byte{0, 'i', 'l'} {
				want := sequence(entry, as)
				for at := range in.words {
					if len(want) > 0 && len(in.words)-at >= len(want) && slices.Equal(in.words[at:at+len(want)], want) {
						return true
					}
				}
				if len(want) == 1 && slices.Contains(in.apart, want[0]) {
					return true
				}
			}
		}
	}
	return false
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
		// What is folded stays what it is, and folding makes no text that is none.
		for _, word := range read(text, 0).words {
			if !utf8.ValidString(word) {
				t.Fatalf("the word %q is no text", word)
			}
			if again := read(word, 0).words; utf8.ValidString(text) && !slices.Equal(again, []string{word}) {
				t.Fatalf("%q folds to %q", word, again)
			}
		}
	})
}
