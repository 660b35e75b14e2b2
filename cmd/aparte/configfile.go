package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"
)

// configFlag is the flag that names the configuration file.
const configFlag = "config"

// configFile holds the settings of a YAML file: one mapping from the names of flags to values. A
// list stands for its items with commas between them.
type configFile struct{ values map[string]fileValue }

type fileValue struct{ text, source string }

// openFile reads the configuration file that the command line or the environment names. It records
// everything that is wrong with the file as a problem.
func (s *settings) openFile(c *kong.Context) *configFile {
	f := &configFile{}
	path := s.getenv(environment(configFlag))
	for _, p := range c.Path {
		if p.Flag != nil && p.Flag.Name == configFlag {
			path, _ = c.FlagValue(p.Flag).(string)
		}
	}
	if path == "" {
		return f
	}
	values, err := readConfigFile(path)
	if err != nil {
		s.problem(configFlag, "%v", err)
		return f
	}
	f.values = values
	known := map[string]bool{}
	for _, flag := range allFlags(s.parser.Model.Node) {
		known[flag.Name] = flag.Name != configFlag && flag.Name != "help"
	}
	var unknown []string
	for name, value := range values {
		if !known[name] {
			unknown = append(unknown, value.source+": no command has this setting")
		}
	}
	slices.Sort(unknown)
	s.problems = append(s.problems, unknown...)
	return f
}

func readConfigFile(path string) (map[string]fileValue, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var nodes map[string]yaml.Node
	if err := yaml.Unmarshal(text, &nodes); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	values := map[string]fileValue{}
	for name, node := range nodes {
		text, set, err := nodeText(&node)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %s: %w", path, node.Line, name, err)
		}
		if set {
			values[name] = fileValue{text, fmt.Sprintf("%s:%d: %s", path, node.Line, name)}
		}
	}
	return values, nil
}

// nodeText returns a value as a flag would have it, and false for null.
func nodeText(node *yaml.Node) (text string, set bool, err error) {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	switch node.Kind {
	case yaml.ScalarNode:
		return node.Value, node.Tag != "!!null", nil
	case yaml.SequenceNode:
		var items []string
		for _, item := range node.Content {
			if item.Kind != yaml.ScalarNode {
				return "", false, errors.New("an item of the list is not a plain value")
			}
			items = append(items, item.Value)
		}
		return strings.Join(items, ","), true, nil
	}
	return "", false, errors.New("the value is neither plain nor a list; settings are not nested")
}
