package main

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"
)

// completionCommand prints the script that lets a shell complete command lines of aparte.
type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Help is the text of aparte completion --help.
func (*completionCommand) Help() string {
	return `The script asks aparte itself what may follow, so it need not be renewed with a new version.

Examples:

  source <(aparte completion bash)
  aparte completion zsh > "${fpath[1]}/_aparte"
  aparte completion fish > ~/.config/fish/completions/aparte.fish`
}

var completionScripts = map[string]string{
	"bash": `_aparte() {
	local IFS=$'\n'
	COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _aparte aparte
`,
	"zsh": `#compdef aparte
_aparte() {
	local -a found
	found=("${(@f)$("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
	if [[ -n ${found[*]} ]]; then compadd -- $found; else _files; fi
}
compdef _aparte aparte
`,
	"fish": `complete -c aparte -a '(aparte __complete (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`,
}

// Run prints the script.
func (c *completionCommand) Run(a *app) error {
	_, err := fmt.Fprint(a.stdout, completionScripts[c.Shell])
	return err
}

// completeCommand prints the words that may stand in the place of the last word, a line each. The
// scripts call it.
type completeCommand struct {
	Words []string `arg:"" optional:"" passthrough:"all"`
}

// Run prints nothing where only the shell knows, as for the name of a file.
func (c *completeCommand) Run(a *app) error {
	for _, word := range complete(a.settings.parser.Model.Node, c.Words) {
		if _, err := fmt.Fprintln(a.stdout, word); err != nil {
			return err
		}
	}
	return nil
}

func complete(node *kong.Node, words []string) []string {
	if len(words) == 0 {
		words = []string{""}
	}
	last := len(words) - 1
	flags := node.Flags
	for _, word := range words[:last] {
		for _, child := range node.Children {
			if child.Name == word {
				node = child
				flags = append(flags[:len(flags):len(flags)], child.Flags...)
			}
		}
	}
	var found []string
	for _, flag := range flags {
		if last > 0 && words[last-1] == "--"+flag.Name && !flag.IsBool() {
			return startingWith(words[last], oneOf(flag))
		}
		found = append(found, "--"+flag.Name)
	}
	if !strings.HasPrefix(words[last], "-") {
		found = nil
		for _, child := range node.Children {
			if !child.Hidden {
				found = append(found, child.Name)
			}
		}
		if len(node.Positional) > 0 {
			found = node.Positional[0].EnumSlice()
		}
	}
	return startingWith(words[last], found)
}

func startingWith(prefix string, words []string) []string {
	var found []string
	for _, word := range words {
		if strings.HasPrefix(word, prefix) {
			found = append(found, word)
		}
	}
	return found
}
