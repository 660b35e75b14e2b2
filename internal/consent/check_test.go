package consent

import (
	"slices"
	"strings"
	"testing"
)

// op makes an operation that lasted from call to call + length.
func op(client int, kind Kind, call, length int64, ok bool, seq int64) Op {
	return Op{Client: client, Kind: kind, Call: call, Return: call + length, OK: ok, Seq: seq}
}

func TestGoodHistories(t *testing.T) {
	for name, history := range map[string][]Op{
		"nothing": nil,
		"one after the other": {
			op(1, Send, 0, 5, true, 1), op(2, Block, 10, 5, true, 0), op(1, Send, 20, 5, false, 0),
			op(2, Unblock, 30, 5, true, 0), op(1, Send, 40, 5, true, 2), op(2, Read, 50, 5, true, 2),
		},
		"accepted while the no was on its way": {
			op(2, Close, 0, 100, true, 0), op(1, Send, 10, 5, true, 1), op(3, Send, 20, 5, true, 2), op(1, Send, 30, 5, false, 0),
		},
		"asked for before, answered after": {
			op(1, Send, 0, 100, true, 1), op(2, Block, 10, 5, true, 0), op(2, Read, 20, 5, true, 1),
		},
		"refused while the yes was on its way": {
			op(2, Close, 0, 5, true, 0), op(2, Open, 10, 100, true, 0), op(1, Send, 20, 5, false, 0), op(1, Send, 30, 5, true, 1),
		},
		"a decline, and an answer that takes it back": {
			op(1, Send, 0, 5, true, 1), op(2, Look, 7, 1, true, 0), op(2, Decline, 10, 5, true, 0), op(1, Send, 20, 5, true, 2),
			op(2, Look, 26, 1, false, 0), op(2, Decline, 30, 5, true, 0), op(2, Answer, 40, 5, true, 3), op(1, Send, 50, 5, true, 4),
			op(2, Decline, 60, 5, false, 0), op(1, Send, 70, 5, true, 5), op(2, Look, 80, 1, true, 0),
		},
		"two noes, one taken back": {
			op(2, Block, 0, 5, true, 0), op(2, Close, 10, 5, true, 0), op(2, Unblock, 20, 5, true, 0), op(1, Send, 30, 5, false, 0),
			op(2, Open, 40, 5, true, 0), op(1, Send, 50, 5, true, 1),
		},
		"no answer while blocking": {op(2, Block, 0, 5, true, 0), op(2, Answer, 10, 5, false, 0)},
	} {
		if err := Check(history); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBadHistories(t *testing.T) {
	for name, c := range map[string]struct {
		want    string
		history []Op
	}{
		"asked for after a block": {"accepted after the block", []Op{
			op(2, Block, 0, 5, true, 0), op(1, Send, 10, 5, true, 1),
		}},
		"asked for after NO_ONE, which an unblock does not take back": {"accepted after the NO_ONE", []Op{
			op(2, Close, 0, 5, true, 0), op(2, Unblock, 10, 5, true, 0), op(1, Send, 20, 5, true, 1),
		}},
		"in view after a decline": {"in view after the decline", []Op{
			op(1, Send, 0, 5, true, 1), op(2, Decline, 10, 5, true, 0), op(1, Send, 20, 5, true, 2), op(2, Look, 30, 5, true, 0),
		}},
		"refused after a decline": {"no order", []Op{
			op(1, Send, 0, 5, true, 1), op(2, Decline, 10, 5, true, 0), op(1, Send, 20, 5, false, 0),
		}},
		"asked for before, written after a read that followed the block": {"accepted after the block", []Op{
			op(1, Send, 0, 100, true, 1), op(2, Block, 10, 5, true, 0), op(2, Read, 20, 5, true, 0),
		}},
		"a yes that came before the no": {"accepted after the block", []Op{
			op(2, Unblock, 0, 5, true, 0), op(2, Block, 10, 5, true, 0), op(1, Send, 20, 5, true, 1),
		}},
		"one of two noes taken back": {"accepted after the NO_ONE", []Op{
			op(2, Block, 0, 5, true, 0), op(2, Close, 10, 5, true, 0), op(2, Unblock, 20, 5, true, 0), op(1, Send, 30, 5, true, 1),
		}},
		"refused without a no": {"no order", []Op{op(1, Send, 0, 5, false, 0)}},
		"refused after a yes": {"no order", []Op{
			op(2, Block, 0, 5, true, 0), op(2, Unblock, 10, 5, true, 0), op(1, Send, 20, 5, false, 0),
		}},
		"one seq twice":  {"no order", []Op{op(1, Send, 0, 5, true, 1), op(3, Send, 0, 9, true, 1)}},
		"a seq left out": {"no order", []Op{op(1, Send, 0, 5, true, 1), op(1, Send, 10, 5, true, 3)}},
		"numbers against the time": {"no order", []Op{
			op(1, Send, 0, 5, true, 2), op(1, Send, 10, 5, true, 1),
		}},
		"a read that lags": {"no order", []Op{op(1, Send, 0, 5, true, 1), op(2, Read, 10, 5, true, 0)}},
		"a read that goes back": {"no order", []Op{
			op(1, Send, 0, 100, true, 1), op(2, Read, 10, 5, true, 1), op(3, Read, 20, 5, true, 0),
		}},
		"refused, then accepted, and no yes between": {"no order", []Op{
			op(2, Block, 0, 100, true, 0), op(1, Send, 10, 5, false, 0), op(1, Send, 20, 5, true, 1),
		}},
		"a decline of nothing":         {"no order", []Op{op(2, Decline, 0, 5, true, 0)}},
		"a request that is not found":  {"no order", []Op{op(1, Send, 0, 5, true, 1), op(2, Decline, 10, 5, false, 0)}},
		"an answer while blocking":     {"no order", []Op{op(2, Block, 0, 5, true, 0), op(2, Answer, 10, 5, true, 1)}},
		"a decline after the answer":   {"no order", []Op{op(2, Answer, 0, 5, true, 1), op(1, Send, 10, 5, true, 2), op(2, Decline, 20, 5, true, 0)}},
		"two sends and a block cannot": {"no order", []Op{op(2, Block, 0, 50, true, 0), op(1, Send, 5, 20, false, 0), op(3, Send, 30, 10, true, 1)}},
	} {
		err := Check(c.history)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
		// The two checks agree: a history that the first forbids has no order either.
		if checkOrder(c.history) == nil {
			t.Errorf("%s: an order was found", name)
		}
	}
}

func TestRacesAreNoesThatASendOverlaps(t *testing.T) {
	history := []Op{
		op(1, Send, 0, 5, true, 1),
		op(2, Block, 4, 5, true, 0), // overlapped
		op(1, Send, 20, 5, false, 0),
		op(2, Close, 30, 5, true, 0), // alone
		op(2, Decline, 40, 10, false, 0),
		op(1, Send, 41, 1, false, 0), // overlaps what was no "no"
	}
	got := Races(history)
	if len(got) != 1 || got[Block] != 1 {
		t.Errorf("got %v, want one block", got)
	}
}

func TestByPair(t *testing.T) {
	pairs := ByPair([]Op{{Pair: 2, Call: 9}, {Pair: 1, Call: 3}, {Pair: 2, Call: 4}})
	if len(pairs) != 2 || len(pairs[1]) != 1 || !slices.Equal(pairs[2], []Op{{Pair: 2, Call: 4}, {Pair: 2, Call: 9}}) {
		t.Errorf("got %v", pairs)
	}
}
