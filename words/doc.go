// Package words finds hidden words in a text: words, phrases and emoji that somebody does not want to read, in whatever
// dress they come.
//
// Purpose. Compile turns a list into a Matcher; Matcher.Match tells whether a text holds one of them. Folding makes one of
// what readers take for one: case, accents, full-width and other compatibility forms, invisible characters, skin tones,
// l33t (0 o, 1 i or l, 3 e, 4 a, 5 s, 7 t, 8 b, 9 g, @ a, $ s, ! i), letters set apart (s p a m, s.p.a.m), and whatever stands
// between the words of a phrase.
//
// Invariants. A word is found as a whole word only: "ass" is not in "class". Words end where Unicode letters, digits and
// marks end; at an apostrophe too, so that "l'idiot" holds "idiot". Scripts without spaces (Han, kana, Thai and the like) and
// symbols have an end at every character. The time of a match is proportional to the text, whatever list and text are: an
// Aho–Corasick automaton over folded words; there are no patterns that a user could make slow. Nothing here panics.
//
// Concurrency. A Matcher is never changed and may be used by many at once. Lifecycle. Plain values; nothing to close.
package words
