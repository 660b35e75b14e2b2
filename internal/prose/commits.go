package main

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"unicode/utf8"
)

// commitBase is the last commit before the rule about subjects.
const commitBase = "4af64fab5ca5dce21e39f1bfe9ff04da3a6289c6"

const maxSubject = 72

var subjectForm = regexp.MustCompile(`^[a-z0-9.][a-z0-9./_-]*(, [a-z0-9.][a-z0-9./_-]*)*: \S+`)

// checkCommits returns the subjects after base that break the rule. A clone that does not hold
// base has nothing to check.
func checkCommits(ctx context.Context, base string) ([]string, error) {
	known := exec.CommandContext(ctx, "git", "cat-file", "-e", base+"^{commit}").Run() == nil
	if !known {
		return nil, nil
	}
	out, err := exec.CommandContext(ctx, "git", "log", "--no-merges", "--format=%h %s", base+"..HEAD").Output()
	if err != nil {
		return nil, fmt.Errorf("read the log: %w", err)
	}
	var found []string
	for entry := range strings.Lines(string(out)) {
		hash, subject, _ := strings.Cut(strings.TrimSuffix(entry, "\n"), " ")
		if fault := checkSubject(subject); fault != "" {
			found = append(found, fmt.Sprintf("commit %s: %s: %q", hash, fault, subject))
		}
	}
	return found, nil
}

// checkSubject returns what is wrong with a subject, or nothing.
func checkSubject(subject string) string {
	if n := utf8.RuneCountInString(subject); n > maxSubject {
		return fmt.Sprintf("subject of %d columns; %d at most", n, maxSubject)
	}
	if !subjectForm.MatchString(subject) {
		return "subject is not of the form area: imperative"
	}
	_, what, _ := strings.Cut(subject, ": ")
	first, _, _ := strings.Cut(what, " ")
	switch {
	case strings.HasSuffix(subject, "."):
		return "subject ends with a full stop"
	case first != strings.ToLower(first) && first[1:] == strings.ToLower(first[1:]):
		return "subject begins with a capital"
	case notImperative(first):
		return fmt.Sprintf("%q is not an imperative", first)
	}
	return ""
}

// notImperative reports whether a word has the form of a verb's third person, past or gerund.
func notImperative(word string) bool {
	switch {
	case strings.HasSuffix(word, "ing"):
		return !(word == "bring" || word == "ring" || word == "string" || word == "ping")
	case strings.HasSuffix(word, "ed"):
		return !(strings.HasSuffix(word, "eed") || strings.HasSuffix(word, "bed") || word == "shed" || word == "shred")
	case strings.HasSuffix(word, "s"):
		return !(strings.HasSuffix(word, "ss") || word == "focus")
	}
	return false
}
