package bind

import (
	"github.com/99designs/gqlgen/graphql"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// Choice is what a user had chosen at one time, and how old they were.
type Choice struct {
	dm.Settings
	AgeBand policy.AgeBand
}

// Kind is one kind of what a message is made of.
type Kind policy.Kinds

// KindsOf lists the kinds of a set.
func KindsOf(set policy.Kinds) []Kind {
	out := []Kind{}
	for k := policy.KindText; k <= policy.KindLink; k <<= 1 {
		if set&k != 0 {
			out = append(out, Kind(k))
		}
	}
	return out
}

var kinds = names{policy.KindText: "TEXT", policy.KindVideo: "VIDEO", policy.KindLink: "LINK"}

// MarshalMessageKind writes a kind.
func MarshalMessageKind(v Kind) graphql.Marshaler { return kinds.marshal(uint8(v)) }

// UnmarshalMessageKind reads a kind. Errors: INVALID_INPUT.
func UnmarshalMessageKind(v any) (Kind, error) {
	n, err := kinds.parse(v)
	return Kind(n), err
}

var rules = names{
	policy.RuleBlock: "BLOCK", policy.RuleGone: "GONE", policy.RuleAge: "AGE", policy.RuleDecline: "DECLINE", policy.RuleNever: "NEVER",
	policy.RuleAudience: "AUDIENCE", policy.RuleRequestFull: "REQUEST_FULL", policy.RuleRestriction: "RESTRICTION", policy.RuleHeld: "HELD",
	policy.RuleShield: "SHIELD", policy.RuleAlways: "ALWAYS",
}

// MarshalPolicyRule writes a rule.
func MarshalPolicyRule(v policy.Rule) graphql.Marshaler { return rules.marshal(uint8(v)) }

// UnmarshalPolicyRule exists because generated code names it.
func UnmarshalPolicyRule(any) (policy.Rule, error) { return 0, errOutput }

var changers = names{dm.BySelf: "SELF", dm.ByHost: "HOST"}

// MarshalSettingsAuthor writes who changed something.
func MarshalSettingsAuthor(v dm.Changer) graphql.Marshaler { return changers.marshal(uint8(v)) }

// UnmarshalSettingsAuthor exists because generated code names it.
func UnmarshalSettingsAuthor(any) (dm.Changer, error) { return 0, errOutput }
