package admission

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/aparte-im/aparte/graph/apierror"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Documents are those that a service takes when it takes no others: the operations of its own
// clients, each known by the SHA-256 of its text, in hexadecimal.
type Documents struct{ byHash map[string]*trusted }

type trusted struct {
	name, text string
	doc        *ast.QueryDocument
}

// LoadDocuments reads trusted documents: of a folder, each file *.graphql or *.gql in it or below,
// whose hash is that of its bytes; of a file, a JSON object from hash to text. Errors: what cannot
// be read, a hash that is not that of its text, and none at all.
func LoadDocuments(path string) (*Documents, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("admission: trusted documents: %w", err)
	}
	d := &Documents{byHash: map[string]*trusted{}}
	if info.IsDir() {
		err = d.readFolder(path)
	} else {
		err = d.readFile(path)
	}
	if err == nil && len(d.byHash) == 0 {
		err = errors.New("there are none")
	}
	if err != nil {
		return nil, fmt.Errorf("admission: trusted documents in %s: %w", path, err)
	}
	return d, nil
}

// Len is how many documents there are.
func (d *Documents) Len() int { return len(d.byHash) }

func (d *Documents) readFolder(path string) error {
	root, err := os.OpenRoot(path)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	return fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if ext := filepath.Ext(name); entry.IsDir() || ext != ".graphql" && ext != ".gql" {
			return nil
		}
		text, err := fs.ReadFile(root.FS(), name)
		if err != nil {
			return err
		}
		d.add(name, string(text))
		return nil
	})
}

func (d *Documents) readFile(path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var texts map[string]string
	if err := json.Unmarshal(b, &texts); err != nil {
		return fmt.Errorf("no JSON object from hash to text: %w", err)
	}
	for hash, text := range texts {
		if got := d.add(hash, text); got != normalHash(hash) {
			return fmt.Errorf("the hash %s is not that of its text, which is %s", hash, got)
		}
	}
	return nil
}

func (d *Documents) add(name, text string) (hash string) {
	hash = hashOf(text)
	d.byHash[hash] = &trusted{name: name, text: text}
	return hash
}

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// normalHash is a hash as it is kept: clients may write sha256: before it, and capitals.
func normalHash(hash string) string {
	return strings.ToLower(strings.TrimPrefix(hash, "sha256:"))
}

// MemberDocumentID is where a transport leaves the documentId of a request among its extensions.
const MemberDocumentID = "documentId"

// HashIn returns the hash by which a request names its document: documentId, or
// extensions.persistedQuery.sha256Hash.
func HashIn(params *graphql.RawParams) string {
	if id, ok := params.Extensions[MemberDocumentID].(string); ok {
		return normalHash(id)
	}
	persisted, _ := params.Extensions["persistedQuery"].(map[string]any)
	hash, _ := persisted["sha256Hash"].(string)
	return normalHash(hash)
}

var (
	errUnknownDocument = apierror.New(
		apierror.CodeUnknownDocument, "This service takes only the documents that it knows, and not this one.", http.StatusBadRequest,
	)
	// errNotPersisted has the code and the message at which clients of Apollo's automatic persisted
	// queries send the text and stop sending hashes.
	errNotPersisted = apierror.New(apierror.CodeNotPersisted, "PersistedQueryNotSupported", http.StatusBadRequest)
	// ErrNoDocument refuses a request that names no document.
	ErrNoDocument = apierror.BadRequest("The query is missing.")
)

// trusted finds the document that a request names by its hash or, where texts are taken, says that
// there is none. A client may send the text too, or alone: what counts is that the service knows
// it.
func (a *Executor) trusted(params *graphql.RawParams) (*ast.QueryDocument, gqlerror.List) {
	hash := HashIn(params)
	switch {
	case params.Query != "":
		if own := hashOf(params.Query); hash == "" {
			hash = own
		} else if hash != own {
			return nil, refusal(errUnknownDocument)
		}
	case hash == "":
		return nil, refusal(ErrNoDocument)
	}
	if a.documents == nil {
		return nil, refusal(errNotPersisted)
	}
	known := a.documents.byHash[hash]
	if known == nil {
		return nil, refusal(errUnknownDocument)
	}
	params.Query = known.text
	return known.doc, nil
}

func refusal(p *apierror.Error) gqlerror.List {
	return gqlerror.List{apierror.GraphQL(p.Code, "%s", p.Message)}
}
