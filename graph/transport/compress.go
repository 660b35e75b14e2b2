package transport

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

// Compressor writes responses, compressed with zstd or gzip where the client accepts it and where
// nobody could guess at messages by the length. It is safe for concurrent use.
type Compressor struct {
	wrap func(http.Handler) http.HandlerFunc
}

// NewCompressor returns a Compressor.
func NewCompressor() (*Compressor, error) {
	wrap, err := gzhttp.NewWrapper(
		gzhttp.MinSize(compressFrom), gzhttp.CompressionLevel(gzip.BestSpeed),
		gzhttp.ContentTypes([]string{TypeJSON, TypeGraphQL}),
	)
	return &Compressor{wrap}, err
}

// Write writes the response of an operation.
func (c *Compressor) Write(w http.ResponseWriter, r *http.Request, accept Accepted, op *graphql.OperationContext, response *graphql.Response) {
	if len(response.Data) < compressFrom || r.Header.Get("Accept-Encoding") == "" || !isOpen(op) {
		WriteResponse(w, accept, http.StatusOK, response)
		return
	}
	c.wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		WriteResponse(w, accept, http.StatusOK, response)
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
