package dm

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aparte-im/aparte/dm/policy"
)

// The web client says every explanation in its own languages: it has each key, with the same
// parameters, and none that is not said here.
func TestTheClientSaysEveryExplanation(t *testing.T) {
	// A place is {name} or {name, plural, …}; # stands for the number in a plural.
	places := func(text string) []string {
		var names []string
		for _, found := range regexp.MustCompile(`\{(\w+)[,}]`).FindAllStringSubmatch(text, -1) {
			names = append(names, found[1])
		}
		slices.Sort(names)
		return names
	}
	// Texts in place of a relation are sentences of the client.
	own := []string{"explain.shared"}
	for _, language := range []string{"en", "fr"} {
		raw, err := os.ReadFile(filepath.Join("..", "web", "src", "i18n", language+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var catalog map[string]string
		if err := json.Unmarshal(raw, &catalog); err != nil {
			t.Fatal(err)
		}
		for key, sentence := range explanationTexts {
			if said, want := catalog[key], places(sentence); strings.TrimSpace(said) == "" || !slices.Equal(places(said), want) {
				t.Errorf("%s: %s is said as %q, with the parameters %v", language, key, said, want)
			}
		}
		for key := range catalog {
			if strings.HasPrefix(key, "explain.") && explanationTexts[key] == "" && !slices.Contains(own, key) {
				t.Errorf("%s: %s is never sent", language, key)
			}
		}
		for r := range policy.RelationCount {
			if key := "relationTo." + r.String(); catalog[key] == "" {
				t.Errorf("%s: no word for the relation %s", language, key)
			}
		}
		for a := policy.Everyone; a <= policy.Custom; a++ {
			if key := "audience." + a.String(); catalog[key] == "" {
				t.Errorf("%s: no word for the audience %s", language, key)
			}
		}
	}
}
