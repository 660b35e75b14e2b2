package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/aparte-im/aparte/dm/policy"
	"github.com/aparte-im/aparte/words"
)

// decideMicros returns the duration of one decision in microseconds: a friend who also shares
// friends writes to a person with FRIENDS. It is the best of several rounds, because everything
// else that the machine does only adds to a round.
func decideMicros() float64 {
	facts := policy.Facts{
		SenderFollows: true, RecipientFollows: true, SharedFriends: 2, SharedFriendsNeeded: 3, RequestLimit: 3,
		SenderGrid: policy.Preset(policy.Friends), RecipientGrid: policy.Preset(policy.Friends), Kinds: policy.KindText,
	}
	const times = 100_000
	best := time.Hour
	for range 20 {
		start := time.Now()
		for range times {
			if !policy.Decide(facts).Allowed() {
				return 0
			}
		}
		best = min(best, time.Since(start))
	}
	return float64(best.Nanoseconds()) / 1000 / times
}

// hiddenWordsMicros returns the duration, in microseconds, of a search for 1,000 hidden words in a
// message of 1,000 characters, as the best of several rounds.
func hiddenWordsMicros() float64 {
	list := make([]string, 1000)
	for i := range list {
		list[i] = fmt.Sprintf("mot%d", i)
	}
	m := words.Compile(list)
	text := string([]rune(strings.Repeat("Voilà l'été où l'on a goûté à tout ; ça m'a plu, même très fort ! ", 20))[:1000])
	const times = 200
	best := time.Hour
	for range 20 {
		start := time.Now()
		for range times {
			if m.Match(text) {
				return 0
			}
		}
		best = min(best, time.Since(start)/times)
	}
	return float64(best.Nanoseconds()) / 1000
}
