package dm

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// maxHost is how many bytes the name of a host may have.
const maxHost = 253

// holdsLink reports whether a text holds something that leads out of the app when it is tapped: an
// address with a scheme, or a name under a public domain, of a site or of a mailbox. It reads the
// text once; a name is looked up in the list of public suffixes, so that "etc.and" is none and
// "example.shop" is one.
func holdsLink(text string) bool {
	if i := strings.Index(text, "://"); i > 0 && isASCIILetter(text[i-1]) {
		return true
	}
	for from, r := range text {
		if isDot(r) && publicHost(text, from, from+utf8.RuneLen(r)) {
			return true
		}
	}
	return false
}

// publicHost reports whether the dot at from, which ends at to, is the last one of a name under a
// public domain.
func publicHost(text string, from, to int) bool {
	last := label(text[to:min(len(text), to+maxHost)], true)
	if last == "" || strings.TrimFunc(last, unicode.IsDigit) == "" {
		return false
	}
	// The last label before the dot is enough to look the domain up.
	before := label(text[max(0, from-maxHost):from], false)
	if before == "" {
		return false
	}
	last, err := idna.Punycode.ToASCII(strings.ToLower(last))
	if err != nil {
		return false
	}
	_, public := publicsuffix.PublicSuffix("x." + last)
	return public
}

// label is the part of a host's name at the beginning of text, or at its end.
func label(text string, beginning bool) string {
	if beginning {
		if i := strings.IndexFunc(text, notHost); i >= 0 {
			text = text[:i]
		}
	} else if i := strings.LastIndexFunc(text, notHost); i >= 0 {
		_, size := utf8.DecodeRuneInString(text[i:])
		text = text[i+size:]
	}
	return strings.Trim(text, "-")
}

func notHost(r rune) bool {
	return r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
}

// isDot also takes the dots that browsers take for one.
func isDot(r rune) bool { return r == '.' || r == '。' || r == '．' || r == '｡' }

func isASCIILetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }
