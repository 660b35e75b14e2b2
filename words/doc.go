// Package words finds a user's hidden words in a text: words, phrases and emoji.
//
// Purpose. Compile turns a list into a Matcher, and Matcher.Match reports whether a text contains
// an entry. Folding makes equal the forms that readers take for the same word: case, accents,
// full-width and other compatibility forms, invisible characters, skin tones, l33t (0 o, 1 i or l,
// 3 e, 4 a, 5 s, 7 t, 8 b, 9 g, @ a, $ s, ! i), letters of other scripts that look like Latin ones,
// letters in circles, squares and flags, separated letters (s p a m, s.p.a.m), parts with a sign
// between them (sp-am), repeated letters (spaaam), text that is turned around on the screen
// (U+202E), and any separators between the words of a phrase.
//
// Invariants. Only whole words match, except among separated letters: "class" does not contain
// "ass". A word that a space cuts in two ("id iot") and a star for a letter ("id*ot") do not match,
// because too many harmless texts would. Words end where Unicode letters, digits and marks end, and
// at an apostrophe, so "l'idiot" contains "idiot". In scripts without spaces (Han, kana, Thai and
// others) and among symbols, every character is a boundary. The time of a match is proportional to
// the text, for every list and text: the matcher is an Aho–Corasick automaton over folded words,
// with a bounded number of lookups for separated letters. Users cannot enter patterns. No function
// panics.
//
// SearchKeys and SearchWords fold names and queries in the same way, without l33t and look-alike
// letters, for the search of people.
//
// Concurrency. A Matcher is immutable and safe for concurrent use. Lifecycle. Matchers are plain
// values; there is nothing to close.
package words
