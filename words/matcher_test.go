package words_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aparte-im/aparte/words"
)

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		entry  string
		in     []string
		not    []string
		reason string
	}{
		{"idiot", []string{"idiot", "an IDIOT.", "l'idiot", "l’idiot", "idiot!", "(idiot)", "ïdiöt", "1d10t", "!d!ot", "i d i o t", "i.d.i.o.t", "I-D-I-O-T", "id\u200Biot", "ｉｄｉｏｔ", "𝐢𝐝𝐢𝐨𝐭", "idi\u00ADot"}, []string{"idiots", "idiotic", "", "id iot"}, "a word in every dress, and as a whole word"},
		{"connard", []string{"Connard !", "espèce de connard", "c0nn4rd", "CÔNNARD", "c o n n a r d", "quel connard…"}, []string{"connarde", "con", "canard"}, "French"},
		{"enculé", []string{"encule", "ENCULÉ", "enculé", "encul3", "3ncul3"}, []string{"enculer", "inculpé"}, "accents"},
		{"ass", []string{"ass", "a$$", "@ss", "a55", "A s s"}, []string{"class", "assess", "455", "5", "a s"}, "within a word, or a number, it is none"},
		{"420", []string{"420", "at 420!", "４２０"}, []string{"1420", "42 0", "azo", "a20"}, "a number stays one"},
		{"buy now", []string{"Buy now", "buy-now", "BUY\n\nNOW!!", "please, buy… now", "b0y buy n0w"}, []string{"buy it now", "buynow", "now buy", "buy"}, "phrases"},
		{"c'est nul", []string{"c’est nul", "C EST NUL"}, []string{"cest nul", "c'est null"}, "an apostrophe ends a word"},
		{"🍆", []string{"🍆", "hi🍆there", "🍆🍆"}, []string{"🍑", "aubergine"}, "emoji"},
		{"👍", []string{"👍🏿", "👍\uFE0F", "ok👍🏽!"}, []string{"👎"}, "skin tones and variations"},
		{"🖕🏻", []string{"🖕", "🖕🏾"}, []string{"✋"}, "also in the entry"},
		{"傻瓜", []string{"你是傻瓜吗", "傻瓜"}, []string{"傻", "瓜傻"}, "no spaces in Chinese"},
		{"ばか", []string{"おばかさん"}, []string{"ばあか"}, "nor in Japanese"},
		{"дурак", []string{"Дурак!", "ДУРАК", "д у р а к"}, []string{"дурака"}, "Cyrillic"},
		{"ΜΑΛΑΚΑΣ", []string{"μαλακας", "μαλάκας"}, []string{"μαλακα"}, "the two small sigmas"},
		{"straße", []string{"STRASSE", "strasse", "Straße"}, []string{"strase"}, "letters that are two"},
		{"œuf", []string{"oeuf", "ŒUF", "0euf"}, []string{"euf"}, "ligatures"},
		{"æon", []string{"aeon", "Ǣon", "ǽon"}, []string{"eon"}, "ligatures with marks"},
		{"søt", []string{"SOT", "sǿt"}, []string{"st"}, "strokes with marks"},
		{"h4te", []string{"hate", "h4te", "HAT3"}, []string{"hat"}, "l33t in the entry"},
		{"kill", []string{"k1ll", "ki11", "k!ll", "kill"}, []string{"kiil"}, "1 is i or l"},
		{"s p a m", []string{"spam", "s p a m", "5p4m"}, []string{"s p a", "span"}, "letters set apart in the entry"},
		{"a b", []string{"a b", "a-b"}, []string{"ab", "ba"}, "two letters are two words"},
		{"spam", []string{"s p a m  n o w", "buy:  s p a m"}, []string{"s p  a m"}, "a wider gap ends letters set apart"},
		{"idiot", []string{"i  d  i  o  t", "i . d . i . o . t", "x  i d i o t", "y o u i d i o t !", "i\nd\ni\no\nt", "id.iot", "id-i-ot", "idi_ot", "id*iot"}, []string{"id iot", "id, iot", "id'iot", "i d  i o t"}, "equal gaps, among other letters, and parts with a sign between"},
		{"ass", []string{"a s s"}, []string{"c l a s s", "a-ss"}, "short words stay whole"},
		{"idiot", []string{"idiooot", "IIIDIOT", "idioтттт", "1d1000t"}, []string{"idioot"}, "drawn out"},
		{"kill", []string{"kiiiill", "killlll", "kiiil"}, []string{"kil", "skill"}, "drawn out, with a letter twice"},
		{"idiot", []string{"іdіоt", "ІDІОТ", "ιdιοτ", "ɪᴅɪᴏᴛ", "ꓲꓓꓲꓳꓔ", "ᎥᎠᎥOᎢ", "𝕚𝕕𝕚𝕠𝕥", "ⓘⓓⓘⓞⓣ", "🅘🅓🅘🅞🅣", "🅸🅳🅸🅾🆃", "🇮\u200B🇩\u200B🇮\u200B🇴\u200B🇹", "🇮 🇩 🇮 🇴 🇹", "і d і о t", "1dі0t", "1д10т іdі0т"}, []string{"идиот", "1д10т"}, "letters that look alike"},
		{"рот", []string{"рот", "pот", "РОТ", "pot"}, []string{"ротор"}, "also in the entry"},
		{"дура", []string{"дура", "дуpа", "ДУРA"}, []string{"дурак"}, "a word of two scripts"},
		{"🇫🇷", []string{"🇫🇷"}, []string{"fr", "🇩🇪"}, "a flag in the list is a flag"},
		{"idiot", []string{"\u202Etoidi", "you \u202Etoidi\u202C!", "i\u034Fdiot", "idi\u115Fot", "idi\u3164ot", "idi\uFFA0ot", "id\U000E0069iot", "id\uFFF0iot", "i\u0336d\u0336i\u0336o\u0336t\u0336", "i\u2060diot", "id\u061Ciot", "\u2066idiot\u2069"}, []string{"toidi", "idi\u2800ot"}, "what shows as nothing, and what turns the letters around"},
	} {
		m := words.Compile([]string{"first", c.entry, "last"})
		for _, text := range c.in {
			if !m.Match(text) {
				t.Errorf("%q is not found in %q (%s)", c.entry, text, c.reason)
			}
		}
		for _, text := range c.not {
			if m.Match(text) {
				t.Errorf("%q is found in %q (%s)", c.entry, text, c.reason)
			}
		}
	}
}

