package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// versionCommand prints the version.
type versionCommand struct{}

// Help is the text of aparte version --help.
func (versionCommand) Help() string { return "Examples:\n\n  aparte version" }

// Run prints the version of the binary, of Go and of the platform.
func (versionCommand) Run(a *app) error {
	_, err := fmt.Fprintf(a.stdout, "aparte %s, %s, %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// version returns the version that the build recorded: the module's version, or the commit it was
// built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	text := info.Main.Version
	if text == "" {
		text = "(devel)"
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	if commit := settings["vcs.revision"]; len(commit) >= 12 {
		text += " commit " + commit[:12]
		if settings["vcs.modified"] == "true" {
			text += " (changed)"
		}
	}
	return text
}
