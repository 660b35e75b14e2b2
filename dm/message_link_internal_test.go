package dm

import (
	"strings"
	"testing"
)

func TestHoldsLink(t *testing.T) {
	for _, text := range []string{
		"https://example.com", "see http://a.b/c", "example.com", "Example.COM!", "go to www.example.org.", "(example.shop)",
		"me@example.fr", "t.me/someone", "bit.ly/abc", "example.co.uk", "example。com", "éxample.fr", "пример.рф", "例え.jp",
		"ftp://x", "custom://open", "a-b.io", "hello.example.com", "x.com", "12.com",
	} {
		if !holdsLink(text) {
			t.Errorf("%q holds no link", text)
		}
	}
	for _, text := range []string{
		"", "hello", "e.g. this", "3.14", "10.000,50", "etc.and so on", "Hello.Wörld of things.", "...", ".com", "a. com", "://",
		"1.2.3.4", "wait...what", "Mr.Smith", "the end.", "M. Dupont", "10.30 h", ".", "-.com",
	} {
		if holdsLink(text) {
			t.Errorf("%q holds a link", text)
		}
	}
}

func TestHoldsLinkIsBounded(t *testing.T) {
	for _, text := range []string{strings.Repeat(".", MaxBody), strings.Repeat("a.", MaxBody/2), strings.Repeat("é", MaxBody), strings.Repeat("a", MaxBody) + "."} {
		holdsLink(text)
		if per := testing.AllocsPerRun(1, func() { holdsLink(text) }); per > 3*MaxBody {
			t.Errorf("%v allocations", per)
		}
	}
}

func FuzzHoldsLink(f *testing.F) {
	f.Add("see example.com", "b")
	f.Add("。．.", "a.b")
	f.Add("\xff.\xffcom", "://")
	f.Fuzz(func(t *testing.T, text, more string) {
		// A link stays a link beside any other text.
		if holdsLink(text) && !holdsLink(text+" "+more) {
			t.Fatalf("%q is a link, and none before %q", text, more)
		}
	})
}

func BenchmarkHoldsLink(b *testing.B) {
	text := strings.Repeat("A sentence of words, and so on. ", 32)
	for b.Loop() {
		holdsLink(text)
	}
}
