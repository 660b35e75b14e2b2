package words

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// maxSearchWord is the length at which a word is cut for the search, in characters.
const maxSearchWord = 32

// apostrophes are left out, so that "O'Brien" is found by "obrien" too.
var apostrophes = strings.NewReplacer("'", "", "’", "", "‘", "", "ʼ", "", "ʻ", "", "＇", "", "´", "", "`", "")

// SearchKeys returns the words by which a person with these names is found, sorted and each once:
// the folded words of each name, the words that apostrophes and single signs hold together
// ("obrien", "jeanluc"), and in scripts without spaces each character. A query finds the person
// when each of its SearchWords is a prefix of a key.
func SearchKeys(names ...string) []string {
	var keys []string
	for _, name := range names {
		keys = appendWords(keys, name, true)
		keys = appendWords(keys, apostrophes.Replace(name), true)
	}
	return sortedOnce(keys)
}

// SearchWords returns the folded words of a query, sorted and each once. Digits and signs stand for
// themselves, and letters of other scripts for no Latin ones.
func SearchWords(query string) []string {
	return sortedOnce(appendWords(nil, apostrophes.Replace(query), false))
}

// appendWords appends the words of a text, and with joined those that single signs hold together.
func appendWords(to []string, text string, joined bool) []string {
	f := folder{take: func(word []byte, how joint) {
		if how != whole && (how != chained || !joined) {
			return
		}
		end := 0
		for range maxSearchWord {
			_, size := utf8.DecodeRune(word[end:])
			end += size
		}
		to = append(to, string(word[:end]))
	}}
	f.fold(text)
	return to
}

func sortedOnce(words []string) []string {
	slices.Sort(words)
	return slices.Compact(words)
}
