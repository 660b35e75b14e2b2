package graph

import (
	"net/http"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/klauspost/compress/gzhttp"
	"github.com/klauspost/compress/gzip"
	"github.com/vektah/gqlparser/v2/ast"
)

// compressFrom is the size from which compression pays: below it, the answer is one packet either
// way.
const compressFrom = 1 << 10

// newCompressor returns what compresses answers with zstd or gzip, as the client accepts.
func newCompressor() (func(http.Handler) http.HandlerFunc, error) {
	return gzhttp.NewWrapper(
		gzhttp.MinSize(compressFrom), gzhttp.CompressionLevel(gzip.BestSpeed),
		gzhttp.ContentTypes([]string{typeJSON, typeGraphQL}),
	)
}

// writeOpen writes a response, compressed where that gives nothing away.
func (s *Server) writeOpen(w http.ResponseWriter, r *http.Request, accept accepted, op *graphql.OperationContext, response *graphql.Response) {
	if len(response.Data) < compressFrom || r.Header.Get("Accept-Encoding") == "" || !isOpen(op) {
		writeResponse(w, accept, http.StatusOK, response)
		return
	}
	s.compress(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeResponse(w, accept, http.StatusOK, response)
	})).ServeHTTP(w, r)
}

// openTypes are those whose fields hold nobody's words but the public ones of a profile. Other
// types are not compressed: an attacker who reads the lengths on a connection and may write to its
// user could guess at messages beside their own (BREACH).
var openTypes = map[string]bool{
	"Query": true, "Mutation": true, "Node": true, "PageInfo": true,
	"User": true, "UserEdge": true, "UserConnection": true, "MessagePermission": true,
	"Conversation": true, "DirectConversation": true, "ConversationEdge": true, "ConversationConnection": true, "Unread": true,
	"MessagingSettings": true, "MessagingChoice": true, "RelationRoute": true, "SettingsChange": true,
	"UpsertUsersSuccess": true, "PairsSuccess": true, "DeleteUserSuccess": true, "SettingsSuccess": true, "UserSuccess": true,
}

// isOpen reports whether an operation asks for open types only.
func isOpen(op *graphql.OperationContext) bool {
	if !openSet(op.Operation.SelectionSet) {
		return false
	}
	for _, f := range op.Doc.Fragments {
		if !openSet(f.SelectionSet) {
			return false
		}
	}
	return true
}

func openSet(set ast.SelectionSet) bool {
	for _, selection := range set {
		switch it := selection.(type) {
		case *ast.Field:
			of := it.ObjectDefinition
			if of == nil || !openTypes[of.Name] && !strings.HasPrefix(of.Name, "__") && it.Name != "__typename" ||
				!openSet(it.SelectionSet) {
				return false
			}
		case *ast.InlineFragment:
			if !openSet(it.SelectionSet) {
				return false
			}
		}
	}
	return true
}
