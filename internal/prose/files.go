package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"path"
	"slices"
	"strings"
)

// kind is how the prose of a file is found.
type kind int

const (
	unknown kind = iota
	slashes      // // and /* */, with strings in quotes and backquotes: Go, TypeScript, JavaScript
	blocks       // /* */ only: CSS
	dashes       // -- and /* */: SQL
	hashes       // #: shell, make, YAML
	markdown
	graphql
)

var kinds = map[string]kind{
	".go": slashes, ".ts": slashes, ".tsx": slashes, ".js": slashes, ".jsx": slashes, ".mjs": slashes,
	".css": blocks, ".sql": dashes, ".md": markdown, ".graphqls": graphql, ".graphql": graphql,
	".sh": hashes, ".yml": hashes, ".yaml": hashes, ".toml": hashes, ".conf": hashes, "": hashes,
}

// skipped are folders and files whose prose is not ours to write.
var skipped = []string{
	"ent/generated", "graph/generated", "web/dist", "web/packages/client/src/generated", "LICENSE",
}

// kindOf returns unknown for a file that holds no prose of ours.
func kindOf(name string) kind {
	if slices.ContainsFunc(skipped, func(s string) bool { return within(name, s) }) {
		return unknown
	}
	if slices.Contains(strings.Split(path.Dir(name), "/"), "testdata") {
		return unknown
	}
	return kinds[path.Ext(strings.TrimPrefix(path.Base(name), "."))]
}

// repositoryFiles returns the files to check below the working directory, in order: those that
// git tracks and those that it would add.
func repositoryFiles() ([]string, error) {
	out, err := exec.CommandContext(context.Background(), "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		return nil, fmt.Errorf("list the files: %w", err)
	}
	var files []string
	for name := range bytes.SplitSeq(out, []byte{0}) {
		if name := string(name); name != "" && kindOf(name) != unknown {
			files = append(files, name)
		}
	}
	slices.Sort(files)
	return slices.Compact(files), nil
}
