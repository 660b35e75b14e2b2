package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newVersion(a *app) *cobra.Command {
	return a.command(&cobra.Command{
		Use: "version", Short: "Print the version of this binary", Example: "  aparte version",
	}, func(o *options) action {
		return func(context.Context) error {
			if err := o.err(); err != nil {
				return err
			}
			_, err := fmt.Fprintf(a.stdout, "aparte %s, %s, %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		}
	})
}

// version is what the build knows of itself: the module's version, or the commit it was built from.
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
