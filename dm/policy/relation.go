package policy

// AgeBand is the age of a user as the host app reports it.
type AgeBand uint8

// The age bands. Users for whom the host reports nothing are adults.
const (
	Adult AgeBand = iota
	Age16To17
	Under16
)

var bandNames = [...]string{Adult: "ADULT", Age16To17: "AGE_16_17", Under16: "UNDER_16"}

// String returns the name of the band in the API.
func (b AgeBand) String() string { return bandNames[b] }

// Relation is what the sender is to the recipient, from the recipient's side. A block is not a
// relation: it overrides all of them.
type Relation uint8

// The relations, in rising order of closeness. Several may hold at once; Stranger holds when no
// other does.
const (
	Stranger Relation = iota
	// Follower: the sender follows the recipient.
	Follower
	// Suggested: the host supplied the pair, or the two share enough friends.
	Suggested
	// Followed: the recipient follows the sender.
	Followed
	// Friend: each follows the other.
	Friend
	// Known: the recipient has sent the sender a message or has accepted a request of theirs.
	Known
	// RelationCount is the number of relations.
	RelationCount
)

var relationNames = [...]string{
	Stranger: "STRANGER", Follower: "FOLLOWER", Suggested: "SUGGESTED", Followed: "FOLLOWED", Friend: "FRIEND", Known: "KNOWN",
}

// String returns the name of the relation in the API.
func (r Relation) String() string { return relationNames[r] }

// Route is where a message goes.
type Route uint8

// The routes, in rising order of welcome.
const (
	RouteRefuse Route = iota
	RouteHidden
	RouteRequests
	RouteInbox
)

var routeNames = [...]string{RouteRefuse: "REFUSE", RouteHidden: "HIDDEN", RouteRequests: "REQUESTS", RouteInbox: "INBOX"}

// String returns the name of the route in the API.
func (r Route) String() string { return routeNames[r] }
