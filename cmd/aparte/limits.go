package main

import (
	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/graph"
)

// limitOptions are the bounds on what one request may ask for, and on which documents.
type limitOptions struct {
	body, tokens, depth, aliases, rootFields, fragments, page, cost *int
	documents                                                       *string
}

func defineLimits(o *options) limitOptions {
	d := graph.DefaultLimits()
	return limitOptions{
		body:       o.number("max-body", d.Body, "most bytes of a request; bulk calls with a service token have 4 MiB"),
		tokens:     o.number("max-tokens", d.Tokens, "most tokens of a document"),
		depth:      o.number("max-depth", d.Depth, "how deep an operation may be nested"),
		aliases:    o.number("max-aliases", d.Aliases, "most fields with an alias in a document"),
		rootFields: o.number("max-root-fields", d.RootFields, "most fields of an operation's first level"),
		fragments:  o.number("max-fragments", d.Fragments, "most named fragments of a document"),
		page:       o.number("max-page", d.PageSize, "most items of a page that a client may ask for"),
		cost:       o.number("max-cost", d.Cost, "most fields that an operation may ask for, pages multiplied out"),
		documents:  o.text("trusted-documents", "", "folder of *.graphql files, or a JSON file from SHA-256 to text: take these documents only"),
	}
}

// apply checks the settings and carries them over.
func (p limitOptions) apply(o *options, s *settings) {
	for _, n := range []struct {
		flag  string
		value int
	}{
		{"max-body", *p.body},
		{"max-tokens", *p.tokens},
		{"max-depth", *p.depth},
		{"max-aliases", *p.aliases},
		{"max-root-fields", *p.rootFields},
		{"max-fragments", *p.fragments},
		{"max-page", *p.page},
		{"max-cost", *p.cost},
	} {
		if n.value < 1 {
			o.problem("--%s: %d is less than 1", n.flag, n.value)
		}
	}
	if *p.page > dm.MaxPage {
		o.problem("--max-page: %d is more than %d, the most that there is", *p.page, dm.MaxPage)
	}
	s.limits = graph.Limits{
		Body: *p.body, Tokens: *p.tokens, Depth: *p.depth, Aliases: *p.aliases, RootFields: *p.rootFields,
		Fragments: *p.fragments, PageSize: *p.page, Cost: *p.cost,
	}
	if *p.documents != "" {
		var err error
		if s.documents, err = graph.LoadDocuments(*p.documents); err != nil {
			o.problem("--trusted-documents: %v", err)
		}
	}
}
