package main

import (
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

//go:embed pending.txt
var pendingList string

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run returns the exit code: 0 without findings, 1 with findings, 2 when the check could not be
// made.
func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("prose", flag.ContinueOnError)
	flags.SetOutput(stderr)
	wrap := flags.Bool("wrap", false, "rewrite the paragraphs that are too wide in the files named as arguments")
	all := flags.Bool("all", false, "print the findings of pending folders too")
	base := flags.String("base", commitBase, "check the subjects of the commits after `commit`")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if *wrap {
		if err := wrapFiles(flags.Args()); err != nil {
			fmt.Fprintln(stderr, "prose:", err)
			return 2
		}
		return 0
	}
	found, err := report(stdout, flags.Args(), *base, *all)
	switch {
	case err != nil:
		fmt.Fprintln(stderr, "prose:", err)
		return 2
	case found > 0:
		return 1
	}
	return 0
}

// report checks the files and commits, prints the findings that fail the run, then one line per
// folder that has findings, and returns how many findings fail the run. With paths it checks only
// the files below them, and no commits.
func report(stdout io.Writer, paths []string, base string, all bool) (int, error) {
	files, err := repositoryFiles()
	if err != nil {
		return 0, err
	}
	pending := parsePending(pendingList)
	counts := make(map[string]int)
	failing := 0
	for _, name := range files {
		if len(paths) > 0 && !slices.ContainsFunc(paths, func(p string) bool { return within(name, path.Clean(p)) }) {
			continue
		}
		if info, err := os.Stat(name); err == nil && info.IsDir() { // a link to a folder
			continue
		}
		text, err := os.ReadFile(name)
		if errors.Is(err, os.ErrNotExist) { // deleted, and still in git's index
			continue
		}
		if err != nil {
			return 0, err
		}
		for _, finding := range checkFile(name, string(text)) {
			folder := path.Dir(name)
			counts[folder]++
			waits := pending.holds(name)
			if !waits {
				failing++
			}
			if !waits || all || len(paths) > 0 {
				fmt.Fprintln(stdout, finding)
			}
		}
	}
	for _, folder := range slices.Sorted(maps.Keys(counts)) {
		note := ""
		if pending.holds(folder + "/x") {
			note = "  (pending)"
		}
		fmt.Fprintf(stdout, "%6d  %s%s\n", counts[folder], folder, note)
	}
	if len(paths) > 0 {
		return failing, nil
	}
	commits, err := checkCommits(context.Background(), base)
	if err != nil {
		return 0, err
	}
	for _, finding := range commits {
		fmt.Fprintln(stdout, finding)
	}
	return failing + len(commits), nil
}

// pendingFolders are the folders and files that are not clean yet.
type pendingFolders []string

// parsePending reads one path a line; a line that begins with # is a comment.
func parsePending(list string) pendingFolders {
	var folders pendingFolders
	for line := range strings.Lines(list) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			folders = append(folders, path.Clean(line))
		}
	}
	return folders
}

// holds reports whether name lies in a pending folder. The entry "." stands for the files at the
// root and not for what is below it.
func (p pendingFolders) holds(name string) bool {
	return slices.ContainsFunc(p, func(folder string) bool {
		if folder == "." {
			return path.Dir(path.Clean(name)) == "."
		}
		return within(name, folder)
	})
}

func within(name, folder string) bool {
	name = filepath.ToSlash(path.Clean(name))
	return folder == "." || name == folder || strings.HasPrefix(name, folder+"/")
}
