package bind

import (
	"github.com/99designs/gqlgen/graphql"

	"github.com/aparte-im/aparte/dm"
)

// Choice is what a user had chosen at one time, and how old they were.
type Choice struct {
	dm.Settings
	AgeBand dm.AgeBand
}

// Kind is one kind of what a message is made of.
type Kind dm.Kinds

// KindsOf lists the kinds of a set.
func KindsOf(set dm.Kinds) []Kind {
	out := []Kind{}
	for k := dm.KindText; k <= dm.KindLink; k <<= 1 {
		if set&k != 0 {
			out = append(out, Kind(k))
		}
	}
	return out
}

var kinds = names{dm.KindText: "TEXT", dm.KindVideo: "VIDEO", dm.KindLink: "LINK"}

// MarshalMessageKind writes a kind.
func MarshalMessageKind(v Kind) graphql.Marshaler { return kinds.marshal(uint8(v)) }

// UnmarshalMessageKind reads a kind. Errors: INVALID_INPUT.
func UnmarshalMessageKind(v any) (Kind, error) {
	n, err := kinds.parse(v)
	return Kind(n), err
}

var rules = names{
	dm.RuleBlock: "BLOCK", dm.RuleGone: "GONE", dm.RuleAge: "AGE", dm.RuleDecline: "DECLINE", dm.RuleNever: "NEVER",
	dm.RuleAudience: "AUDIENCE", dm.RuleRequestFull: "REQUEST_FULL", dm.RuleRestriction: "RESTRICTION", dm.RuleHeld: "HELD",
	dm.RuleShield: "SHIELD", dm.RuleAlways: "ALWAYS",
}

// MarshalPolicyRule writes a rule.
func MarshalPolicyRule(v dm.Rule) graphql.Marshaler { return rules.marshal(uint8(v)) }

// UnmarshalPolicyRule exists because generated code names it.
func UnmarshalPolicyRule(any) (dm.Rule, error) { return 0, errOutput }

var changers = names{dm.BySelf: "SELF", dm.ByHost: "HOST"}

// MarshalChanger writes who changed something.
func MarshalChanger(v dm.Changer) graphql.Marshaler { return changers.marshal(uint8(v)) }

// UnmarshalChanger exists because generated code names it.
func UnmarshalChanger(any) (dm.Changer, error) { return 0, errOutput }
