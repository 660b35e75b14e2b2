package consent

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Kind is what was asked. One person of a pair asks to be heard, the other gives or takes consent.
type Kind uint8

// The kinds.
const (
	// Send is a message to the one who consents.
	Send Kind = iota
	// Answer is a message from the one who consents: it makes the other known, for good.
	Answer
	// Block and Unblock, Close (NO_ONE) and Open (EVERYONE), Decline.
	Block
	Unblock
	Close
	Open
	Decline
	// Read asks for the newest seq.
	Read
	// Look asks whether the one who consents has the conversation in view: OK says so. A decline
	// forbids that, and lets the other write on.
	Look
)

var kindNames = [...]string{"send", "answer", "block", "unblock", "NO_ONE", "EVERYONE", "decline", "read", "look"}

func (k Kind) String() string { return kindNames[k] }

// Op is one operation on a pair as its caller saw it.
type Op struct {
	Pair, Client int
	Kind         Kind
	// Call and Return are when it was asked and answered.
	Call, Return int64
	// OK: the message was accepted, the request declined, the conversation in view. The others
	// always are.
	OK bool
	// Seq is the accepted message's, or the newest that a Read found.
	Seq int64
}

func (o Op) String() string {
	answer := "ok"
	if !o.OK {
		answer = "refused"
	}
	return fmt.Sprintf("[%d, %d] client %d: %v %s, seq %d", o.Call, o.Return, o.Client, o.Kind, answer, o.Seq)
}

// noes says which operation is a "no", and by which its maker takes it back.
var noes = map[Kind]Kind{Block: Unblock, Close: Open, Decline: Answer}

// ByPair takes a history of many pairs apart, each in the order of its calls.
func ByPair(ops []Op) map[int][]Op {
	out := map[int][]Op{}
	for _, o := range ops {
		out[o.Pair] = append(out[o.Pair], o)
	}
	for _, pair := range out {
		slices.SortFunc(pair, func(a, b Op) int { return cmp.Compare(a.Call, b.Call) })
	}
	return out
}

// Races counts, by kind, the refusals in the history of one pair that overlap a send. Only these
// could have failed.
func Races(pair []Op) map[Kind]int {
	out := map[Kind]int{}
	for _, no := range pair {
		if _, is := noes[no.Kind]; !is || !no.OK {
			continue
		}
		if slices.ContainsFunc(pair, func(o Op) bool { return o.Kind == Send && overlap(o, no) }) {
			out[no.Kind]++
		}
	}
	return out
}

func overlap(a, b Op) bool { return a.Call < b.Return && b.Call < a.Return }

func text(pair []Op) string {
	var b strings.Builder
	for _, o := range pair {
		b.WriteString("\n\t" + o.String())
	}
	return b.String()
}
