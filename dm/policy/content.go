package policy

// HoldReason is why a request is in the folder HIDDEN. A held request is in no count. It can be
// reviewed, and it is released when the reason no longer holds.
type HoldReason uint8

// The reasons.
const (
	HoldNone HoldReason = iota
	// HoldRoute: the recipient's own grid routes the sender to HIDDEN.
	HoldRoute
	// HoldShield: the request arrived while the recipient's surge shield was up.
	HoldShield
	// HoldWords: the request contains one of the recipient's hidden words.
	HoldWords
	// HoldClassification: the classifier said so.
	HoldClassification
)

// Classification is what a classifier says about a message.
type Classification uint8

// The classifications. ClassifiedNone means that there is no objection or that no classifier was
// asked.
const (
	ClassifiedNone Classification = iota
	// ClassifiedHide sends the message to HIDDEN. The sender is told nothing.
	ClassifiedHide
	// ClassifiedRefuse refuses the message as a kind that is not accepted.
	ClassifiedRefuse
)

// CodeFact is what is known of the contact code that a sender presents.
type CodeFact uint8

// The facts about a code.
const (
	CodeNone CodeFact = iota
	// CodeBad: the code does not exist, has ended, is not this recipient's, or was redeemed by this
	// sender before.
	CodeBad
	CodeGood
)
