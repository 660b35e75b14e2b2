package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"
)

// app is what every command may use of the process.
type app struct {
	stdout, stderr io.Writer
	getenv         func(string) string
	// began: the arguments were right and a command runs, so its errors are no longer about usage.
	began bool
}

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "aparte",
		Short: "Direct messages for an app that has people and a follow graph",
		Long: `Aparté is a direct-message backend with a GraphQL API and live delivery. The person who receives decides who gets
in, nothing that was accepted is lost, and nothing gets in after "no".

Every flag can be given in the environment: --database-url as APARTE_DATABASE_URL, and so on. A flag beats the
environment.`,
		Example:       "  aparte dev                        try it, with demo people\n  aparte token --user alice         be one of them",
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRun: func(*cobra.Command, []string) {
			a.began = true
		},
	}
	root.AddCommand(
		newDev(a), newServe(a), newToken(a), newMigrate(a), newDoctor(a), newImport(a), newLoad(a), newVersion(a),
	)
	return root
}

// action is what a command does once its settings are known. It begins with the check of them.
type action func(ctx context.Context) error

// command makes a command whose settings are defined by define. Nothing but flags is taken.
func (a *app) command(c *cobra.Command, define func(*options) action) *cobra.Command {
	o := &options{flags: c.Flags()}
	act := define(o)
	c.Args = cobra.NoArgs
	c.RunE = func(c *cobra.Command, _ []string) error {
		o.readEnvironment(a.getenv)
		return act(c.Context())
	}
	return c
}
