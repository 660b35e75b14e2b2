package dm

import "github.com/aparte-im/aparte/dm/policy"

// requestFacts gathers them from what is loaded; theirs is the recipient's side, nil before the
// first message.
func (tx *Tx) requestFacts(from, to *Head, theirs *Membership) policy.RequestFacts {
	f := policy.RequestFacts{NewPerson: theirs == nil || (!theirs.Known && theirs.Pending == 0)}
	if f.NewPerson {
		if b := tx.rules.outreach(from, tx.now); b != nil {
			f.OutreachLimited, f.OutreachLeft = true, b.Remaining
		}
	}
	f.Shielded = !to.ShieldAt.IsZero() && (f.NewPerson || theirs.HoldReason == policy.HoldShield)
	return f
}
