//go:build race

package graph_test

// raced: the race detector makes everything slower, so that times say nothing.
const raced = true
