package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	maxColumns = 100
	tabColumns = 4
)

// finding is one place that breaks a rule.
type finding struct {
	name   string
	number int
	rule   string
}

// String returns the finding as compilers print theirs.
func (f finding) String() string { return fmt.Sprintf("%s:%d: %s", f.name, f.number, f.rule) }

var scanners = map[kind]scanner{
	slashes: {line: []string{"//"}, block: true, backtick: true},
	blocks:  {block: true},
	dashes:  {line: []string{"--"}, block: true},
	hashes:  {line: []string{"#"}, spaced: true},
}

var generatedMark = regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.$`)

// proseOf returns the paragraphs of a file, in order of their kind; none for a generated file.
func proseOf(name, source string) []paragraph {
	switch k := kindOf(name); k {
	case unknown:
		return nil
	case markdown:
		return markdownParagraphs(source)
	case graphql:
		return graphqlParagraphs(source)
	default:
		if generatedMark.MatchString(source) {
			return nil
		}
		s := scanners[k]
		s.regexps = k == slashes && !strings.HasSuffix(name, ".go")
		return commentParagraphs(source, s.scan(source))
	}
}

// checkFile returns what breaks a rule in a file, by line.
func checkFile(name, source string) []finding {
	lines := strings.Split(source, "\n")
	var found []finding
	for _, p := range proseOf(name, source) {
		for _, l := range p.lines {
			if width := columns(lines[l.number-1]); width > maxColumns && !p.table {
				found = append(found, finding{name, l.number, fmt.Sprintf("line of %d columns; wrap at %d", width, maxColumns)})
			}
		}
		found = append(found, checkSentences(name, p)...)
	}
	slices.SortStableFunc(found, func(a, b finding) int { return a.number - b.number })
	return found
}

var (
	url        = regexp.MustCompile(`\w+://\S+`)
	linkTarget = regexp.MustCompile(`\]\([^)\s]*\)`)
)

// columns returns the width of a line without its URLs and the targets of its links, which cannot
// be wrapped.
func columns(text string) int {
	text = linkTarget.ReplaceAllString(text, "]")
	text = url.ReplaceAllString(text, "")
	text = strings.TrimRight(text, " \t\r")
	return utf8.RuneCountInString(text) + strings.Count(text, "\t")*(tabColumns-1)
}

var (
	sentenceStart = regexp.MustCompile(`(?:^|[.!?:]["')\]*_»]*\s+|\|\s*)[(\[*_]*(Who|Whom|Whoever|What|Whatever|Of|Not)\b`)
	sentenceEnd   = regexp.MustCompile(`[.!?]["')\]*_»]*(?:\s|$)|\|`)
	avoided       = regexp.MustCompile(`(?i)\b(whoever|whomever|them that|they that)\b`)
	quotes        = regexp.MustCompile("`[^`]*`|\"[^\"]*\"|“[^”]*”|« ?[^»]*»")
)

// checkSentences looks for first words that turn a sentence around and for words that the house
// does not use. Questions and quotations may have them, and so may the name that a comment
// documents.
func checkSentences(name string, p paragraph) []finding {
	text := quotes.ReplaceAllStringFunc(p.text(), func(q string) string { return "q" + strings.Repeat("x", len(q)-1) })
	text = strings.TrimLeft(text, "# ")
	var found []finding
	for i, m := range sentenceStart.FindAllStringSubmatchIndex(text, -1) {
		word := text[m[2]:m[3]]
		end := sentenceEnd.FindStringIndex(text[m[3]:])
		if end != nil && text[m[3]+end[0]] == '?' {
			continue
		}
		if i == 0 && m[2] == 0 && declares(p.subject, word) {
			continue
		}
		found = append(found, finding{name, p.lineOf(text, m[2]), fmt.Sprintf("sentence begins with %q; begin with its subject", word)})
	}
	for _, m := range avoided.FindAllStringIndex(text, -1) {
		found = append(found, finding{name, p.lineOf(text, m[0]), fmt.Sprintf("%q; name the person or the thing", text[m[0]:m[1]])})
	}
	return found
}

// declares reports whether the line of code names word.
func declares(code, word string) bool {
	return regexp.MustCompile(`\b` + word + `\b`).MatchString(code)
}

// lineOf returns the number of the line that holds the given offset of the paragraph's text. The
// text may have lost its beginning.
func (p paragraph) lineOf(text string, offset int) int {
	offset += len(p.text()) - len(text)
	for _, l := range p.lines {
		length := len(strings.TrimSpace(l.text)) + 1
		if offset < length {
			return l.number
		}
		offset -= length
	}
	return p.lines[len(p.lines)-1].number
}
