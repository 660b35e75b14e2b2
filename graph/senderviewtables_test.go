package graph_test

import (
	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// viewWithout are the fields that a sender does not run, and why.
var viewWithout = map[string]string{
	"erasures": "needs the scope admin", "eraseUser": "needs the scope admin", "upsertUsers": "needs the scope admin",
	"setFollows": "needs the scope admin", "setSuggestions": "needs the scope admin", "revokeTokens": "needs the scope admin",
	"deleteUser": "needs the scope admin", "moderationQueue": "needs the scope moderator", "moderationCase": "needs the scope moderator",
	"evidence": "needs the scope moderator", "auditLog": "needs the scope moderator", "claimReport": "needs the scope moderator",
	"decideReport": "needs the scope moderator", "decideAppeal": "needs the scope moderator",
	"exportMyData": "its result is a file of the sender's own rows, which TestAnExportHoldsLittleMemory compares with what they see",
}

// viewArguments are the variables of fields that have arguments.
var viewArguments = map[string]func(p *viewPair) []vars{
	"sendMessage": func(*viewPair) []vars { return nil }, // each round sends by itself
	"contact":     func(p *viewPair) []vars { return []vars{{"code": "no such code"}} },
	"node": func(p *viewPair) []vars {
		return []vars{{"id": p.recipient.String()}, {"id": p.conversation.String()}, {"id": p.first()}}
	},
	"user": func(p *viewPair) []vars {
		return []vars{
			{"by": vars{"id": p.recipient.String()}}, {"by": vars{"handle": p.to}}, {"by": vars{"externalId": "x-" + p.to}},
		}
	},
	"searchUsers": func(p *viewPair) []vars { return []vars{{"query": p.to}, {"query": p.prefix}} },
	"listedUsers": func(*viewPair) []vars { return []vars{{"list": "ALWAYS"}, {"list": "NEVER"}} },
	"inbox": func(*viewPair) []vars {
		return []vars{{"folder": "INBOX"}, {"folder": "REQUESTS"}, {"folder": "HIDDEN"}, {"folder": "ARCHIVE"}}
	},
	"conversation":           func(p *viewPair) []vars { return []vars{{"id": p.conversation.String()}} },
	"conversationWith":       withUser,
	"explainWhoCanMessageMe": withUser,
	"explainRelation":        func(*viewPair) []vars { return []vars{{"relation": "STRANGER"}, {"relation": "SUGGESTED"}} },
	"contactCodeRedemptions": func(*viewPair) []vars { return []vars{{"id": dm.ContactCodeID{1}.String()}} },
	"unsendMessage":          func(p *viewPair) []vars { return []vars{{"messageId": p.first()}} },
	"setWhoCanMessageMe":     func(*viewPair) []vars { return []vars{{"input": vars{"audience": "SUGGESTED_FRIENDS"}}} },
	"setReadReceipts":        toggled,
	"setRequestPreviews":     toggled,
	"setRequestLinks":        toggled,
	"endSurgeShield":         func(*viewPair) []vars { return []vars{{"heldRequests": "KEEP"}} },
	"acceptAllRequests":      func(*viewPair) []vars { return []vars{{"filter": vars{}}} },
	"declineAllRequests":     func(*viewPair) []vars { return []vars{{"filter": vars{}}} },
	"setAcceptedKinds": func(*viewPair) []vars {
		return []vars{{"kinds": []vars{{"relation": "STRANGER", "kinds": []string{"TEXT"}}}}}
	},
	"addHiddenWords":      func(*viewPair) []vars { return []vars{{"words": []string{"rude"}}} },
	"removeHiddenWords":   func(*viewPair) []vars { return []vars{{"words": []string{"rude"}}} },
	"createContactCode":   func(*viewPair) []vars { return []vars{{"input": vars{"label": "mine"}}} },
	"revokeContactCode":   func(*viewPair) []vars { return []vars{{"id": dm.ContactCodeID{1}.String()}} },
	"undoSettingsChange":  func(*viewPair) []vars { return []vars{{"id": "set_nonsense"}} },
	"acceptRequest":       withConversation,
	"declineRequests":     func(p *viewPair) []vars { return []vars{{"conversationIds": []string{p.conversation.String()}}} },
	"markRead":            func(p *viewPair) []vars { return []vars{{"conversationId": p.conversation.String(), "upToSeq": 1}} },
	"signalTyping":        withConversation,
	"muteConversation":    func(p *viewPair) []vars { return onOff(vars{"conversationId": p.conversation.String()}, "muted") },
	"archiveConversation": func(p *viewPair) []vars { return onOff(vars{"conversationId": p.conversation.String()}, "archived") },
	"followUser":          withUser, "unfollowUser": withUser, "blockUser": withUser, "unblockUser": withUser,
	"restrictUser": withUser, "unrestrictUser": withUser,
	"setListed": func(p *viewPair) []vars {
		id := p.recipient.String()
		return []vars{{"userId": id, "list": "ALWAYS"}, {"userId": id, "list": nil}}
	},
	"report": func(p *viewPair) []vars {
		return []vars{{"input": vars{"clientReportId": "r", "target": vars{"conversationId": p.conversation.String()}, "category": "SPAM"}}}
	},
	"appealDecision": func(*viewPair) []vars { return []vars{{"noticeId": "ntc_nonsense", "text": "no"}} },
}

func withUser(p *viewPair) []vars { return []vars{{"userId": p.recipient.String()}} }

func withConversation(p *viewPair) []vars {
	return []vars{{"conversationId": p.conversation.String()}}
}

func toggled(*viewPair) []vars { return []vars{{"on": true}, {"on": false}} }

func onOff(v vars, name string) []vars {
	on, off := vars{name: true}, vars{name: false}
	for k, value := range v {
		on[k], off[k] = value, value
	}
	return []vars{on, off}
}

// first is the id of the first message of the conversation.
func (p *viewPair) first() string {
	return dm.MessageID{Conversation: p.conversation, Seq: 1}.String()
}

// viewAction is something that a recipient does; undo takes it back. needs says in which worlds it
// has a place in its group.
type viewAction struct {
	name     string
	do, undo func(*viewPair) error
	needs    func(viewWorld) bool
}

// viewActions are groups of actions that a sender cannot tell apart.
var viewActions = [][]viewAction{{
	{
		name: "a block", do: func(p *viewPair) error { return p.service.Block(p.ctx, p.recipient, p.sender) },
		undo: func(p *viewPair) error { return p.service.Unblock(p.ctx, p.recipient, p.sender) },
	},
	{name: "NEVER", do: func(p *viewPair) error {
		p.must(p.service.Unfollow(p.ctx, p.recipient, p.sender)) // a block does that, and it shows
		return p.service.SetListed(p.ctx, p.recipient, p.sender, policy.ListedNever)
	}, undo: func(p *viewPair) error {
		return p.service.SetListed(p.ctx, p.recipient, p.sender, policy.NotListed)
	}},
	{name: "NO_ONE", do: closing(policy.NoOne), undo: reopening},
	{
		name: "PEOPLE_I_MESSAGED", do: closing(policy.PeopleIMessaged), undo: reopening,
		needs: func(v viewWorld) bool { return v["relation"] != "known" },
	},
}, {
	{name: "nothing", do: func(*viewPair) error { return nil }},
	{name: "a decline", do: func(p *viewPair) error {
		_, _, err := p.service.DeclineRequests(p.ctx, p.recipient, []dm.ConversationID{p.conversation})
		if dm.CodeOf(err) == dm.CodeNotFound {
			return nil // nothing waits
		}
		return err
	}},
	{name: "hidden words", do: func(p *viewPair) error {
		_, err := p.service.AddHiddenWords(p.ctx, p.recipient, []string{"hello", "request"})
		return err
	}},
	{name: "a restriction", do: func(p *viewPair) error { return p.service.Restrict(p.ctx, p.recipient, p.sender) }},
}}

// closing closes the recipient's audience, for people with a code and on a list, too.
func closing(audience policy.Audience) func(*viewPair) error {
	return func(p *viewPair) error {
		p.must(p.service.Unfollow(p.ctx, p.recipient, p.sender))
		p.must(p.service.SetListed(p.ctx, p.recipient, p.sender, policy.NotListed))
		if p.code != "" {
			_, err := p.service.RevokeContactCode(p.ctx, p.recipient, p.codeID)
			p.must(err)
		}
		p.choose(audience, nil)
		return nil
	}
}

func reopening(p *viewPair) error {
	p.choose(p.audience, p.routes)
	return nil
}
