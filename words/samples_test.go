package words_test

import (
	"slices"
	"testing"

	"github.com/aparte-im/aparte/words"
)

// The samples can be added as they are, find what they are for, and leave plain sentences alone.
func TestSamples(t *testing.T) {
	for _, s := range words.Samples() {
		for i, w := range s.Words {
			if !words.Valid(w) || len([]rune(w)) > words.MaxLength || slices.Contains(s.Words[:i], w) {
				t.Errorf("%s: %q cannot be added", s.Language, w)
			}
			if !words.Compile(s.Words).Match("so: " + w + "!") {
				t.Errorf("%s: %q is not found", s.Language, w)
			}
		}
		for _, plain := range []string{
			"Did you see the one with the cat on the escalator? It made my whole day.",
			"Salut ! Tu as vu la vidéo du chat ? Elle m'a fait ma journée, merci.",
		} {
			if words.Compile(s.Words).Match(plain) {
				t.Errorf("%s: something is found in %q", s.Language, plain)
			}
		}
	}
}
