package graph_test

import "testing"

// Samples are offered and hold nothing until they are added; what was added is in the history, and
// can be taken back.
func TestHiddenWordSamplesAndHistory(t *testing.T) {
	w := newWorld(t, setup{})
	alice := w.as("alice").with("Aparte-Device", "a phone")
	n := alice.do(`{ hiddenWordSamples { language words } hiddenWords }`, nil)
	n.is("hiddenWordSamples.0.language", `"en"`)
	n.is("hiddenWordSamples.1.language", `"fr"`)
	n.is("hiddenWords", `[]`)
	sample := n.list("hiddenWordSamples.1.words")
	alice.do(`mutation($words: [String!]!) { addHiddenWords(words: $words) { ... on HiddenWordsSuccess { words } } }`, vars{"words": sample}).
		is("addHiddenWords.words", jsonOf(t, sample))
	const history = `{ settingsHistory { nodes { id by device hiddenWordsAdded hiddenWordsRemoved } } hiddenWords }`
	n = alice.do(history, nil)
	n.is("settingsHistory.nodes.0.hiddenWordsAdded", jsonOf(t, sample))
	n.is("settingsHistory.nodes.0.hiddenWordsRemoved", `[]`)
	n.is("settingsHistory.nodes.0.device", `"a phone"`)
	alice.do(`mutation($id: ID!) { undoSettingsChange(id: $id) { __typename } }`, vars{"id": n.text("settingsHistory.nodes.0.id")}).
		is("undoSettingsChange.__typename", `"SettingsSuccess"`)
	n = alice.do(history, nil)
	n.is("hiddenWords", `[]`)
	n.is("settingsHistory.nodes.0.hiddenWordsRemoved", jsonOf(t, sample))
}
