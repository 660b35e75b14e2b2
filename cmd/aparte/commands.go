package main

import "github.com/alecthomas/kong"

// commands are the commands of the binary, each with the settings that it takes.
type commands struct {
	Config string `placeholder:"FILE" help:"YAML file of settings: names of flags without the dashes, and their values."`

	Dev        devCommand        `cmd:"" help:"Try it: SQLite, demo people, a playground."`
	Serve      serveCommand      `cmd:"" help:"Run the service."`
	Token      tokenCommand      `cmd:"" help:"Print a token for a user, a service or a moderator."`
	Migrate    migrateCommand    `cmd:"" help:"Bring the database schema up to this binary."`
	Doctor     doctorCommand     `cmd:"" help:"Check a database: reach, schema, clock, permission to write."`
	Import     importCommand     `cmd:"" help:"Import an existing community."`
	Load       loadCommand       `cmd:"" help:"Replay a trace of messages against a running server."`
	Version    versionCommand    `cmd:"" help:"Print the version of this binary."`
	Completion completionCommand `cmd:"" help:"Print the completion script of a shell."`
	Complete   completeCommand   `cmd:"" name:"__complete" hidden:"" help:"Print what may follow on a command line."`
	Reference  referenceCommand  `cmd:"" hidden:"" help:"Print the table of the settings of serve, or write it into a file."`
}

// Help is the text of aparte --help.
func (*commands) Help() string {
	return `Aparté is a direct-message backend with a GraphQL API and live delivery. The recipient decides who gets in, nothing
that was accepted is lost, and nothing gets in after "no".

Every flag can be given in the environment, --database-url as APARTE_DATABASE_URL, and in a configuration file
(--config), as database-url. A flag takes precedence over the environment, and that over the file.

Examples:

  aparte dev                        try it, with demo people
  aparte token --user alice         sign in as one of them`
}

// newCommands returns the reader of the settings of all commands.
func newCommands(a *app, options ...kong.Option) (*settings, error) {
	options = append(options,
		kong.Name("aparte"), kong.Description("Direct messages for an app that has people and a follow graph"),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true, WrapUpperBound: 120}),
		kong.Vars{"data_dir": defaultDataDir(a.getenv)},
	)
	return newSettings(&commands{}, a.getenv, options...)
}
