package main

import "strings"

// markdownParagraphs returns the paragraphs of a page. Comments of HTML are not read.
func markdownParagraphs(source string) []paragraph {
	var lines []line
	for i, text := range strings.Split(source, "\n") {
		lines = append(lines, line{number: i + 1, text: text})
	}
	return paragraphs(lines, true)
}

// graphqlParagraphs returns the paragraphs of descriptions and comments.
func graphqlParagraphs(source string) []paragraph {
	var (
		found    []paragraph
		lines    []line
		inBlock  bool
		comments []comment
	)
	for i, text := range strings.Split(source, "\n") {
		bare := strings.TrimSpace(text)
		indent := text[:len(text)-len(strings.TrimLeft(text, " \t"))]
		switch {
		case inBlock && strings.HasSuffix(bare, `"""`):
			if bare = strings.TrimSuffix(bare, `"""`); strings.TrimSpace(bare) != "" {
				lines = append(lines, line{i + 1, indent, bare, true})
			}
			found = append(found, paragraphs(lines, true)...)
			lines, inBlock = nil, false
		case inBlock:
			lines = append(lines, line{number: i + 1, prefix: indent, text: strings.TrimLeft(text, " \t")})
		case strings.HasPrefix(bare, `"""`) && len(bare) > 5 && strings.HasSuffix(bare, `"""`):
			found = append(found, description(i+1, indent, strings.Trim(bare, `"`)))
		case strings.HasPrefix(bare, `"""`):
			inBlock = true
			if bare = bare[3:]; bare != "" {
				lines = append(lines, line{i + 1, indent + `"""`, bare, true})
			}
		case strings.HasPrefix(bare, `"`) && strings.HasSuffix(bare, `"`) && len(bare) > 1:
			found = append(found, description(i+1, indent, strings.ReplaceAll(bare[1:len(bare)-1], `\"`, `"`)))
		case strings.HasPrefix(bare, "#"):
			comments = append(comments, comment{i + 1, indent, "#", []string{bare[1:]}})
		}
	}
	return append(found, commentParagraphs(source, comments)...)
}

// description is one that stands between quotes on one line. When it is wrapped it becomes a block.
func description(number int, indent, text string) paragraph {
	l := line{number: number, prefix: indent + `"`, text: text}
	quotes := indent + `"""`
	return paragraph{lines: []line{l}, first: indent, rest: indent, opening: quotes, closing: quotes}
}
