package consent

import (
	"fmt"
	"time"

	"github.com/anishathalye/porcupine"
)

// checkTime bounds the search for an order. One pair's history takes milliseconds.
const checkTime = time.Minute

// Check judges one pair's history, sorted by call as ByPair leaves it. Its error tells what is
// wrong and shows the history.
func Check(pair []Op) error {
	if err := checkAfterNo(pair); err != nil {
		return err
	}
	return checkOrder(pair)
}

// checkAfterNo looks for what I1 forbids outright: a "no" had returned, nothing took it back, and a
// message was accepted all the same. A message came after when it was asked for after, or when its
// seq is above what a read found after. It needs no search, so it also says which message it was.
func checkAfterNo(pair []Op) error {
	for i, no := range pair {
		yes, is := noes[no.Kind]
		if !is || !no.OK {
			continue
		}
		if no.Kind == Decline {
			if err := checkAfterDecline(pair, no); err != nil {
				return err
			}
			continue
		}
		for j, read := range pair {
			if j != i && (read.Kind != Read || read.Call < no.Return) {
				continue
			}
			for _, send := range pair {
				after := send.Call > no.Return
				if j != i {
					after = send.Seq > read.Seq
				}
				if send.Kind == Send && send.OK && after && !takenBack(pair, yes, no, send) {
					return fmt.Errorf("accepted after the %v at %d had returned: %v%s", no.Kind, no.Call, send, text(pair))
				}
			}
		}
	}
	return nil
}

// checkAfterDecline looks for a conversation in view that was declined.
func checkAfterDecline(pair []Op, decline Op) error {
	for _, look := range pair {
		if look.Kind == Look && look.OK && look.Call > decline.Return && !takenBack(pair, noes[Decline], decline, look) {
			return fmt.Errorf("in view after the decline at %d had returned: %v%s", decline.Call, look, text(pair))
		}
	}
	return nil
}

// takenBack reports whether a yes may have taken effect between the no and the send or look.
func takenBack(pair []Op, yes Kind, no, send Op) bool {
	for _, o := range pair {
		if o.Kind == yes && o.OK && o.Return > no.Call && o.Call < send.Return {
			return true
		}
	}
	return false
}

// checkOrder looks for one order of all operations that explains every answer.
func checkOrder(pair []Op) error {
	ops := make([]porcupine.Operation, len(pair))
	for i, o := range pair {
		ops[i] = porcupine.Operation{ClientId: o.Client, Input: o, Call: o.Call, Output: o, Return: o.Return}
	}
	switch result := porcupine.CheckOperationsTimeout(model, ops, checkTime); result {
	case porcupine.Ok:
		return nil
	case porcupine.Illegal:
		return fmt.Errorf("no order explains these answers:%s", text(pair))
	default:
		return fmt.Errorf("no order was found in %v:%s", checkTime, text(pair))
	}
}

// state is a pair as the rules see it. Everyone may write to begin with.
type state struct {
	seq                     int64
	blocked, closed         bool
	request, declined, open bool
}

var model = porcupine.Model{
	Init: func() any { return state{} },
	Step: func(s, in, out any) (bool, any) { return s.(state).step(out.(Op)) },
}

// step is the sequential specification: whether the answer fits the state, and the state after it.
// It is written down a second time here on purpose; package dm is what is being checked.
func (s state) step(o Op) (bool, state) {
	switch o.Kind {
	case Send:
		if o.OK != (!s.blocked && !s.closed) {
			return false, s
		}
		if o.OK {
			s.seq++
			s.request = !s.open && !s.declined
		}
		return !o.OK || o.Seq == s.seq, s
	case Answer:
		if o.OK == s.blocked {
			return false, s
		}
		if o.OK {
			s.seq++
			s.request, s.declined, s.open = false, false, true
		}
		return !o.OK || o.Seq == s.seq, s
	case Decline:
		if o.OK != (s.request || s.declined) {
			return false, s
		}
		if o.OK {
			s.request, s.declined = false, true
		}
	case Block:
		s.blocked, s.request = true, false
	case Unblock:
		s.blocked = false
	case Close, Open:
		s.closed = o.Kind == Close
	case Read:
		return o.Seq == s.seq, s
	case Look:
		return o.OK == (s.request || s.open), s
	}
	return true, s
}