func TestTextsAreNotReadAsOne(t *testing.T) {
	m := words.Compile([]string{"buy now"})
	if m.Match("buy", "now") {
		t.Error("a phrase is found across two texts")
	}
	if !m.Match("", "buy now") || m.Match() {
		t.Error("the second text is not read")
	}
}

func TestWhatHasNothingToFindIsNotValid(t *testing.T) {
	for _, entry := range []string{"", " ", "...", "\u200B", "\xff", strings.Repeat("a", words.MaxLength+1), "!", "🏻"} {
		if words.Valid(entry) {
			t.Errorf("%q is valid", entry)
		}
		if m := words.Compile([]string{entry}); m.Match("a ! . \u200B 🏻") || m.Match(entry) {
			t.Errorf("%q finds something", entry)
		}
	}
	if !words.Valid(strings.Repeat("é", words.MaxLength)) {
		t.Error("an entry of the greatest length is not valid")
	}
}

// A text of twice the length takes about twice the time, and a list of eight times the entries does
// not take four times the time: a search that tries every entry at every place takes eight times,
// and one that starts again at every place takes four times for the longer text. The shortest of
// several runs is compared, so a busy machine does not matter.
func TestMatchIsLinear(t *testing.T) {
	for name, build := range map[string]func(entries, text int) (*words.Matcher, string){"phrases": alike, "letters apart": apart} {
		half, halfText := build(words.MaxCount, 1000)
		whole, wholeText := build(words.MaxCount, 2000)
		few, fewText := build(words.MaxCount/8, 2000)
		var times [3]time.Duration
		linear := func() bool { return times[1] < 3*times[0] && times[1] < 4*times[2] }
		for round := 0; round < 20 && (round < 3 || !linear()); round++ {
			for i, match := range []func() bool{
				func() bool { return half.Match(halfText) },
				func() bool { return whole.Match(wholeText) },
				func() bool { return few.Match(fewText) },
			} {
				start := time.Now()
				if match() {
					t.Fatalf("%s: found what is not there", name)
				}
				if took := time.Since(start); round == 0 || took < times[i] {
					times[i] = took
				}
			}
		}
		if !linear() {
			t.Errorf("%s: half the text, the whole text and an eighth of the list take %v", name, times)
		}
	}
}

// apart returns letters set apart, in every reading that there is, with entries of every length.
func apart(entries, text int) (*words.Matcher, string) {
	var list []string
	for i := range entries {
		list = append(list, strings.Repeat(string(rune('a'+i%26)), 4+i%61)+"q")
	}
	return words.Compile(list), strings.Repeat("a b c d 1 е f g ", text/8)
}

// alike returns phrases that all begin alike, and a text of their beginning.
func alike(entries, text int) (*words.Matcher, string) {
	var list []string
	for i := range entries {
		list = append(list, strings.Repeat("a ", 1+i%31)+fmt.Sprint("b", i))
	}
	return words.Compile(list), strings.Repeat("a ", text)
}

func BenchmarkMatchApart(b *testing.B) { benchmarkMatch(b, apart) }

func BenchmarkMatchAlike(b *testing.B) { benchmarkMatch(b, alike) }

func benchmarkMatch(b *testing.B, build func(entries, text int) (*words.Matcher, string)) {
	b.Helper()
	m, text := build(words.MaxCount, 2000)
	for b.Loop() {
		if m.Match(text) {
			b.Fatal("found")
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	var list []string
	for i := range words.MaxCount {
		list = append(list, fmt.Sprintf("mot%d", i))
	}
	list[10], list[20] = "buy now", "très nul"
	m := words.Compile(list)
	for name, text := range map[string]string{
		"english":  strings.Repeat("The quick brown fox jumps over the lazy dog, and then some. ", 20),
		"french":   strings.Repeat("Voilà l'été où l'on a goûté à tout ; ça m'a plu, même très fort ! ", 20),
		"leet":     strings.Repeat("7h3 qu1ck br0wn f0x jump5 0v3r 7h3 l4zy d0g, 4nd 7h3n s0m3. ", 20),
		"cyrillic": strings.Repeat("Съешь же ещё этих мягких французских булок, да выпей чаю. ", 20),
	} {
		text := string([]rune(text)[:1000])
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if m.Match(text) {
					b.Fatal("found")
				}
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	var list []string
	for i := range words.MaxCount {
		list = append(list, fmt.Sprintf("some words %d", i))
	}
	for b.Loop() {
		words.Compile(list)
	}
}
