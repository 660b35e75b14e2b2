package main

import "strings"

// comment is one comment of a source file. Its text has one element per line.
type comment struct {
	number int    // its first line, from 1
	before string // what stands before it on that line
	marker string // "//", "#", "--" or "/*"
	text   []string
}

// scanner finds the comments of a language by its markers; it knows strings well enough not to
// take their content for comments.
type scanner struct {
	line     []string // markers that comment out the rest of a line
	block    bool     // knows /* */
	backtick bool     // knows strings in backquotes, which may hold line breaks
	regexps  bool     // knows regular expressions between slashes
	spaced   bool     // a marker counts only at the start of a line or after a space
}

// scan returns the comments of source in order. ${} in a template string is taken as text.
func (s scanner) scan(source string) []comment {
	var found []comment
	number, begin := 1, 0
	for i := 0; i < len(source); {
		c := source[i]
		rest := source[i:]
		switch {
		case c == '\n':
			number++
			i++
			begin = i
		case s.lineMarker(rest) != "" && (!s.spaced || i == begin || strings.IndexByte(" \t", source[i-1]) >= 0):
			marker := s.lineMarker(rest)
			text, _, _ := strings.Cut(rest, "\n")
			found = append(found, comment{number, source[begin:i], marker, []string{text[len(marker):]}})
			i += len(text)
		case s.block && strings.HasPrefix(rest, "/*"):
			text, _, _ := strings.Cut(rest[2:], "*/")
			found = append(found, comment{number, source[begin:i], "/*", strings.Split(text, "\n")})
			number += strings.Count(text, "\n")
			if at := strings.LastIndexByte(text, '\n'); at >= 0 {
				begin = i + 2 + at + 1
			}
			i = min(i+2+len(text)+2, len(source))
		case c == '`' && s.backtick:
			text, _, _ := strings.Cut(rest[1:], "`")
			number += strings.Count(text, "\n")
			i = min(i+1+len(text)+1, len(source))
		case c == '"' || c == '\'':
			i += quoted(rest)
		case c == '/' && s.regexps && startsRegexp(source[begin:i]):
			i += quoted(rest)
		default:
			i++
		}
	}
	return found
}

func (s scanner) lineMarker(rest string) string {
	for _, marker := range s.line {
		if strings.HasPrefix(rest, marker) {
			return marker
		}
	}
	return ""
}

// quoted returns the length of the string that text begins with. A string that is not closed on
// its line is an apostrophe: its length is 1.
func quoted(text string) int {
	class := false // inside [] of a regular expression a slash does not end it
	for i := 1; i < len(text) && text[i] != '\n'; i++ {
		switch {
		case text[i] == '\\':
			i++
		case text[0] == '/' && text[i] == '[':
			class = true
		case text[0] == '/' && text[i] == ']':
			class = false
		case text[i] == text[0] && !class:
			return i + 1
		}
	}
	return 1
}

// startsRegexp reports whether a slash after the given code begins a regular expression.
func startsRegexp(before string) bool {
	before = strings.TrimRight(before, " \t")
	return before == "" || strings.IndexByte("(,=:[!&|?{;", before[len(before)-1]) >= 0 || strings.HasSuffix(before, "return")
}

// commentParagraphs groups line comments that stand below each other and returns the paragraphs of
// all comments.
func commentParagraphs(source string, comments []comment) []paragraph {
	code := strings.Split(source, "\n")
	var found []paragraph
	for i := 0; i < len(comments); {
		c := comments[i]
		var lines []line
		var subject string
		if c.marker == "/*" {
			i++
			last := c.number + len(c.text) - 1
			if p, ok := blockOnOneLine(c, at(code, last-1)); ok {
				p.subject = at(code, last)
				found = append(found, p)
				continue
			}
			lines = blockLines(c)
			subject = at(code, last)
		} else {
			shared := strings.TrimSpace(c.before) != ""
			for next := c; ; next = comments[i] {
				lines = append(lines, lineComment(next, shared))
				i++
				if shared || i == len(comments) || !follows(next, comments[i]) {
					break
				}
			}
			subject = at(code, lines[len(lines)-1].number)
		}
		for _, p := range paragraphs(lines, false) {
			p.subject = subject
			found = append(found, p)
		}
	}
	return found
}

// at returns a line by its index from 0, or nothing.
func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return ""
}

// follows reports whether next is a line comment right below c, at the same indentation.
func follows(c, next comment) bool {
	return next.marker == c.marker && next.number == c.number+1 && next.before == c.before
}

func lineComment(c comment, shared bool) line {
	l := line{number: c.number, prefix: c.before + c.marker, text: c.text[0], shared: shared}
	if rest, ok := strings.CutPrefix(l.text, " "); ok {
		l.prefix, l.text = l.prefix+" ", rest
	} else if l.text == "" {
		l.prefix += " "
	}
	return l
}

// blockOnOneLine returns a comment that has its line for itself: /** text */. When it is wrapped,
// its ends get lines of their own.
func blockOnOneLine(c comment, whole string) (paragraph, bool) {
	if len(c.text) > 1 || strings.TrimSpace(c.before) != "" || !strings.HasSuffix(strings.TrimSpace(whole), "*/") {
		return paragraph{}, false
	}
	text := strings.TrimSpace(strings.TrimPrefix(c.text[0], "*"))
	if text == "" || directive.MatchString(text) {
		return paragraph{}, false
	}
	opening := c.before + "/*"
	if strings.HasPrefix(c.text[0], "*") {
		opening += "*"
	}
	return paragraph{
		lines: []line{{number: c.number, prefix: opening + " ", text: text}},
		first: c.before + " * ", rest: c.before + " * ", opening: opening, closing: c.before + " */",
	}, true
}

// blockLines returns the lines of a /* */ comment without the asterisks that decorate it.
func blockLines(c comment) []line {
	lines := make([]line, 0, len(c.text))
	for i, text := range c.text {
		if i == 0 {
			text = strings.TrimPrefix(text, "*")
			trimmed := strings.TrimLeft(text, " ")
			// Its end stands on the same line, or its text does not begin on the first line of
			// a decorated comment: either way it keeps its place.
			lines = append(lines, line{c.number, c.before + "/* ", trimmed, true})
			continue
		}
		indent := text[:len(text)-len(strings.TrimLeft(text, " \t"))]
		bare := text[len(indent):]
		switch {
		case bare == "*":
			indent, bare = indent+"* ", ""
		case strings.HasPrefix(bare, "* "):
			indent, bare = indent+"* ", bare[2:]
		}
		lines = append(lines, line{c.number + i, indent, bare, i == len(c.text)-1 && strings.TrimSpace(bare) != ""})
	}
	return lines
}
