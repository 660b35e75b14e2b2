package main

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// settings reads the settings of one command: the struct tags of the command declare them, and this
// type fills the struct from flags, environment variables and the configuration file, in this order
// of precedence. Everything that is wrong is collected, so that one run reports all of it.
//
// Beside kong's own tags a field may have:
//
//	min, max   bounds of an int or a time.Duration
//	oneof      the values that a string may have, separated by commas; also what a shell completes
type settings struct {
	parser *kong.Kong
	getenv func(string) string
	file   *configFile
	// sources holds the place each value came from, by the name of the flag: an environment
	// variable or a line of the configuration file. A flag that is missing here was given on the
	// command line or has its default.
	sources  map[string]string
	given    map[string]bool
	unread   map[string]bool
	problems []string
}

// settingsError lists everything that is wrong with the settings.
type settingsError []string

func (e settingsError) Error() string {
	if len(e) == 1 {
		return e[0]
	}
	return fmt.Sprintf("%d settings are wrong:\n  - %s", len(e), strings.Join(e, "\n  - "))
}

// environment returns the environment variable of a flag.
func environment(flag string) string {
	return "APARTE_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// newSettings returns the reader of the settings that grammar declares.
func newSettings(grammar any, getenv func(string) string, options ...kong.Option) (*settings, error) {
	s := &settings{getenv: getenv, sources: map[string]string{}, given: map[string]bool{}, unread: map[string]bool{}}
	options = append(options, kong.Resolvers(s), kong.WithHyphenPrefixedParameters(true))
	parser, err := kong.New(grammar, append(options, mappers()...)...)
	if err != nil {
		return nil, err
	}
	s.parser = parser
	for _, flag := range allFlags(parser.Model.Node) {
		flag.Mapper = collecting{flag.Mapper, s}
	}
	return s, nil
}

// allFlags returns the flags of a command and of all commands below it.
func allFlags(node *kong.Node) []*kong.Flag {
	flags := slices.Clone(node.Flags)
	for _, child := range node.Children {
		flags = append(flags, allFlags(child)...)
	}
	return flags
}

// parse reads the command line, the environment and the configuration file. The error is a
// settingsError when values are wrong, and kong's when the command line itself cannot be read.
func (s *settings) parse(args []string) (*kong.Context, error) {
	c, err := s.parser.Parse(args)
	if err != nil {
		return nil, err
	}
	for _, path := range c.Path {
		if path.Flag != nil && !path.Resolved {
			s.given[path.Flag.Name] = true
		}
	}
	for _, flag := range c.Flags() {
		s.checkBounds(flag)
	}
	if command, ok := c.Selected().Target.Addr().Interface().(interface{ check(*settings) }); ok {
		command.check(s)
	}
	if len(s.problems) > 0 {
		return nil, settingsError(s.problems)
	}
	return c, nil
}

// problem records what is wrong with the value of a flag, under the name of the place the value
// came from.
func (s *settings) problem(flag, format string, args ...any) {
	s.problems = append(s.problems, s.source(flag)+": "+fmt.Sprintf(format, args...))
}

// missing records a setting that was not given at all.
func (s *settings) missing(format string, args ...any) {
	s.problems = append(s.problems, fmt.Sprintf(format, args...))
}

func (s *settings) source(flag string) string {
	if source := s.sources[flag]; source != "" && !s.given[flag] {
		return source
	}
	return "--" + flag
}

// onCommandLine reports whether a flag was given as such, and not by its variable or the
// configuration file.
func (s *settings) onCommandLine(flag string) bool { return s.given[flag] }

// Validate implements kong.Resolver.
func (s *settings) Validate(*kong.Application) error { return nil }

// Resolve implements kong.Resolver: it returns the value that the environment or the configuration
// file has for a flag that is not on the command line.
func (s *settings) Resolve(c *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if flag.Name == "help" {
		return nil, nil
	}
	if name := environment(flag.Name); s.getenv(name) != "" {
		s.sources[flag.Name] = name
		return s.getenv(name), nil
	}
	if flag.Name == configFlag {
		return nil, nil
	}
	if s.file == nil {
		s.file = s.openFile(c)
	}
	value, ok := s.file.values[flag.Name]
	if !ok {
		return nil, nil
	}
	s.sources[flag.Name] = value.source
	return value.text, nil
}

// collecting records a value that cannot be read, leaves the default in its place and lets the
// parse go on.
type collecting struct {
	kong.Mapper
	settings *settings
}

func (m collecting) Decode(c *kong.DecodeContext, target reflect.Value) error {
	token := c.Scan.Peek()
	err := m.Mapper.Decode(c, target)
	if err == nil || token.IsEOL() {
		return err
	}
	name := c.Value.Name
	m.settings.problem(name, "%s", describe(token.String(), target, err))
	m.settings.unread[name] = true
	if !c.Value.HasDefault {
		target.SetZero()
		return nil
	}
	byDefault := kong.ScanFromTokens(kong.Token{Type: kong.FlagValueToken, Value: c.Value.Default})
	return m.Mapper.Decode(&kong.DecodeContext{Value: c.Value, Scan: byDefault}, target)
}

// describe says why a text is no value of its type.
func describe(text string, target reflect.Value, err error) string {
	switch target.Interface().(type) {
	case int:
		return fmt.Sprintf("%q is not a whole number", text)
	case float64:
		return fmt.Sprintf("%q is not a number", text)
	case bool:
		return fmt.Sprintf("%q is neither true nor false", text)
	case time.Duration:
		return fmt.Sprintf("%q is not a duration; give one as 30s or 24h", text)
	}
	return err.Error()
}

// checkBounds checks a value against the tags min, max and oneof of its field.
func (s *settings) checkBounds(flag *kong.Flag) {
	if s.unread[flag.Name] {
		return
	}
	least, most := flag.Tag.Get("min"), flag.Tag.Get("max")
	switch value := flag.Target.Interface().(type) {
	case int:
		if n, err := strconv.Atoi(least); err == nil && value < n {
			s.problem(flag.Name, "%d is less than %d", value, n)
		}
		if n, err := strconv.Atoi(most); err == nil && value > n {
			s.problem(flag.Name, "%d is more than %d", value, n)
		}
	case float64:
		low, lowErr := strconv.ParseFloat(least, 64)
		high, highErr := strconv.ParseFloat(most, 64)
		if lowErr == nil && highErr == nil && !(value >= low && value <= high) {
			s.problem(flag.Name, "%v is not between %s and %s", value, least, most)
		}
	case time.Duration:
		if d, err := time.ParseDuration(least); err == nil && value < d {
			s.problem(flag.Name, "%s is too short; give at least %s", value, d)
		}
		if d, err := time.ParseDuration(most); err == nil && value > d {
			s.problem(flag.Name, "%s is too long; give at most %s", value, most)
		}
	case string:
		if values := oneOf(flag); len(values) > 0 && value != "" && !slices.Contains(values, value) {
			s.problem(flag.Name, "%q is none of %s", value, alternatives(values))
		}
	}
}

// oneOf returns the values that a flag may have, nil when they cannot be listed.
func oneOf(flag *kong.Flag) []string {
	text := flag.Tag.Get("oneof")
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}

// alternatives joins words as a sentence lists them: "a, b and c".
func alternatives(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}
