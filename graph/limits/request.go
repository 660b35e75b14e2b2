package limits

import (
	"errors"
	"fmt"

	"github.com/aparte-im/aparte/dm"
)

// Request bounds what one request may ask for. A zero is the default.
type Request struct {
	// Body bounds a request in bytes: a body, and the text of an operation wherever it stands.
	// 65,536.
	Body int
	// BodyAdmin bounds a body with a service token, which may be a bulk call. 4 MiB.
	BodyAdmin int
	// Tokens bounds the words and signs of a document. Validation of fields that overlap is
	// quadratic in them. 1,000.
	Tokens int
	// Depth bounds how deep fields, and lists and objects of an argument, may be nested. 20.
	Depth int
	// Aliases bounds the fields with an alias in a document. 100.
	Aliases int
	// RootFields bounds the fields of an operation's first level, fragments included. 20.
	RootFields int
	// Fragments bounds the named fragments of a document. 50.
	Fragments int
	// Operations bounds the operations of a document, of which one is run. 20.
	Operations int
	// Directives bounds the directives of a document. 50.
	Directives int
	// PageSize bounds first. 100, which is the most that there is.
	PageSize int
	// Cost bounds the fields of the answer: each counts one, once for each item of the pages it
	// stands in. 50,000.
	Cost int
}

// DefaultRequest returns the values that a zero stands for.
func DefaultRequest() Request {
	return Request{
		Body: 64 << 10, BodyAdmin: 4 << 20, Tokens: 1000, Depth: 20, Aliases: 100, RootFields: 20, Fragments: 50,
		Operations: 20, Directives: 50, PageSize: dm.MaxPage, Cost: 50_000,
	}
}

// Normalize sets defaults. Errors: a limit below zero, a page of more than dm.MaxPage.
func (l *Request) Normalize() error {
	byDefault := DefaultRequest()
	var errs []error
	for _, n := range []struct {
		name             string
		value, byDefault *int
	}{
		{"Body", &l.Body, &byDefault.Body},
		{"BodyAdmin", &l.BodyAdmin, &byDefault.BodyAdmin},
		{"Tokens", &l.Tokens, &byDefault.Tokens},
		{"Depth", &l.Depth, &byDefault.Depth},
		{"Aliases", &l.Aliases, &byDefault.Aliases},
		{"RootFields", &l.RootFields, &byDefault.RootFields},
		{"Fragments", &l.Fragments, &byDefault.Fragments},
		{"Operations", &l.Operations, &byDefault.Operations},
		{"Directives", &l.Directives, &byDefault.Directives},
		{"PageSize", &l.PageSize, &byDefault.PageSize},
		{"Cost", &l.Cost, &byDefault.Cost},
	} {
		if *n.value < 0 {
			errs = append(errs, fmt.Errorf("limits: Request.%s cannot be negative", n.name))
		}
		if *n.value == 0 {
			*n.value = *n.byDefault
		}
	}
	if l.PageSize > dm.MaxPage {
		errs = append(errs, fmt.Errorf("limits: Request.PageSize cannot be more than %d", dm.MaxPage))
	}
	return errors.Join(errs...)
}
