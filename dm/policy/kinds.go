package policy

// Kinds is a set of the kinds of content in a message.
type Kinds uint32

// The kinds. A link is anything that leads out of the app when it is tapped: an address in the text
// or in the words of a video card.
const (
	KindText Kinds = 1 << iota
	KindVideo
	KindLink
	// AllKinds is every kind.
	AllKinds = KindText | KindVideo | KindLink
)

var kindNames = [...]string{"TEXT", "VIDEO", "LINK"} // by bit

// Names returns the names of the kinds in the API.
func (k Kinds) Names() (out []string) {
	for bit, name := range kindNames {
		if k&(1<<bit) != 0 {
			out = append(out, name)
		}
	}
	return out
}

// KindGrid gives, for each relation, the kinds that a user does not accept.
type KindGrid [RelationCount]Kinds

// Any returns the kinds that at least one relation may not send.
func (g KindGrid) Any() (k Kinds) {
	for _, refused := range g {
		k |= refused
	}
	return k
}
