package main

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// line is one line of prose as it stands in the file.
type line struct {
	number int    // from 1
	prefix string // indentation and comment marker: "\t// "
	text   string // the rest
	shared bool   // code stands before the comment, so the line cannot be wrapped
}

// paragraph is a run of lines that read on: a paragraph, a list item, a heading or a table row.
type paragraph struct {
	lines   []line
	first   string // prefix of the first line when it is wrapped: "\t//   - "
	rest    string // prefix of the lines after it: "\t//     "
	fixed   bool   // cannot be wrapped: a heading, a table, a line behind code
	table   bool   // width does not matter
	opening string // line that is put before the paragraph when it is wrapped
	closing string // and after it
	subject string // the line of code that a comment precedes
}

// text returns the paragraph on one line.
func (p paragraph) text() string {
	words := make([]string, 0, len(p.lines))
	for _, l := range p.lines {
		words = append(words, strings.TrimSpace(l.text))
	}
	return strings.Join(words, " ")
}

var (
	listItem  = regexp.MustCompile(`^(\s*)([-*+•]|\d+[.)])(\s+)(\S.*)$`)
	heading   = regexp.MustCompile(`^#{1,6}\s+\S`)
	tag       = regexp.MustCompile(`^@\w+`)
	directive = regexp.MustCompile(`^(go:|nolint|line |export |!/|eslint-|@ts-|prettier-ignore|yaml-language-server|syntax=|shellcheck |\+goose|sourceMapping)`)
)

// paragraphs groups the lines of one comment. In a page (Markdown and descriptions of GraphQL)
// indentation after an empty line continues a list item; elsewhere it makes a block of code.
func paragraphs(lines []line, page bool) []paragraph {
	var (
		found   []paragraph
		open    *paragraph
		inList  bool
		inFence bool
	)
	flush := func() {
		if open != nil {
			found = append(found, *open)
		}
		open = nil
	}
	start := func(l line, p paragraph) {
		flush()
		p.lines = []line{l}
		p.fixed = p.fixed || l.shared
		open = &p
	}
	for _, l := range lines {
		bare := strings.TrimSpace(l.text)
		indent := l.text[:len(l.text)-len(strings.TrimLeft(l.text, " \t"))]
		switch {
		case page && (strings.HasPrefix(bare, "```") || strings.HasPrefix(bare, "~~~")):
			flush()
			inFence = !inFence
		case inFence:
		case bare == "":
			flush()
		case directive.MatchString(bare):
			flush()
		case heading.MatchString(bare):
			start(l, paragraph{fixed: true})
			flush()
			inList = false
		case strings.HasPrefix(bare, "|"):
			start(l, paragraph{fixed: true, table: true})
			flush()
		case listItem.MatchString(l.text):
			m := listItem.FindStringSubmatch(l.text)
			rest := m[1] + strings.Repeat(" ", utf8.RuneCountInString(m[2]+m[3]))
			at := l
			at.prefix, at.text = l.prefix+m[1]+m[2]+m[3], m[4]
			start(at, paragraph{first: at.prefix, rest: l.prefix + rest})
			inList = true
		case page && strings.HasPrefix(bare, "> "):
			at := l
			at.prefix, at.text = l.prefix+indent+"> ", strings.TrimPrefix(bare, "> ")
			if open != nil && open.rest == at.prefix {
				open.lines = append(open.lines, at)
				continue
			}
			start(at, paragraph{first: at.prefix, rest: at.prefix})
		case tag.MatchString(bare):
			start(l, paragraph{first: l.prefix, rest: l.prefix})
		case open != nil && (page || indent == "" == (open.rest == l.prefix)):
			open.lines = append(open.lines, l)
		case indent == "":
			start(l, paragraph{first: l.prefix, rest: l.prefix})
			inList = false
		case page && inList:
			start(l, paragraph{first: l.prefix + indent, rest: l.prefix + indent})
		default: // a block of code
			flush()
		}
		if open != nil && strings.HasSuffix(l.text, "  ") && page { // a line break that is meant
			open.fixed = true
		}
	}
	flush()
	return found
}
