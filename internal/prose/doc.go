// Command prose checks the English of the repository for what a script can find: how sentences
// begin, how wide the lines of comments and pages are, and how commit subjects are written.
//
// Purpose. make lint runs it. CONTRIBUTING.md states the rules in words.
//
// Invariants. It reads every file that git knows or would add, except generated folders, test
// data and other people's texts. A folder that pending.txt names is counted and does not fail the
// run; every other folder must have no findings.
//
// Concurrency and lifecycle. One goroutine reads the files in the order of their names. With
// -wrap it writes the files that are named as arguments and nothing else.
package main
