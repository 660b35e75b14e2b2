package dm

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"strings"

	"github.com/aparte-im/aparte/dm/policy"
)

// CodeHash is what is kept of a contact code's secret. Zero: no code.
type CodeHash [sha256.Size]byte

// A secret is 20 characters of 5 bits, in groups that can be read aloud: 100 bits, which nobody
// finds by trying, here or with a copy of the hashes. The alphabet is Crockford's, without letters
// that look like others.
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

// ParseContactCode reads a code as its redeemer typed it: case, spaces, dashes and letters that
// look like digits make no difference. A text that is no code gets the hash of none, so that the
// answer is that for an unknown code.
func ParseContactCode(text string) CodeHash {
	if len(text) > maxContactText {
		text = ""
	}
	return sha256.Sum256([]byte("aparte contact code\n" + readAs.Replace(strings.ToUpper(text))))
}

type redemptionKey struct {
	code     ContactCodeID
	redeemer UserID
}

// AddCode is for the store: it adds a code that a send presents or the Scope names. used says that
// this redeemer has redeemed it.
func (tx *Tx) AddCode(c *ContactCode, redeemer UserID, used bool) {
	if tx.in.Codes == nil {
		tx.in.Codes, tx.in.CodesRedeemed = map[CodeHash]*ContactCode{}, map[redemptionKey]bool{}
	}
	if tx.in.Codes[c.Hash] == nil { // several sends of a batch share one code
		tx.in.Codes[c.Hash] = c
	}
	if used {
		tx.in.CodesRedeemed[redemptionKey{c.ID, redeemer}] = true
	}
}

// codeOf returns what Decide needs to know of the code that a sender presents, and a good code
// itself.
func (tx *Tx) codeOf(hash CodeHash, redeemer, recipient UserID) (policy.CodeFact, *ContactCode) {
	if hash == (CodeHash{}) {
		return policy.CodeNone, nil
	}
	c := tx.in.Codes[hash]
	if c == nil || c.Owner != recipient || !c.live(tx.now) || tx.in.CodesRedeemed[redemptionKey{c.ID, redeemer}] {
		return policy.CodeBad, nil
	}
	return policy.CodeGood, c
}

// redeemCode counts a redemption. The last redemption ends the code.
func (tx *Tx) redeemCode(c *ContactCode, redeemer UserID) {
	if c.Uses++; c.Uses == c.MaxUses {
		c.EndsAt = tx.now
	}
	tx.in.CodesRedeemed[redemptionKey{c.ID, redeemer}] = true
	tx.keepCode(c)
	tx.out.Redemptions = append(tx.out.Redemptions, Redemption{Code: c.ID, Redeemer: redeemer, Owner: c.Owner, At: tx.now})
}

// Contact is what a contact code offers to its redeemer: whose it is, and what a message with it
// would meet.
type Contact struct {
	Owner      UserID
	Permission Permission
}

// Contact tells the viewer whose code this is and where a message with it would land. A code that
// does not exist, has ended or has served the viewer, and one whose owner does not want the viewer,
// are all NOT_FOUND and take the same reads.
func (s *Service) Contact(ctx context.Context, viewer UserID, code string) (Contact, error) {
	hash := ParseContactCode(code)
	c, used, err := s.codes.ContactCodeOf(ctx, hash, viewer)
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
	tx, err := s.txs.Inspect(ctx, scope)
	if err != nil {
		return Contact{}, err
	}
	f, ok := tx.facts(viewer, owner)
	if c == nil || !ok || !c.live(tx.now) {
		return Contact{}, NotFound("contact code")
	}
	fact := policy.CodeGood
	if used {
		fact = policy.CodeBad
	}
	// By the owner's side alone, so that a limit of the viewer's own brings no name out either.
	theirs := f
	theirs.SenderOverride, theirs.SenderAge, theirs.Suspended, theirs.OutreachStopped = policy.Override{}, policy.Adult, false, false
	if v, _ := policy.DecideWithCode(theirs, fact); !v.Allowed() && !f.Self {
		return Contact{}, NotFound("contact code")
	}
	v, _ := policy.DecideWithCode(f, fact)
	return Contact{Owner: owner, Permission: tx.permission(viewer, v)}, nil
}
