package admission

import (
	"context"
	"crypto/sha256"
	"fmt"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/aparte-im/aparte/graph/apierror"
	"github.com/aparte-im/aparte/graph/inputs"
	"github.com/aparte-im/aparte/graph/limits"
	"github.com/hashicorp/golang-lru/v2/simplelru"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// Executor is gqlgen's executor behind the checks of this package. It is safe for concurrent use
// once its extensions are set.
type Executor struct {
	*executor.Executor
	schema    *ast.Schema
	limits    limits.Request
	documents *Documents
	budget    Budget
	// first are all rules of validation but the one that compares fields with each other, which is
	// last: its work is quadratic, and what the others refuse need not come there.
	first, last *rules.Rules

	mu sync.Mutex
	// known are documents that were admitted lately, by the digest of their text; nodes is how
	// large they are together.
	known *simplelru.LRU[[sha256.Size]byte, admitted]
	nodes int
}

// admitted is a document that passed.
type admitted struct {
	doc   *ast.QueryDocument
	nodes int
}

const (
	// knownNodes bounds what is kept of documents: some 40 MB at most, and the documents of any
	// real set of clients.
	knownNodes = 100_000
	knownCount = 10_000
)

type documentKey struct{}

// handed is the cache in which gqlgen finds the document that was admitted a moment ago.
type handed struct{}

func (handed) Get(ctx context.Context, _ string) (*ast.QueryDocument, bool) {
	doc, ok := ctx.Value(documentKey{}).(*ast.QueryDocument)
	return doc, ok
}

func (handed) Add(context.Context, string, *ast.QueryDocument) {}

// Config says what is admitted.
type Config struct {
	// Limits bound a document and an operation.
	Limits limits.Request
	// Documents, when not nil, are the only documents that are accepted.
	Documents *Documents
	// Introspection lets clients read the schema.
	Introspection bool
	// Budget is asked before work is done for an operation. Nil: there is none.
	Budget Budget
}

// Budget limits how many operations a caller may run. It must be safe for concurrent use.
type Budget interface {
	// Check returns an error when no operation of any of these kinds may be run. It charges
	// nothing.
	Check(ctx context.Context, kinds ...ast.Operation) *gqlerror.Error
	// Take charges an operation, or returns an error and charges nothing.
	Take(ctx context.Context, op *ast.OperationDefinition) *gqlerror.Error
	// Fail charges work that was done for an operation that is refused.
	Fail(ctx context.Context)
}

// New returns the Executor of a schema. Errors: trusted documents that would not be admitted.
func New(es graphql.ExecutableSchema, c Config) (*Executor, error) {
	// fails only for a size below 1
	known, _ := simplelru.NewLRU[[sha256.Size]byte, admitted](knownCount, nil)
	a := &Executor{
		Executor: executor.New(es), schema: es.Schema(), limits: c.Limits, documents: c.Documents, known: known, budget: c.Budget,
	}
	a.first = rules.NewDefaultRules()
	a.first.RemoveRule(rules.OverlappingFieldsCanBeMergedRule.Name)
	a.last = rules.NewRules(rules.OverlappingFieldsCanBeMergedRule)
	if !c.Introspection {
		withoutSuggestions(a.first)
	}
	a.SetQueryCache(handed{})
	a.Use(bound{introspection: c.Introspection, limits: c.Limits})
	return a, a.checkDocuments()
}

// withoutSuggestions replaces the rules that would tell of the schema what introspection does not.
func withoutSuggestions(r *rules.Rules) {
	r.ReplaceRule(rules.FieldsOnCorrectTypeRule.Name, rules.FieldsOnCorrectTypeRuleWithoutSuggestions.RuleFunc)
	r.ReplaceRule(rules.KnownArgumentNamesRule.Name, rules.KnownArgumentNamesRuleWithoutSuggestions.RuleFunc)
	r.ReplaceRule(rules.KnownTypeNamesRule.Name, rules.KnownTypeNamesRuleWithoutSuggestions.RuleFunc)
	r.ReplaceRule(rules.ScalarLeafsRule.Name, rules.ScalarLeafsRuleWithoutSuggestions.RuleFunc)
	r.ReplaceRule(rules.ValuesOfCorrectTypeRule.Name, rules.ValuesOfCorrectTypeRuleWithoutSuggestions.RuleFunc)
}

// CreateOperationContext admits an operation, or says why not. The budget is asked before a
// document is parsed, and charged before variables are read and the operation is weighed.
func (a *Executor) CreateOperationContext(ctx context.Context, params *graphql.RawParams) (*graphql.OperationContext, gqlerror.List) {
	doc, fresh, errs := a.document(ctx, params)
	if len(errs) > 0 {
		return &graphql.OperationContext{}, errs
	}
	operation := doc.Operations.ForName(params.OperationName)
	if operation == nil {
		return &graphql.OperationContext{}, gqlerror.List{apierror.GraphQL(apierror.CodeValidation, "The document has no operation of this name, or several and none is named.")}
	}
	if a.budget != nil {
		if err := a.budget.Take(ctx, operation); err != nil {
			if fresh {
				a.budget.Fail(ctx)
			}
			return &graphql.OperationContext{}, gqlerror.List{err}
		}
	}
	inputs.DropEmpty(a.schema, operation, params.Variables)
	op, errs := a.Executor.CreateOperationContext(context.WithValue(ctx, documentKey{}, doc), params)
	return op, explainAll(errs)
}

// document finds the document of a request, and puts the text of a trusted one into params. fresh:
// it was parsed and validated for this request.
func (a *Executor) document(ctx context.Context, params *graphql.RawParams) (doc *ast.QueryDocument, fresh bool, _ gqlerror.List) {
	if a.documents != nil || params.Query == "" {
		doc, errs := a.trusted(params)
		return doc, false, errs
	}
	if len(params.Query) > a.limits.Body {
		return nil, false, gqlerror.List{tooMuch("bytes", a.limits.Body, "The document has more than %d bytes.")}
	}
	key := sha256.Sum256([]byte(params.Query))
	a.mu.Lock()
	found, ok := a.known.Get(key)
	a.mu.Unlock()
	if ok {
		return found.doc, false, nil
	}
	if a.budget != nil {
		if err := a.budget.Check(ctx, kindsIn(params.Query)...); err != nil {
			return nil, false, gqlerror.List{err}
		}
	}
	found, errs := a.admit(params.Query)
	if len(errs) > 0 {
		return nil, false, errs
	}
	a.keep(key, found)
	return found.doc, true, nil
}

// admit parses, measures and validates.
func (a *Executor) admit(text string) (admitted, gqlerror.List) {
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, a.limits.Tokens)
	if err != nil {
		return admitted{}, gqlerror.List{explainParse(err, a.limits)}
	}
	if len(doc.Operations) == 0 {
		return admitted{}, gqlerror.List{apierror.GraphQL(apierror.CodeValidation, "The document has no operation.")}
	}
	nodes, over := checkShape(doc, a.limits)
	if over != nil {
		return admitted{}, gqlerror.List{over}
	}
	errs := validator.ValidateWithRules(a.schema, doc, a.first)
	if len(errs) == 0 {
		errs = validator.ValidateWithRules(a.schema, doc, a.last)
	}
	return admitted{doc, nodes}, explainAll(errs)
}

// keep remembers a document, and forgets those that were not asked for the longest.
func (a *Executor) keep(key [sha256.Size]byte, it admitted) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.known.Contains(key) {
		return
	}
	for a.known.Len() > 0 && (a.nodes+it.nodes > knownNodes || a.known.Len() >= knownCount) {
		_, old, _ := a.known.RemoveOldest()
		a.nodes -= old.nodes
	}
	a.known.Add(key, it)
	a.nodes += it.nodes
}

// checkDocuments admits the trusted documents once, when the service starts: one that could not be
// run is a mistake of its author.
func (a *Executor) checkDocuments() error {
	if a.documents == nil {
		return nil
	}
	for hash, d := range a.documents.byHash {
		it, errs := a.admit(d.text)
		if len(errs) > 0 {
			return fmt.Errorf("admission: the trusted document %s (%s) cannot be run: %w", d.name, hash, errs)
		}
		d.doc = it.doc
	}
	return nil
}
