package dm

import (
	"bytes"
	"testing"
	"time"
)

func TestAnEncodedWakeReadsBack(t *testing.T) {
	for _, want := range []Wake{
		{},
		{User: NewUserID(), Epoch: 1, Position: 1},
		{User: NewUserID(), Epoch: 1 << 62, Position: 1 << 62},
	} {
		b, err := want.AppendBinary([]byte("before"))
		if err != nil {
			t.Fatal(err)
		}
		var got Wake
		if err := got.UnmarshalBinary(b[len("before"):]); err != nil || got != want {
			t.Errorf("%+v reads back as %+v, %v", want, got, err)
		}
		if n := len(b) - len("before"); n > 37 {
			t.Errorf("an encoded wake has %d bytes", n)
		}
	}
}

func TestAPayloadThatIsNoWakeIsRefused(t *testing.T) {
	good, _ := Wake{User: NewUserID(), Epoch: 3, Position: 500}.AppendBinary(nil)
	payloads := [][]byte{nil, {}, {wakeVersion}, append(bytes.Clone(good), 0)}
	for n := range good {
		payloads = append(payloads, good[:n])
	}
	newer := bytes.Clone(good)
	newer[0]++
	payloads = append(payloads, newer, append(bytes.Clone(good[:17]), bytes.Repeat([]byte{0xff}, 20)...))
	for _, b := range payloads {
		kept := Wake{Position: 7}
		if err := kept.UnmarshalBinary(b); err == nil || kept != (Wake{Position: 7}) {
			t.Errorf("% x was decoded as %+v, %v", b, kept, err)
		}
	}
}

func TestAnEncodedSignalReadsBack(t *testing.T) {
	alice, bob := NewUserID(), NewUserID()
	want := signal{
		kind: signalTyping, conversation: ConversationOf(alice, bob), from: bob,
		at: time.Date(2026, 3, 1, 12, 0, 0, 123_456_000, time.UTC),
	}
	got, ok := decodeSignal(want.encode())
	if !ok || got != want {
		t.Errorf("%+v reads back as %+v, %v", want, got, ok)
	}
	e := got.event(alice)
	if e.Kind != EventTyping || e.User != alice || e.View.Viewer != alice || e.View.With != bob || e.View.ID != want.conversation || !e.At.Equal(want.at) {
		t.Errorf("the event of the signal is %+v with the view %+v", e, e.View)
	}
}

// A node of a later release may send a version or a kind that this one does not know.
func TestAnUnknownSignalIsIgnored(t *testing.T) {
	good := signal{kind: signalTyping, at: time.Now()}.encode()
	version, kind := bytes.Clone(good), bytes.Clone(good)
	version[0]++
	kind[1]++
	for _, b := range [][]byte{nil, {}, version, kind, good[:len(good)-1], append(bytes.Clone(good), 0), good[:34]} {
		if s, ok := decodeSignal(b); ok {
			t.Errorf("% x was decoded as %+v", b, s)
		}
	}
	w := &Watcher{wake: func() { t.Error("an unknown signal woke the watcher") }}
	(*watcherSubscriber)(w).Signal(version)
}
