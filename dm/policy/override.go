package policy

// Listed is a decision about one person by name that takes precedence over the relations.
type Listed uint8

// The lists. With NotListed the relations decide.
const (
	NotListed Listed = iota
	// ListedAlways sends the person's messages to the inbox under every audience, NO_ONE included.
	ListedAlways
	// ListedNever refuses the person's messages as a closed audience does.
	ListedNever
)

// Override is what one user has decided about another. The zero Override is no decision. The other
// person cannot see it: a block and ListedNever read like a closed audience, and a restriction
// changes nothing that they can observe.
type Override struct {
	Blocked bool
	// Restricted sends the person's messages to the requests and hides receipts, typing and
	// presence from them.
	Restricted bool
	Listed     Listed
}
