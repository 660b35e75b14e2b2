package dm

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"strings"
)

// CodeHash is what is kept of a contact code's secret. Zero: no code.
type CodeHash [sha256.Size]byte

// A secret is 20 characters of 5 bits, in groups that can be read aloud: 100 bits, which nobody finds by trying, here or
// with a copy of the hashes. The alphabet is Crockford's, without letters that look like others.
const (
	contactAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	contactLength   = 20
	contactGroup    = 5
)

func newContactSecret() string {
	var random [contactLength]byte
	_, _ = rand.Read(random[:]) // never fails
	var b strings.Builder
	for i, r := range random {
		if i > 0 && i%contactGroup == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(contactAlphabet[r%byte(len(contactAlphabet))])
	}
	return b.String()
}

// maxContactText bounds what is looked at of a code as somebody typed it.
const maxContactText = 64

var readAs = strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1")

// ParseContactCode reads a code as its bearer typed it: case, spaces, dashes and letters that look like digits make no
// difference. What is no code has the hash of none, so that it is answered like a code that is not there.
func ParseContactCode(text string) CodeHash {
	if len(text) > maxContactText {
		text = ""
	}
	return sha256.Sum256([]byte("aparte contact code\n" + readAs.Replace(strings.ToUpper(text))))
}

// CodeFact is what is known of the contact code that a sender bears.
type CodeFact uint8

// The facts. CodeBad: it does not exist or has ended, is not this recipient's, or has served this sender before.
const (
	CodeNone CodeFact = iota
	CodeBad
	CodeGood
)

type redemptionKey struct {
	code   ContactCodeID
	bearer UserID
}

// AddCode is for the store: it adds a code that a send bears or the Scope names. used: this bearer has used it.
func (tx *Tx) AddCode(c *ContactCode, bearer UserID, used bool) {
	if tx.in.Codes == nil {
		tx.in.Codes, tx.in.CodesRedeemed = map[CodeHash]*ContactCode{}, map[redemptionKey]bool{}
	}
	if tx.in.Codes[c.Hash] == nil { // several sends of a batch may bear it, and count on the one
		tx.in.Codes[c.Hash] = c
	}
	if used {
		tx.in.CodesRedeemed[redemptionKey{c.ID, bearer}] = true
	}
}

// welcome: the message goes where the sender sees an inbox, so a code would change nothing.
func (v Verdict) welcome() bool { return v.Allowed() && v.Shown == RouteInbox }

// bears decides about a sender who bears a code: it counts, and is used, only where they are not welcome without it.
func (f Facts) bears(judge Policy, code CodeFact) (v Verdict, used bool) {
	if v = judge(f); code == CodeNone || v.welcome() {
		return v, false
	}
	f.Code = code
	v = judge(f)
	return v, code == CodeGood && v.Allowed()
}

// invited: the code that the sender bears lets them in. Under 18 it lets nobody in: strangers cannot be chosen.
func (f *Facts) invited() bool { return f.Code == CodeGood && f.RecipientAge == Adult }

// closed is how it is denied that the recipient takes messages of this sender. Who bears a code hears the same whether it
// is the code or a block that stops them: what the recipient has done must not show.
func (f *Facts) closed() Denial {
	if f.Code != CodeNone {
		return DenialContactCode
	}
	return DenialNotAccepting
}

// codeOf is what is known of a code that a sender bears to a recipient, and the code where it is good.
func (tx *Tx) codeOf(hash CodeHash, bearer, recipient UserID) (CodeFact, *ContactCode) {
	if hash == (CodeHash{}) {
		return CodeNone, nil
	}
	c := tx.in.Codes[hash]
	if c == nil || c.Owner != recipient || !c.live(tx.now) || tx.in.CodesRedeemed[redemptionKey{c.ID, bearer}] {
		return CodeBad, nil
	}
	return CodeGood, c
}

// redeemCode counts a use. The last one ends the code.
func (tx *Tx) redeemCode(c *ContactCode, bearer UserID) {
	if c.Uses++; c.Uses == c.MaxUses {
		c.EndsAt = tx.now
	}
	tx.in.CodesRedeemed[redemptionKey{c.ID, bearer}] = true
	tx.keepCode(c)
	tx.out.Redemptions = append(tx.out.Redemptions, Redemption{Code: c.ID, Redeemer: bearer, Owner: c.Owner, At: tx.now})
}

// Contact is what a contact code offers to its bearer: whose it is, and what a message with it would meet.
type Contact struct {
	Owner      UserID
	Permission Permission
}

// Contact tells the viewer whose code this is and where a message with it would land. A code that does not exist, has ended
// or has served the viewer, and one whose owner does not want the viewer, are all NOT_FOUND and take the same reads.
func (s *Service) Contact(ctx context.Context, viewer UserID, code string) (Contact, error) {
	hash := ParseContactCode(code)
	c, used, err := s.store.ContactCodeOf(ctx, hash, viewer)
	if err != nil {
		return Contact{}, err
	}
	var owner UserID
	copy(owner[:], hash[:]) // nobody
	if c != nil {
		owner = c.Owner
	}
	scope := Scope{Users: []UserID{viewer}}
	if owner != viewer {
		scope.Pairs = []Pair{PairOf(viewer, owner)}
	}
	tx, err := s.store.Inspect(ctx, scope)
	if err != nil {
		return Contact{}, err
	}
	f, ok := tx.facts(viewer, owner)
	if c == nil || !ok || !c.live(tx.now) {
		return Contact{}, NotFound("contact code")
	}
	fact := CodeGood
	if used {
		fact = CodeBad
	}
	// By the owner's side alone, so that a limit of the viewer's own brings no name out either.
	theirs := f
	theirs.SenderOverride, theirs.SenderAge, theirs.Suspended, theirs.OutreachStopped = Override{}, Adult, false, false
	if v, _ := theirs.bears(Decide, fact); !v.Allowed() && !f.Self {
		return Contact{}, NotFound("contact code")
	}
	v, _ := f.bears(Decide, fact)
	return Contact{Owner: owner, Permission: tx.permission(viewer, v)}, nil
}
