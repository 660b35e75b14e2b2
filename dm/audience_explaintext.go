package dm

import (
	"strconv"
	"strings"
	"time"

	"github.com/aparte-im/aparte/dm/policy"
)

// Parameter is something that stands in the sentence of an explanation.
type Parameter struct{ Name, Value string }

// Names of parameters.
const (
	paramRelation = "relation"
	paramAudience = "audience"
	paramShared   = "sharedFriends"
	paramUntil    = "until"
	paramSince    = "since"
	paramLimit    = "limit"
)

// explanationTexts are the keys of sentences and the sentences in English, which say it to the
// recipient. {name} is the place of a parameter. A key never changes its meaning: clients translate
// it.
var explanationTexts = map[string]string{
	"explain.block":             "You have blocked this person.",
	"explain.gone":              "This account is deleted.",
	"explain.age":               "Messages are off for your age.",
	"explain.decline":           "You have declined a request of this person's. Until {until} their messages do not reach you.",
	"explain.never":             "This person is on your list of people who may never write.",
	"explain.audience.inbox":    "{relation}. With your setting {audience} their messages go to your inbox.",
	"explain.audience.requests": "{relation}. With your setting {audience} their messages go to your requests.",
	"explain.audience.hidden":   "{relation}. With your setting {audience} their messages go to your hidden requests.",
	"explain.audience.refuse":   "{relation}. With your setting {audience} they cannot write to you.",
	"explain.requestFull":       "Their request is full: it holds {limit} messages. They can write again when you accept it or write to them.",
	"explain.restriction":       "You have restricted this person: their messages go to your requests.",
	"explain.held":              "Their request is hidden for what it says.",
	"explain.shield":            "Your requests rose far above the usual at {since}, so new ones are hidden.",
	"explain.always":            "This person is on your list of people who may always write.",
}

// ruleKeys are those of the rules; that of the audience has the route, too.
var ruleKeys = map[policy.Rule]string{
	policy.RuleBlock: "explain.block", policy.RuleGone: "explain.gone", policy.RuleAge: "explain.age", policy.RuleDecline: "explain.decline",
	policy.RuleNever: "explain.never", policy.RuleAudience: "explain.audience.", policy.RuleRequestFull: "explain.requestFull",
	policy.RuleRestriction: "explain.restriction", policy.RuleHeld: "explain.held", policy.RuleShield: "explain.shield", policy.RuleAlways: "explain.always",
}

// relationTexts say a relation in English.
var relationTexts = map[policy.Relation]string{
	policy.Known: "You have written to this person, or accepted a request of theirs", policy.Friend: "You follow each other",
	policy.Followed: "You follow this person", policy.Suggested: "You may know this person", policy.Follower: "This person follows you",
	policy.Stranger: "Nothing connects this person with you",
}

// setting is what an explanation says of the viewer's side.
type setting struct {
	audience                 policy.Audience
	declinedUntil, shieldAt  time.Time
	requestLimit, sharedKnow int
}

// say puts an explanation into words.
func (e *Explanation) say(f policy.Facts, s setting) {
	e.Key = ruleKeys[e.Rule]
	param := func(name, value string) { e.Parameters = append(e.Parameters, Parameter{name, value}) }
	words := map[string]string{}
	switch e.Rule {
	case policy.RuleAudience:
		e.Key += strings.ToLower(e.Route.String())
		by := e.decides(f.RecipientGrid)
		param(paramRelation, by.String())
		param(paramAudience, s.audience.String())
		words[paramRelation] = relationTexts[by]
		if by == policy.Suggested && !f.HostSuggested {
			param(paramShared, strconv.Itoa(s.sharedKnow))
			words[paramRelation] = "You share at least " + strconv.Itoa(s.sharedKnow) + " friends"
		}
	case policy.RuleDecline:
		param(paramUntil, s.declinedUntil.UTC().Format(time.RFC3339Nano))
		words[paramUntil] = s.declinedUntil.UTC().Format("2 January 2006")
	case policy.RuleShield:
		param(paramSince, s.shieldAt.UTC().Format(time.RFC3339Nano))
		words[paramSince] = s.shieldAt.UTC().Format("15:04 on 2 January (UTC)")
	case policy.RuleRequestFull:
		param(paramLimit, strconv.Itoa(s.requestLimit))
	}
	e.Sentence = explanationTexts[e.Key]
	for _, p := range e.Parameters {
		word, ok := words[p.Name]
		if !ok {
			word = p.Value
		}
		e.Sentence = strings.ReplaceAll(e.Sentence, "{"+p.Name+"}", word)
	}
}

// decides is the closest of the relations that hold whose route is the one that was taken; where
// the audience says no, the closest that holds.
func (e *Explanation) decides(grid policy.Grid) policy.Relation {
	best := e.Relations[0]
	for _, r := range e.Relations {
		if grid[r] > grid[best] {
			best = r
		}
	}
	return best
}
