package admission

import (
	"fmt"
	"testing"
)

func TestKindsOfATextAreFoundWithoutParsing(t *testing.T) {
	for text, want := range map[string]string{
		`{ me { id } }`:                               "[query]",
		"\ufeff , { me { id } }":                      "[query]",
		`query a($x: I = {mutation: 1}) { mutation }`: "[query]",
		`mutation { query }`:                          "[mutation]",
		`subscription { x }`:                          "[query]",
		"# mutation\nquery { x }":                     "[query]",
		`fragment mutant on X { a } mutation m { b }`: "[mutation]",
		`query q { a } mutation m { b }`:              "[query mutation]",
		`mutation m { b } { a }`:                      "[query mutation]",
		`mutation m @d(x: "{ } \" query") { b }`:      "[mutation]",
		`mutation m @d(x: """ } query " """) { b }`:   "[mutation]",
		``:              "[query]",
		`"`:             "[query]",
		`"""`:           "[query]",
		`"\`:            "[query]",
		`#`:             "[query]",
		`}}}} mutation`: "[query]",
	} {
		if got := fmt.Sprint(kindsIn(text)); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func FuzzKindsOfAText(f *testing.F) {
	f.Add(`query a($x: I = {mutation: 1}) { mutation } """ " # `)
	f.Fuzz(func(t *testing.T, text string) {
		if n := len(kindsIn(text)); n < 1 || n > 2 {
			t.Errorf("%d kinds", n)
		}
	})
}
