package main

import (
	"strings"
	"testing"
)

func TestWrap(t *testing.T) {
	t.Parallel()
	// The words fill a line of 100 columns up to "ten".
	words := strings.TrimSpace(strings.Repeat("one two ten ", 12))
	for _, test := range []struct{ name, file, source, want string }{
		{
			"comment", "a.go",
			"\t// " + words + "\n\t// more\nvar x int\n",
			"\t// " + words[:91] + "\n\t// " + words[92:] + " more\nvar x int\n",
		},
		{
			"list item", "a.go",
			"//   - " + words + "\n//     more\n//   - next\n",
			"//   - " + words[:91] + "\n//     " + words[92:] + " more\n//   - next\n",
		},
		{
			"page", "a.md",
			"# " + words + "\n\n" + words + "\n\n1. " + words + "\n",
			"# " + words + "\n\n" + words[:99] + "\n" + words[100:] + "\n\n1. " + words[:95] + "\n   " + words[96:] + "\n",
		},
		{
			"description", "a.graphqls",
			"  \"" + words + ` in \"quotes\"` + "\"\n  a: Int\n",
			"  \"\"\"\n  " + words[:95] + "\n  " + words[96:] + " in \"quotes\"\n  \"\"\"\n  a: Int\n",
		},
		{
			"block comment", "a.ts",
			"/** " + words + " */\n",
			"/**\n * " + words[:95] + "\n * " + words[96:] + "\n */\n",
		},
		{
			"number that would begin a list", "a.md",
			words[:99] + " 10. is left\n",
			words[:95] + "\none 10. is left\n",
		},
		{"code, table, narrow text", "a.md", "```\n" + words + "\n```\n\n| " + words + " |\n\nnarrow\ntext\n", ""},
		{"comment behind code", "a.go", "var x int // " + words + "\n", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			want := test.want
			if want == "" {
				want = test.source
			}
			got := wrapSource(test.file, test.source)
			if got != want {
				t.Errorf("wrapped to\n%s\nwant\n%s", got, want)
			}
			if again := wrapSource(test.file, got); again != got {
				t.Errorf("wrapped again to\n%s", again)
			}
		})
	}
}
