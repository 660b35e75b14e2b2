package storetest

import (
	"pgregory.net/rapid"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

func (r *modelRun) doRestrict(t *rapid.T) {
	a, b := r.two(t)
	on := rapid.Bool().Draw(t, "on")
	change := r.service.Unrestrict
	if on {
		change = r.service.Restrict
	}
	seen := r.cursor(r.ids[b])
	r.wantCode("restrict", change(r.Context(), r.ids[a], r.ids[b]), selfCode(a, b))
	if a == b {
		return
	}
	if now := r.cursor(r.ids[b]); on && now != seen {
		r.Fatalf("a restriction told the person whom it is about: their log went from %+v to %+v", seen, now)
	}
	r.m.restrict(a, b, on)
}

func (r *modelRun) doList(t *rapid.T) {
	a, b := r.two(t)
	listed := policy.Listed(rapid.IntRange(int(policy.NotListed), int(policy.ListedNever)).Draw(t, "list"))
	seen := r.cursor(r.ids[b])
	err := r.service.SetListed(r.Context(), r.ids[a], r.ids[b], listed)
	if a == b {
		r.wantCode("list", err, dm.CodeInvalidInput)
		return
	}
	r.wantCode("list", err, r.m.list(a, b, listed))
	if now := r.cursor(r.ids[b]); now != seen {
		r.Fatalf("a list told the person whom it is about: their log went from %+v to %+v", seen, now)
	}
}
