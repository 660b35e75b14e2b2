package transport

import (
	"net/http"
	"strconv"
	"strings"
)

// The media types of answers.
const (
	TypeJSON    = "application/json"
	TypeGraphQL = "application/graphql-response+json"
	TypeStream  = "text/event-stream"
)

// Accepted is what a client's Accept header says of the media types that are spoken here.
type Accepted struct {
	graphql, json, stream preference
}

// preference is how much a client wants one media type: quality in thousandths, zero for not at
// all. A type that the header names goes before one that a wildcard lets through.
type preference struct{ quality, specificity int }

const (
	byRange = iota + 1
	bySubtypeRange
	byName
)

func (p preference) over(q preference) bool {
	if p.quality != q.quality {
		return p.quality > q.quality
	}
	return p.specificity > q.specificity
}

// ReadAccept reads all Accept headers. None at all accepts everything, and so does one that says
// nothing.
func ReadAccept(h http.Header) Accepted {
	var a Accepted
	said := false
	for _, line := range h["Accept"] {
		for part := range strings.SplitSeq(line, ",") {
			if strings.TrimSpace(part) == "" {
				continue
			}
			said = true
			a.read(part)
		}
	}
	if !said {
		a.graphql, a.json, a.stream = preference{1000, byRange}, preference{1000, byRange}, preference{1000, byRange}
	}
	return a
}

// read takes one media range. One that cannot be read accepts nothing.
func (a *Accepted) read(part string) {
	name, charset, q := splitMediaType(part)
	quality, ok := readQuality(q)
	if !ok || !isUTF8(charset) {
		return
	}
	a.graphql.offer(TypeGraphQL, name, quality)
	a.json.offer(TypeJSON, name, quality)
	a.stream.offer(TypeStream, name, quality)
}

// splitMediaType returns a media type in lower case and the two parameters that have a meaning
// here: the charset and the weight q. All other parameters are ignored, and so are malformed ones.
func splitMediaType(s string) (name, charset, q string) {
	name, parameters, _ := strings.Cut(s, ";")
	for part := range strings.SplitSeq(parameters, ";") {
		key, value, _ := strings.Cut(part, "=")
		value = strings.Trim(strings.TrimSpace(value), `"`)
		switch key = strings.TrimSpace(key); {
		case strings.EqualFold(key, "charset") && charset == "":
			charset = value
		case strings.EqualFold(key, "q") && q == "":
			q = value
		}
	}
	return strings.ToLower(strings.TrimSpace(name)), charset, q
}

// isUTF8 reports whether a charset is UTF-8, one of its other names, or ASCII, which is a part of
// it. JSON has no charset (RFC 8259 §11), so a missing one is UTF-8.
func isUTF8(charset string) bool {
	switch strings.ToLower(charset) {
	case "", "utf-8", "utf8", "utf_8", "unicode-1-1-utf-8", "us-ascii", "ascii":
		return true
	}
	return false
}

// offer takes a range's quality for a media type that it fits. The most specific range that fits
// decides, wherever it stands in the header.
func (p *preference) offer(mediaType, rng string, quality int) {
	family, _, _ := strings.Cut(mediaType, "/")
	specificity := 0
	switch rng {
	case mediaType:
		specificity = byName
	case family + "/*":
		specificity = bySubtypeRange
	case "*/*":
		specificity = byRange
	}
	if specificity > p.specificity || specificity != 0 && specificity == p.specificity && quality > p.quality {
		*p = preference{quality, specificity}
	}
}

// readQuality reads a weight, 0 to 1 with at most three digits after the point, as thousandths.
func readQuality(s string) (int, bool) {
	if s == "" {
		return 1000, true
	}
	q, err := strconv.ParseFloat(s, 64)
	if err != nil || len(s) > 5 || !(q >= 0 && q <= 1) {
		return 0, false
	}
	return int(q*1000 + 0.5), true
}

// Response returns the type in which one response is written, or "" when the client takes none. The
// newer type is chosen where a client names it: it tells by the status what was not run. `*/*` gets
// application/json.
func (a Accepted) Response() string {
	switch {
	case a.graphql.quality == 0 && a.json.quality == 0:
		return ""
	case a.json.over(a.graphql) || a.json == a.graphql && a.json.specificity < byName:
		return TypeJSON
	default:
		return TypeGraphQL
	}
}

// Streams reports whether a query or mutation is answered as a stream of one response: the client
// wants that more than a plain one.
func (a Accepted) Streams() bool {
	return a.stream.quality > 0 && a.stream.over(a.graphql) && a.stream.over(a.json)
}

// Follows reports whether a subscription may be streamed. It has to be asked for: an answer that
// does not end is nothing for a client that takes anything.
func (a Accepted) Follows() bool { return a.stream.quality > 0 && a.stream.specificity > byRange }

// nothing reports that no way to answer is accepted.
func (a Accepted) nothing() bool { return a.Response() == "" && !a.Follows() }
