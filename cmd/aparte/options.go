package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aparte-im/aparte/dm/policy"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// options are the settings of one command. Whatever is wrong with them is collected, so that it is told at once.
type options struct {
	flags    *pflag.FlagSet
	problems []string
}

// settingsError lists what is wrong with the settings.
type settingsError []string

func (e settingsError) Error() string {
	if len(e) == 1 {
		return e[0]
	}
	return fmt.Sprintf("%d settings are wrong:\n  - %s", len(e), strings.Join(e, "\n  - "))
}

// err is what is wrong so far.
func (o *options) err() error {
	if len(o.problems) == 0 {
		return nil
	}
	return settingsError(o.problems)
}

func (o *options) problem(format string, args ...any) {
	o.problems = append(o.problems, fmt.Sprintf(format, args...))
}

func environment(flag string) string {
	return "APARTE_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// readEnvironment gives those flags that were not on the command line the value of their variable.
func (o *options) readEnvironment(getenv func(string) string) {
	o.flags.VisitAll(func(f *pflag.Flag) {
		value := getenv(environment(f.Name))
		if held, ours := f.Value.(*gathered); ours && value != "" && !f.Changed {
			held.set(value, environment(f.Name))
		}
	})
}

// onCommandLine reports whether a flag was given, not only its variable.
func (o *options) onCommandLine(flag string) bool { return o.flags.Changed(flag) }

// gathered collects a value that cannot be read instead of ending the parse with it.
type gathered struct {
	pflag.Value
	options *options
	name    string
}

func (g *gathered) Set(s string) error {
	g.set(s, "--"+g.name)
	return nil
}

func (g *gathered) set(s, source string) {
	before := g.String()
	if err := g.Value.Set(s); err != nil {
		// What cannot be read must not be told a second time as what it was taken for.
		_ = g.Value.Set(before)
		g.options.problem("%s: %q is no %s", source, s, g.Type())
	}
}

func (o *options) gather(name string) {
	f := o.flags.Lookup(name)
	f.Value = &gathered{f.Value, o, name}
}

func (o *options) text(name, value, usage string) *string {
	p := o.flags.String(name, value, usage)
	o.gather(name)
	return p
}

func (o *options) duration(name string, value time.Duration, usage string) *time.Duration {
	p := o.flags.Duration(name, value, usage)
	o.gather(name)
	return p
}

func (o *options) number(name string, value int, usage string) *int {
	p := o.flags.Int(name, value, usage)
	o.gather(name)
	return p
}

func (o *options) toggle(name string, value bool, usage string) *bool {
	p := o.flags.Bool(name, value, usage)
	o.gather(name)
	return p
}

// list reads a comma-separated text.
func list(s string) []string {
	var out []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// audiences are those that stand for themselves: CUSTOM needs a grid.
var audiences = map[string]policy.Audience{
	"EVERYONE": policy.Everyone, "FOLLOWERS": policy.Followers, "SUGGESTED_FRIENDS": policy.SuggestedFriends,
	"FRIENDS": policy.Friends, "PEOPLE_I_MESSAGED": policy.PeopleIMessaged, "NO_ONE": policy.NoOne,
}

const audienceNames = "EVERYONE, FOLLOWERS, SUGGESTED_FRIENDS, FRIENDS, PEOPLE_I_MESSAGED or NO_ONE"

func (o *options) audience(flag, value string) policy.Audience {
	a, ok := audiences[strings.ToUpper(value)]
	if !ok {
		o.problem("--%s: %q is no audience; give %s", flag, value, audienceNames)
	}
	return a
}

func (o *options) atLeast(flag string, value, least time.Duration) {
	if value < least {
		o.problem("--%s: %s is too short; at least %s is needed", flag, value, least)
	}
}

// completeAudience completes the value of an audience flag in a shell.
func completeAudience(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return slices.Sorted(maps.Keys(audiences)), cobra.ShellCompDirectiveNoFileComp
}
