package words

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// Limits of a list.
const (
	// MaxCount is the maximum number of entries of a list.
	MaxCount = 1000
	// MaxLength is the maximum number of characters of an entry.
	MaxLength = 64
)

// Matcher finds the entries of one list.
type Matcher struct {
	// ids numbers the words of all entries from 1; 0 is every other word.
	ids map[string]int32
	// nodes are the states of the automaton; node 0 is the start.
	nodes []node
	steps map[step]int32
	// singles are the entries of one word, which separated letters may spell; drawn are the same
	// entries with each repeated letter once. starts maps the first letters of entries that are
	// found among more separated letters to the lengths of these entries.
	singles map[int32]bool
	drawn   map[string]bool
	starts  map[string][]int
	pool    sync.Pool
}

type node struct {
	// back is the node of the longest proper suffix that is also a prefix of an entry.
	back int32
	// hit is set when an entry ends here.
	hit bool
}

// step is a transition from a node by a word.
type step struct{ node, word int32 }

// Valid reports whether an entry can match a text and is within MaxLength.
func Valid(entry string) bool {
	return utf8.ValidString(entry) && utf8.RuneCountInString(entry) <= MaxLength && len(sequence(entry, reading{})) > 0
}

// Compile returns a matcher for a list. Entries that are not Valid match nothing.
func Compile(entries []string) *Matcher {
	m := &Matcher{ids: map[string]int32{}, nodes: make([]node, 1), steps: map[step]int32{}, singles: map[int32]bool{}, drawn: map[string]bool{}, starts: map[string][]int{}}
	for _, entry := range entries {
		if !Valid(entry) {
			continue
		}
		// The entry as it is, and as it reads when it is itself written in l33t or in look-alike
		// letters.
		for _, r := range readings {
			m.add(sequence(entry, r))
		}
	}
	m.link()
	m.pool.New = func() any { return &run{} }
	return m
}

// Empty reports whether the list has no entry that can match.
func (m *Matcher) Empty() bool { return len(m.nodes) == 1 }

// reading is one interpretation of a text: of its digits and signs, and of letters that look like
// Latin ones.
type reading struct {
	one   byte
	latin bool
}

var readings = [...]reading{{0, false}, {'i', false}, {'l', false}, {0, true}, {'i', true}, {'l', true}}

// sequence returns the words of an entry. Separated letters are one word. A flag stays a flag.
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

// link sets the back links, breadth first: a back link is always nearer to the start.
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

// next reads one word. Each step back undoes an earlier step forward, so a text costs at most two
// steps for each word.
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

// run is the state of one match; its buffers are reused.
type run struct {
	folder folder
	m      *Matcher
	at     int32
	found  bool
}

// Match reports whether one of the texts contains an entry. An entry never spans two texts.
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

// read reads a text in each possible way: l33t in two ways when there is any, and look-alike
// letters as they are and as Latin.
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

// minAmong is the minimum length of a word that is found among more separated letters.
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

// among looks for an entry at every offset of separated letters. It compares the first letters
// first, which few offsets pass.
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

// prefix returns the first minAmong letters, or nil when there are fewer.
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
