package graph_test

import (
	"net/http"
	"testing"

	"github.com/aparte-im/aparte/internal/testdb"
)

const whoCould = `query($routes: [RelationRouteInput!]) { whoCouldMessageMe(routes: $routes) {
	audience current inbox requests hidden refused isCapped everyoneElse routes { relation route } } }`

// Before an audience is chosen one sees how many people it would admit; a grid of one's own too.
func TestWhoCouldMessageMe(t *testing.T) {
	testdb.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, setup{url: url})
		w.befriend("alice", "bob")
		const follow = `mutation($id: ID!) { followUser(userId: $id) { ... on UserSuccess { user { viewerFollows } } } }`
		w.as("carol").do(follow, vars{"id": w.id("alice")})
		w.as("alice").do(follow, vars{"id": w.id("dave")})
		reach := func(audience string, v vars) node {
			t.Helper()
			n := w.as("alice").do(whoCould, v)
			for i, one := range n.list("whoCouldMessageMe") {
				if one.(map[string]any)["audience"] == audience {
					return node{t, n.list("whoCouldMessageMe")[i]}
				}
			}
			t.Fatalf("%s is not in the answer", audience)
			return node{}
		}
		is := func(audience string, v vars, want string) {
			t.Helper()
			n := reach(audience, v)
			delete(n.value.(map[string]any), "routes")
			delete(n.value.(map[string]any), "audience")
			node{t, map[string]any{"it": n.value}}.is("it", want)
		}
		is("EVERYONE", nil, `{"current":false,"inbox":2,"requests":1,"hidden":0,"refused":0,"isCapped":false,"everyoneElse":"REQUESTS"}`)
		is("FOLLOWERS", nil, `{"current":false,"inbox":2,"requests":1,"hidden":0,"refused":0,"isCapped":false,"everyoneElse":"REFUSE"}`)
		is("FRIENDS", nil, `{"current":true,"inbox":1,"requests":0,"hidden":0,"refused":2,"isCapped":false,"everyoneElse":"REFUSE"}`)
		is("NO_ONE", nil, `{"current":false,"inbox":0,"requests":0,"hidden":0,"refused":3,"isCapped":false,"everyoneElse":"REFUSE"}`)
		routes := vars{"routes": []vars{{"relation": "FOLLOWER", "route": "HIDDEN"}, {"relation": "STRANGER", "route": "HIDDEN"}}}
		is("CUSTOM", routes, `{"current":false,"inbox":1,"requests":0,"hidden":1,"refused":1,"isCapped":false,"everyoneElse":"HIDDEN"}`)
		if got := len(reach("FRIENDS", nil).list("routes")); got != 6 {
			t.Errorf("the audience means %d routes", got)
		}
		twice := vars{"routes": []vars{{"relation": "KNOWN", "route": "INBOX"}, {"relation": "KNOWN", "route": "REFUSE"}}}
		w.as("alice").post(whoCould, twice).fails(http.StatusOK, "INVALID_INPUT")
	})
}
