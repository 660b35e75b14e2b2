// Package words finds hidden words in a text: words, phrases and emoji that somebody does not want to read, in whatever
// dress they come.
//
// Purpose. Compile turns a list into a Matcher; Matcher.Match tells whether a text holds one of them. Folding makes one of
// what readers take for one: case, accents, full-width and other compatibility forms, invisible characters, skin tones,
// l33t (0 o, 1 i or l, 3 e, 4 a, 5 s, 7 t, 8 b, 9 g, @ a, $ s, ! i), letters of other scripts that look like Latin ones, letters in
// circles, squares and flags, letters set apart (s p a m, s.p.a.m, also among others), parts with a sign between them (sp-am),
// letters drawn out (spaaam), what is turned around on the screen (U+202E), and whatever stands between the words of a phrase.
//
// Invariants. A word is found as a whole word only, but among letters set apart: "ass" is not in "class". What a blank cuts in two
// ("id iot") and where a star stands for a letter ("id*ot") is not found: too much that is meant well would be. Words end where
// Unicode letters, digits and marks end; at an apostrophe too, so that "l'idiot" holds "idiot". Scripts without spaces (Han, kana,
// Thai and the like) and symbols have an end at every character. The time of a match is proportional to the text, whatever list and
// text are: an Aho–Corasick automaton over folded words, and of letters set apart a bounded number of lookups for each; there are no
// patterns that a user could make slow. Nothing here panics.
//
// Concurrency. A Matcher is never changed and may be used by many at once. Lifecycle. Plain values; nothing to close.
package words
