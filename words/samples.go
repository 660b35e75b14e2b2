package words

// Sample is a list that a user can start with. It has no effect until the user adds it.
type Sample struct {
	// Language is an IETF language tag.
	Language string
	Words    []string
}

// Samples are short lists in English and French: insults that most unwanted messages contain, and
// words of senders who want money. They contain no slurs, so that they can be shown to anybody;
// users add those themselves.
func Samples() []Sample {
	return []Sample{
		{Language: "en", Words: []string{
			"idiot", "moron", "loser", "stupid", "ugly", "pathetic", "shut up", "nobody likes you", "hate you", "kill yourself", "kys",
			"send nudes", "send pics", "sugar daddy", "sugar baby", "onlyfans", "buy now", "click the link", "free followers",
			"crypto investment", "double your money", "gift card", "western union", "whatsapp me",
		}},
		{Language: "fr", Words: []string{
			"idiot", "idiote", "imbécile", "débile", "crétin", "abruti", "abrutie", "moche", "ferme-la", "ta gueule", "personne ne t'aime",
			"je te déteste", "va mourir", "suicide-toi", "envoie des nudes", "envoie des photos", "papa gâteau", "onlyfans",
			"achète maintenant", "clique sur le lien", "abonnés gratuits", "investissement crypto", "double ton argent", "carte cadeau",
			"mandat cash", "sur whatsapp",
		}},
	}
}
