package words

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// Limits of a list.
const (
	// MaxCount is how many entries a list has at most.
	MaxCount = 1000
	// MaxLength is how many characters an entry has at most.
	MaxLength = 64
)

// Matcher finds the entries of one list.
type Matcher struct {
	// ids names each word that stands in an entry, from 1; 0 is every other word.
	ids map[string]int32
	// nodes is the automaton; node 0 is its start.
	nodes []node
	steps map[step]int32
	// singles are the entries of one word, which letters set apart may spell; drawn are the same with each letter once. starts
	// are the first letters of those that are found among more letters, with how many these have.
	singles map[int32]bool
	drawn   map[string]bool
	starts  map[string][]int
	pool    sync.Pool
}

type node struct {
	// back is the longest proper end of what was read that begins an entry too.
	back int32
	// hit: an entry ends here.
	hit bool
}

// step goes from a node by a word.
type step struct{ node, word int32 }

// Valid reports whether an entry can be found in any text, and is within MaxLength.
func Valid(entry string) bool {
	return utf8.ValidString(entry) && utf8.RuneCountInString(entry) <= MaxLength && len(sequence(entry, reading{})) > 0
}

// Compile makes a matcher of a list. Entries that are not Valid find nothing.
func Compile(entries []string) *Matcher {
	m := &Matcher{ids: map[string]int32{}, nodes: make([]node, 1), steps: map[step]int32{}, singles: map[int32]bool{}, drawn: map[string]bool{}, starts: map[string][]int{}}
	for _, entry := range entries {
		if !Valid(entry) {
			continue
		}
		// As it stands, and as it reads when it is written in l33t, or in letters that look like others, itself.
		for _, r := range readings {
			m.add(sequence(entry, r))
		}
	}
	m.link()
	m.pool.New = func() any { return &run{} }
	return m
}

// Empty reports whether there is nothing to find.
func (m *Matcher) Empty() bool { return len(m.nodes) == 1 }

// reading is a way to read a text: how its digits and signs are, and whether what looks like Latin letters is Latin.
type reading struct {
	one   byte
	latin bool
}

var readings = [...]reading{{0, false}, {'i', false}, {'l', false}, {0, true}, {'i', true}, {'l', true}}

// sequence is the words of an entry. Letters set apart are one word. A flag in it is a flag.
func sequence(entry string, r reading) []string {
	var out []string
	joined := ""
	f := folder{one: r.one, latin: r.latin, take: func(word []byte, how joint) {
		switch how {
		case whole:
			out = append(out, string(word))
		case apart:
			joined = string(word)
		case chained, drawn:
		}
	}}
	f.fold(entry)
	if joined != "" && utf8.RuneCountInString(joined) == len(out) {
		return []string{joined}
	}
	return out
}

func (m *Matcher) add(words []string) {
	at := int32(0)
	for _, w := range words {
		id, ok := m.ids[w]
		if !ok {
			id = int32(len(m.ids) + 1)
			m.ids[w] = id
		}
		next, ok := m.steps[step{at, id}]
		if !ok {
			next = int32(len(m.nodes))
			m.nodes = append(m.nodes, node{})
			m.steps[step{at, id}] = next
		}
		at = next
	}
	if at != 0 {
		m.nodes[at].hit = true
	}
	if len(words) == 1 {
		m.singles[m.ids[words[0]]] = true
		m.drawn[string(once([]byte(words[0]), nil))] = true
		if start := prefix([]byte(words[0])); start != nil && !slices.Contains(m.starts[string(start)], len(words[0])) {
			m.starts[string(start)] = append(m.starts[string(start)], len(words[0]))
		}
	}
}

// link sets the ways back, breadth first: a node's way back is nearer to the start than itself.
func (m *Matcher) link() {
	type edge struct {
		step
		to int32
	}
	from := map[int32][]edge{}
	for s, to := range m.steps {
		from[s.node] = append(from[s.node], edge{s, to})
	}
	queue := []int32{0}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for _, e := range from[at] {
			if at != 0 {
				m.nodes[e.to].back = m.next(m.nodes[at].back, e.word)
			}
			m.nodes[e.to].hit = m.nodes[e.to].hit || m.nodes[m.nodes[e.to].back].hit
			queue = append(queue, e.to)
		}
	}
}

// next reads one word. What it walks back was walked forward before, so a text costs no more than twice its words.
func (m *Matcher) next(at, word int32) int32 {
	if word == 0 {
		return 0
	}
	for {
		if next, ok := m.steps[step{at, word}]; ok {
			return next
		}
		if at == 0 {
			return 0
		}
		at = m.nodes[at].back
	}
}

// run is the state of one match; its buffers are used again.
type run struct {
	folder folder
	m      *Matcher
	at     int32
	found  bool
}

// Match reports whether one of the texts holds an entry. Two texts are never read as one.
func (m *Matcher) Match(texts ...string) bool {
	if m.Empty() {
		return false
	}
	r, _ := m.pool.Get().(*run)
	defer m.pool.Put(r)
	r.m, r.found = m, false
	if r.folder.take == nil {
		r.folder.take = r.word
	}
	return slices.ContainsFunc(texts, r.text)
}

func (r *run) text(text string) bool {
	if r.read(text) {
		return true
	}
	return strings.ContainsRune(text, rightToLeft) && r.read(asShown(text))
}

// read reads a text in every way that there is to it: leet in two, and only where there is any, and so with what looks like
// Latin letters.
func (r *run) read(text string) bool {
	f := &r.folder
	f.signs = true
	for _, latin := range []bool{false, true} {
		latins := latin
		for _, one := range []byte{0, 'i', 'l'} {
			r.at, f.one, f.latin = 0, one, latin
			f.fold(text)
			if r.found {
				return true
			}
			latins = latins || f.latins
			if !f.leets || one == 'i' && !f.ones {
				break
			}
		}
		if !latins {
			return false
		}
	}
	return false
}

// minAmong is how many letters a word has at least that is found among more letters that stand apart.
const minAmong = 4

func (r *run) word(word []byte, how joint) {
	switch how {
	case whole:
		r.at = r.m.next(r.at, r.m.ids[string(word)])
		r.found = r.found || r.m.nodes[r.at].hit
	case drawn:
		r.found = r.found || r.m.drawn[string(word)]
	case chained:
		r.found = r.found || r.m.singles[r.m.ids[string(word)]]
	case apart:
		r.found = r.found || r.m.singles[r.m.ids[string(word)]] || r.among(word)
	}
}

// among looks for an entry at every place of letters that stand apart: by how one begins first, which few places do.
func (r *run) among(letters []byte) bool {
	for len(r.m.starts) > 0 {
		start := prefix(letters)
		if start == nil {
			return false
		}
		for _, n := range r.m.starts[string(start)] {
			if n <= len(letters) && r.m.singles[r.m.ids[string(letters[:n])]] {
				return true
			}
		}
		_, size := utf8.DecodeRune(letters)
		letters = letters[size:]
	}
	return false
}

// prefix is the first minAmong letters; nil: there are fewer.
func prefix(letters []byte) []byte {
	end := 0
	for range minAmong {
		if end == len(letters) {
			return nil
		}
		_, size := utf8.DecodeRune(letters[end:])
		end += size
	}
	return letters[:end]
}
