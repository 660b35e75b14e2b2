package demo

import (
	"time"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

type person struct {
	handle, name string
	band         policy.AgeBand
	// audience NotChosen: the default of the age band.
	audience policy.Audience
	routes   map[policy.Relation]policy.Route
}

var people = []person{
	{handle: "alice", name: "Alice Moreau", audience: policy.Everyone},
	{handle: "bob", name: "Bob Okafor", audience: policy.Friends},
	{handle: "chloe", name: "Chloé Lambert", audience: policy.Followers},
	{handle: "david", name: "David Klein", audience: policy.SuggestedFriends},
	{handle: "emma", name: "Emma Rossi", audience: policy.PeopleIMessaged},
	{handle: "farid", name: "Farid Benali", audience: policy.Custom, routes: map[policy.Relation]policy.Route{
		policy.Known: policy.RouteInbox, policy.Friend: policy.RouteInbox, policy.Followed: policy.RouteInbox, policy.Suggested: policy.RouteRequests,
		policy.Follower: policy.RouteHidden, policy.Stranger: policy.RouteHidden,
	}},
	{handle: "gina", name: "Gina Park", audience: policy.NoOne},
	// Seventeen, and has not chosen an audience: no message reaches him.
	{handle: "hugo", name: "Hugo Silva", band: policy.Age16To17},
}

var follows = map[string][]string{
	"alice": {"bob", "chloe", "emma", "farid"},
	"bob":   {"alice", "chloe", "david", "emma"},
	"chloe": {"alice", "bob", "farid"},
	"david": {"alice", "bob", "chloe"},
	"emma":  {"bob", "alice"},
	"farid": {"chloe", "alice"},
	"gina":  {"alice", "chloe"},
	"hugo":  {"alice", "chloe", "bob"},
}

// suggestions are pairs that the host app supplies, from contacts for example.
var suggestions = [][2]string{{"david", "farid"}, {"gina", "bob"}, {"alice", "david"}}

// read: the first has read all that the second wrote.
var read = [][2]string{{"bob", "david"}, {"emma", "bob"}}

// block: the first has blocked the second.
var block = [2]string{"chloe", "hugo"}

type line struct {
	from, to, body string
	video          *dm.VideoCard
	// ago is how long before the start the message was sent.
	ago time.Duration
}

func video(path, title, author string) *dm.VideoCard {
	return &dm.VideoCard{URL: "https://videos.example/watch/" + path, Title: &title, AuthorHandle: &author}
}

const (
	minute = time.Minute
	hour   = time.Hour
	day    = 24 * time.Hour
)

// history is in the order of each conversation.
var history = []line{
	{"bob", "alice", "", video("k7Qe2", "Teahupo'o at sunrise, no cuts", "wave.diary"), 2*day + 3*hour},
	{"bob", "alice", "Two minutes in. That drop!", nil, 2*day + 3*hour - minute},
	{"alice", "bob", "I held my breath for the whole take 🌊", nil, 2*day + 2*hour},
	{"bob", "alice", "The board is the one we saw in Hossegor, look at the fins.", nil, 2*day + 2*hour - 2*minute},
	{"alice", "bob", "Then you owe me a lesson. Saturday?", nil, 26 * hour},
	{"bob", "alice", "Saturday, 7 am. Bring the thick suit.", nil, 25 * hour},
	{"bob", "alice", "And this one explains the paddle technique better than I can:", video("p3Xa9", "Paddling, slowly explained", "coach.nadia"), 12 * minute},

	{"alice", "chloe", "Your sourdough video has 40,000 views. FORTY. THOUSAND.", nil, 30 * hour},
	{"chloe", "alice", "My mother sent it to everyone she ever met, that is all 😂", nil, 29 * hour},
	{"alice", "chloe", "", video("b8Rd1", "No-knead bread in a cast-iron pot", "chloe"), 28 * hour},
	{"alice", "chloe", "At 1:40, is that rye?", nil, 28*hour - minute},
	{"chloe", "alice", "Half rye, half T65. The secret is one night in the fridge.", nil, 27 * hour},
	{"chloe", "alice", "I film the croissants on Thursday, come and hold the light?", nil, 40 * minute},

	{"david", "bob", "Did you see how they cut the match at the end?", video("m2Lo4", "Final minute, five angles", "sideline"), 9 * hour},
	{"bob", "david", "Angle three settles it. Offside by a shoelace.", nil, 8 * hour},
	{"david", "bob", "I knew it. I KNEW it.", nil, 8*hour - minute},

	{"farid", "chloe", "Question for your next video: can I do the bread without the pot?", nil, 5 * hour},
	{"chloe", "farid", "Two trays, and a cup of hot water in the lower one. Steam is all you need.", nil, 4 * hour},
	{"farid", "chloe", "It worked!! Look at the crust:", video("f5Tz7", "First loaf ever", "farid"), 55 * minute},

	{"emma", "bob", "The drummer in this one is seventeen.", video("d9Wn3", "Snare solo on the night train", "railbeats"), 3 * day},
	{"bob", "emma", "Seventeen what, hands?", nil, 3*day - hour},
	{"emma", "bob", "😄 Sending you the slow version tonight.", nil, 2 * hour},

	{"alice", "emma", "Are you at the festival this year?", nil, 6 * hour},
	{"emma", "alice", "Both days! Saturday I film backstage.", nil, 5*hour + 30*minute},
	{"alice", "emma", "Then I will wave at every camera I see.", nil, 5 * hour},
}

// requests are judged like every send: none of these senders has the recipient's yes yet.
var requests = []line{
	{from: "david", to: "alice", body: "Hi Alice, Bob says you look for a third for Saturday's surf lesson?"},
	{from: "david", to: "alice", body: "I am a beginner, but I bring coffee ☕"},
	{
		from: "hugo", to: "alice", body: "Your edits are my favourites. What do you cut with?",
		video: video("h4Ue6", "My first montage", "hugo"),
	},
	{from: "gina", to: "chloe", body: "Bonjour Chloé! May I subtitle your bread video in Korean?"},
	{from: "farid", to: "david", body: "We seem to share half of our friends. Which angle of the final do you trust?"},
	{from: "gina", to: "farid", body: "That crust! Which oven do you have?"},
}
