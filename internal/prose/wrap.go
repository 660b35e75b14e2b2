package main

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
)

// wrapFiles rewrites the paragraphs that are too wide. A line that cannot be wrapped stays.
func wrapFiles(names []string) error {
	for _, name := range names {
		source, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		wrapped := wrapSource(name, string(source))
		if wrapped == string(source) {
			continue
		}
		if err := os.WriteFile(name, []byte(wrapped), 0o644); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	return nil
}

// wrapSource returns the source with every paragraph that has a line of more than maxColumns
// wrapped anew.
func wrapSource(name, source string) string {
	lines := strings.Split(source, "\n")
	found := proseOf(name, source)
	slices.SortFunc(found, func(a, b paragraph) int { return b.lines[0].number - a.lines[0].number })
	for _, p := range found { // from the last to the first, so that the numbers before stay true
		wide := slices.ContainsFunc(p.lines, func(l line) bool { return columns(lines[l.number-1]) > maxColumns })
		if !wide || p.table || p.fixed || slices.ContainsFunc(p.lines, func(l line) bool { return l.shared }) {
			continue
		}
		first, last := p.lines[0].number-1, p.lines[len(p.lines)-1].number
		lines = slices.Replace(lines, first, last, fill(p)...)
	}
	return strings.Join(lines, "\n")
}

// misread matches a word that would begin something else at the start of a line.
var misread = regexp.MustCompile(`^([-*+•|>]|\d+[.)]|#+|=+)$`)

// fill returns the lines of a wrapped paragraph.
func fill(p paragraph) []string {
	var filled []string
	prefix, current := p.first, ""
	if p.opening != "" {
		filled = append(filled, p.opening)
	}
	for _, word := range unbroken(p.text()) {
		switch {
		case current == "":
			current = prefix + word
			prefix = p.rest
		case columns(current+" "+word) > maxColumns:
			filled = append(filled, current)
			current = prefix + word
		default:
			current += " " + word
		}
	}
	filled = append(filled, current)
	if p.closing != "" {
		filled = append(filled, p.closing)
	}
	return filled
}

// unbroken returns the words of a text. A word that must not begin a line is one with the word
// before it.
func unbroken(text string) []string {
	var words []string
	for word := range strings.FieldsSeq(text) {
		if len(words) > 0 && misread.MatchString(word) {
			words[len(words)-1] += " " + word
			continue
		}
		words = append(words, word)
	}
	return words
}
