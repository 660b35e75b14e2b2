package graph_test

import "testing"

const upsertRows = `mutation($in: [UserInput!]!) { upsertUsers(users: $in) { __typename
	... on UpsertUsersSuccess { users { externalId handle } } ... on InvalidInput { field index externalId } } }`

// An error of a batch names the item, also where only the database knows what is wrong.
func TestAnErrorOfABatchNamesItsRow(t *testing.T) {
	w := newWorld(t, setup{})
	admin := w.admin()
	admin.do(upsertRows, vars{"in": []vars{{"externalId": "y-2", "handle": "good"}, {"externalId": "y-3", "handle": "not good"}}}).
		is("upsertUsers", `{"__typename":"InvalidInput","field":"handle","index":1,"externalId":"y-3"}`)
	admin.do(upsertRows, vars{"in": []vars{{"externalId": "y-2", "handle": "good"}, {"externalId": "y-3", "handle": "Alice"}}}).
		is("upsertUsers", `{"__typename":"InvalidInput","field":"handle","index":1,"externalId":"y-3"}`)
	admin.do(upsertRows, vars{"in": []vars{{"externalId": "y-2", "handle": "same"}, {"externalId": "y-3", "handle": "same"}}}).
		is("upsertUsers", `{"__typename":"InvalidInput","field":"handle","index":1,"externalId":"y-3"}`)
	admin.do(upsertRows, vars{"in": []vars{}}).
		is("upsertUsers", `{"__typename":"InvalidInput","field":"users","index":null,"externalId":null}`)
	const follows = `mutation($in: [FollowInput!]!) { setFollows(follows: $in) { __typename
		... on InvalidInput { index externalId } ... on NotFound { index } } }`
	admin.do(follows, vars{"in": []vars{{"from": "x-bob", "to": "x-carol"}, {"from": "x-bob", "to": "x-nobody"}}}).
		is("setFollows", `{"__typename":"NotFound","index":1}`)
	admin.do(follows, vars{"in": []vars{{"from": "x-bob", "to": "x-carol"}, {"from": "x-bob", "to": "x-bob"}}}).
		is("setFollows", `{"__typename":"InvalidInput","index":1,"externalId":"x-bob"}`)
}

func TestUsersOfACallExchangeHandles(t *testing.T) {
	w := newWorld(t, setup{})
	w.admin().do(upsertRows, vars{"in": []vars{{"externalId": "x-alice", "handle": "bob"}, {"externalId": "x-bob", "handle": "alice"}}}).
		is("upsertUsers.users", `[{"externalId":"x-alice","handle":"bob"},{"externalId":"x-bob","handle":"alice"}]`)
	w.as("alice").do(me, nil).is("me.handle", `"bob"`)
}

// The host says when an account was made, for a new user and for a known one.
func TestTheHostSaysWhenAnAccountWasMade(t *testing.T) {
	w := newWorld(t, setup{})
	admin := w.admin()
	admin.do(upsertRows, vars{"in": []vars{
		{"externalId": "x-alice", "handle": "alice", "createdAt": "2015-01-02T03:04:05Z"},
		{"externalId": "y-1", "handle": "fresh", "createdAt": "2016-01-02T03:04:05Z"},
		{"externalId": "y-2", "handle": "late", "createdAt": "9000-01-02T03:04:05Z"},
	}}).is("upsertUsers.__typename", `"UpsertUsersSuccess"`)
	for externalID, year := range map[string]int{"x-alice": 2015, "y-1": 2016} {
		u, err := w.service.UserByExternalID(t.Context(), externalID)
		if err != nil || u.CreatedAt.Year() != year {
			t.Errorf("%s was made at %v, want a time in %d (%v)", externalID, u.CreatedAt, year, err)
		}
	}
	if u, err := w.service.UserByExternalID(t.Context(), "y-2"); err != nil || u.CreatedAt.Year() > 8000 {
		t.Errorf("an account from the future was made at %v (%v)", u.CreatedAt, err)
	}
	// A call that does not say keeps it.
	admin.do(upsertRows, vars{"in": []vars{{"externalId": "x-alice", "handle": "alice"}}})
	if u, err := w.service.UserByExternalID(t.Context(), "x-alice"); err != nil || u.CreatedAt.Year() != 2015 {
		t.Errorf("alice was made at %v (%v)", u.CreatedAt, err)
	}
}
