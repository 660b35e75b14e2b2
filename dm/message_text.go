package dm

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Limits of what a message holds, in characters (code points).
const (
	MaxBody            = 4000
	MaxClientMessageID = 128
	maxURL             = 2048
	maxVideoTitle      = 300
	maxVideoAuthor     = 100
)

// normalizeBody returns the body in the form in which it is kept: NFC, lines ended by \n.
func normalizeBody(body string) (string, *Error) {
	if !utf8.ValidString(body) {
		return "", Invalid("body", "The text is not valid UTF-8.")
	}
	// The bound before the normalisation keeps its cost in proportion; NFC never triples the count.
	if len(body) > 16*MaxBody {
		return "", Invalid("body", "The text is longer than %d characters.", MaxBody)
	}
	body = norm.NFC.String(lineEnds.Replace(body))
	if utf8.RuneCountInString(body) > MaxBody {
		return "", Invalid("body", "The text is longer than %d characters.", MaxBody)
	}
	if hasControl(body, "\n\t") {
		return "", Invalid("body", "The text holds a control character; only newline and tab are allowed.")
	}
	return body, nil
}

// normalizeText is for text of several lines that is no message. A text that shows nothing is
// empty.
func normalizeText(field, s string, limit int) (string, *Error) {
	if !utf8.ValidString(s) || len(s) > 16*limit {
		return "", Invalid(field, "At most %d characters of valid UTF-8 are allowed.", limit)
	}
	s = strings.TrimSpace(norm.NFC.String(lineEnds.Replace(s)))
	if blank(s) {
		s = ""
	}
	if utf8.RuneCountInString(s) > limit {
		return "", Invalid(field, "At most %d characters are allowed.", limit)
	}
	if hasControl(s, "\n\t") {
		return "", Invalid(field, "Control characters but newline and tab are not allowed.")
	}
	return s, nil
}

func normalizeVideo(v *VideoCard) (*VideoCard, *Error) {
	if v == nil {
		return nil, nil
	}
	out := &VideoCard{}
	var err *Error
	if out.URL, err = webURL("video.url", v.URL); err != nil {
		return nil, err
	}
	if v.ThumbnailURL != nil {
		u, err := webURL("video.thumbnailUrl", *v.ThumbnailURL)
		if err != nil {
			return nil, err
		}
		out.ThumbnailURL = &u
	}
	if out.Title, err = optionalLine("video.title", v.Title, maxVideoTitle); err != nil {
		return nil, err
	}
	if out.AuthorHandle, err = optionalLine("video.authorHandle", v.AuthorHandle, maxVideoAuthor); err != nil {
		return nil, err
	}
	return out, nil
}

func webURL(field, s string) (string, *Error) {
	u, err := url.Parse(s)
	if err != nil || len(s) > maxURL || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.User != nil ||
		!utf8.ValidString(s) || hasControl(s, "") {
		return "", Invalid(field, "An absolute http or https address of at most %d bytes, without a user name, is needed.", maxURL)
	}
	return s, nil
}

func optionalLine(field string, s *string, limit int) (*string, *Error) {
	if s == nil {
		return nil, nil
	}
	line, err := normalizeLine(field, withoutBidi(*s), limit)
	return &line, err
}

// normalizeLine is for one-line text: names, titles, keys.
func normalizeLine(field, s string, limit int) (string, *Error) {
	if !utf8.ValidString(s) || len(s) > 16*limit {
		return "", Invalid(field, "At most %d characters of valid UTF-8 are allowed.", limit)
	}
	s = norm.NFC.String(s)
	if utf8.RuneCountInString(s) > limit {
		return "", Invalid(field, "At most %d characters are allowed.", limit)
	}
	if hasControl(s, "") {
		return "", Invalid(field, "Control characters are not allowed.")
	}
	return s, nil
}

func hasControl(s, allowed string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) && !strings.ContainsRune(allowed, r)
	})
}
