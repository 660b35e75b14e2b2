package graph_test

import (
	"fmt"
	"net/http"
	"testing"
)

const (
	upsertUsers    = `mutation($in: [UserInput!]!) { upsertUsers(users: $in) { __typename ... on UpsertUsersSuccess { users { externalId handle displayName avatarUrl } } ... on InvalidInput { code field } } }`
	setFollows     = `mutation($in: [FollowInput!]!) { setFollows(follows: $in) { __typename ... on PairsSuccess { count } ... on UserError { code } } }`
	setSuggestions = `mutation($in: [SuggestionInput!]!) { setSuggestions(suggestions: $in) { __typename ... on PairsSuccess { count } ... on UserError { code } } }`
	deleteUser     = `mutation($id: ID!) { deleteUser(externalId: $id) { __typename ... on DeleteUserSuccess { externalId } ... on UserError { code } } }`
)

func TestTheHostKeepsItsPeople(t *testing.T) {
	w := newWorld(t, setup{})
	admin := w.admin()
	admin.do(upsertUsers, vars{"in": []vars{
		{"externalId": "x-alice", "handle": "Alicia", "displayName": "Alicia", "avatarUrl": "https://a.example/1.png"},
		{"externalId": "y-1", "handle": "kid", "ageBand": "UNDER_16", "displayName": nil, "exempt": true},
	}}).is("upsertUsers.users", `[
		{"externalId":"x-alice","handle":"alicia","displayName":"Alicia","avatarUrl":"https://a.example/1.png"},
		{"externalId":"y-1","handle":"kid","displayName":"kid","avatarUrl":null}]`)
	w.as("alice").do(me, nil).is("me.handle", `"alicia"`)
	w.as("bob").do(`{ user(by: {handle: "kid"}) { viewerCanMessage { denial } } }`, nil).is("user.viewerCanMessage.denial", `"NOT_ACCEPTING"`)

	// All or nothing.
	admin.do(upsertUsers, vars{"in": []vars{{"externalId": "y-2", "handle": "good"}, {"externalId": "y-3", "handle": "not good"}}}).
		is("upsertUsers", `{"__typename":"InvalidInput","code":"INVALID_INPUT","field":"handle"}`)
	admin.do(`{ user(by: {externalId: "y-2"}) { id } }`, nil).is("user", `null`)

	admin.do(setFollows, vars{"in": []vars{{"from": "x-bob", "to": "x-carol"}, {"from": "x-carol", "to": "x-bob"}}}).is("setFollows.count", `2`)
	const standing = `{ user(by: {handle: "carol"}) { viewerFollows followsViewer } }`
	w.as("bob").do(standing, nil).is("user", `{"viewerFollows":true,"followsViewer":true}`)
	admin.do(setFollows, vars{"in": []vars{{"from": "x-carol", "to": "x-bob", "remove": true}}}).is("setFollows.count", `1`)
	w.as("bob").do(standing, nil).is("user", `{"viewerFollows":true,"followsViewer":false}`)
	admin.do(setFollows, vars{"in": []vars{{"from": "x-bob", "to": "x-dave"}, {"from": "x-bob", "to": "x-nobody"}}}).
		is("setFollows", `{"__typename":"NotFound","code":"NOT_FOUND"}`)
	w.as("bob").do(`{ user(by: {handle: "dave"}) { viewerFollows } }`, nil).is("user.viewerFollows", `false`)
	admin.do(setFollows, vars{"in": []vars{{"from": "x-bob", "to": "x-bob"}}}).is("setFollows.code", `"INVALID_INPUT"`)

	admin.do(setSuggestions, vars{"in": []vars{{"from": "x-dave", "to": "x-erin"}}}).is("setSuggestions.count", `1`)
	w.as("dave").do(`{ suggestedFriends { nodes { handle } pageInfo { hasNextPage } } }`, nil).is("suggestedFriends.nodes", `[{"handle":"erin"}]`)
	admin.do(setSuggestions, vars{"in": []vars{{"from": "x-dave", "to": "x-erin", "remove": true}}}).is("setSuggestions.count", `1`)
	w.as("dave").do(`{ suggestedFriends { nodes { handle } } }`, nil).is("suggestedFriends.nodes", `[]`)
}

func TestADeletedUserIsOutAtOnce(t *testing.T) {
	w := newWorld(t, setup{})
	w.befriend("bob", "carol")
	w.say("carol", "bob", "remember me")
	carol := w.as("carol")
	carol.do(me, nil)
	w.admin().do(deleteUser, vars{"id": "x-carol"}).is("deleteUser.externalId", `"x-carol"`)
	carol.post(me, nil).fails(http.StatusUnauthorized, "UNAUTHENTICATED")
	w.admin().with("Aparte-As", "x-carol").post(me, nil).fails(http.StatusUnauthorized, "UNAUTHENTICATED")
	w.admin().do(deleteUser, vars{"id": "x-nobody"}).is("deleteUser.code", `"NOT_FOUND"`)
	n := w.as("bob").do(`{ inbox { nodes { ... on DirectConversation { with { id viewerCanMessage { denial } } } lastMessage { body sender { id } } } } }`, nil)
	n.is("inbox.nodes.0", `{"with":{"id":"`+w.id("carol")+`","viewerCanMessage":{"denial":"NOT_ACCEPTING"}},
		"lastMessage":{"body":"remember me","sender":{"id":"`+w.id("carol")+`"}}}`)
}

func TestOnlyTheHostMayAdminister(t *testing.T) {
	w := newWorld(t, setup{})
	for query, v := range map[string]vars{
		upsertUsers:    {"in": []vars{{"externalId": "z", "handle": "z"}}},
		setFollows:     {"in": []vars{{"from": "x-bob", "to": "x-carol"}}},
		setSuggestions: {"in": []vars{{"from": "x-bob", "to": "x-carol"}}},
		deleteUser:     {"id": "x-bob"},
	} {
		if a := w.as("alice").post(query, v); len(a.Errors) != 1 || a.Errors[0].code() != "FORBIDDEN" || string(a.Data) != "null" {
			t.Errorf("%s: %s", query, a.body)
		}
	}
	w.as("bob").do(me, nil).is("me.handle", `"bob"`)
}

func TestABulkCallOfFullSizeFits(t *testing.T) {
	w := newWorld(t, setup{})
	var in []vars
	for i := range 1000 {
		in = append(in, vars{
			"externalId": fmt.Sprintf("bulk-%04d", i), "handle": fmt.Sprintf("bulk%04d", i),
			"avatarUrl": fmt.Sprintf("https://pictures.example/%0200d.png", i),
		})
	}
	if got := w.admin().do(upsertUsers, vars{"in": in}).list("upsertUsers.users"); len(got) != 1000 {
		t.Errorf("%d users", len(got))
	}
	w.admin().do(upsertUsers, vars{"in": append(in, vars{"externalId": "more", "handle": "more"})}).
		is("upsertUsers", `{"__typename":"InvalidInput","code":"INVALID_INPUT","field":"users"}`)
}
