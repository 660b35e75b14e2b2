package words_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aparte-im/aparte/words"
)

// Each query finds the name, in each form that readers take for the same words.
func TestSearchWordsFindNames(t *testing.T) {
	for _, test := range []struct{ name, query string }{
		{"José Álvarez", "jose"},
		{"Jose Alvarez", "JOSÉ"},
		{"Marie Dupont", "dupont"},
		{"Marie Dupont", "dupont marie"},
		{"Marie Dupont", "mar dup"},
		{"田中　太郎", "太郎"},
		{"田中　太郎", "田中"},
		{"Großmann", "grossmann"},
		{"GROSSMANN", "großm"},
		{"✨Stella✨", "stella"},
		{"Ｓｔｅｌｌａ", "stella"},
		{"Conor O'Brien", "obrien"},
		{"Conor O’Brien", "o'brien"},
		{"Conor OBrien", "o'brien"},
		{"Conor O'Brien", "brien"},
		{"Jean-Luc", "luc"},
		{"Jean-Luc", "jeanluc"},
		{"ﾀﾞｲｽｹ", "ダイスケ"},
		{"ダイスケ", "ﾀﾞｲｽｹ"},
		{"Łukasz Ørsted", "orsted lukasz"},
		{"e\u0301mile", "émile"},
		{"Σωκράτης", "σωκρατησ"},
		{"jose.maria_99", "maria"},
		{strings.Repeat("a", 60), strings.Repeat("a", 50)},
	} {
		if !finds(test.name, test.query) {
			t.Errorf("%q does not find %q: %q of %q", test.query, test.name, words.SearchWords(test.query), words.SearchKeys(test.name))
		}
	}
	for _, test := range []struct{ name, query string }{
		{"Marie Dupont", "upont"},
		{"Marie Dupont", "marie dupond"},
		{"Ivan", "1van"}, // a digit is no letter where people are searched
		{"Павел", "nabel"},
	} {
		if finds(test.name, test.query) {
			t.Errorf("%q finds %q", test.query, test.name)
		}
	}
	for _, query := range []string{"", " ", "%", "_", "\\", "'", "\u200b", "\u0301"} {
		if got := words.SearchWords(query); len(got) != 0 {
			t.Errorf("%q has the words %q", query, got)
		}
	}
}

func finds(name, query string) bool {
	keys, asked := words.SearchKeys(name), words.SearchWords(query)
	return len(asked) > 0 && !slices.ContainsFunc(asked, func(w string) bool {
		return !slices.ContainsFunc(keys, func(key string) bool { return strings.HasPrefix(key, w) })
	})
}
