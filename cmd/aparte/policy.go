package main

import (
	"time"

	"github.com/aparte-im/aparte/dm/policy"
)

// ruleSettings are the rules of the policy. The fields are those of dm.Rules, so that the compiler
// asks for a flag when a rule is added.
type ruleSettings struct {
	DefaultAudience    policy.Audience `default:"FRIENDS" oneof:"EVERYONE,FOLLOWERS,SUGGESTED_FRIENDS,FRIENDS,PEOPLE_I_MESSAGED,NO_ONE" help:"Audience of adults who have not chosen one: EVERYONE, FOLLOWERS, SUGGESTED_FRIENDS, FRIENDS, PEOPLE_I_MESSAGED or NO_ONE. A change never touches a user's own choice."`
	RequestLimit       int             `default:"3" min:"1" help:"Messages that a request holds until it is accepted."`
	DeclineFor         time.Duration   `default:"720h" min:"0s" help:"Time for which a decline keeps further messages out of the recipient's view. A decline keeps the time it was made with."`
	SharedFriends      int             `default:"3" min:"1" help:"Number of shared friends that makes two people suggested friends."`
	ReportLimit        int             `default:"50" min:"1" help:"Reports that a user may make in 24 hours."`
	AppealFor          time.Duration   `default:"4368h" min:"0s" help:"Time in which a moderation decision can be appealed. A decision keeps the time it was made with."`
	OutreachPerDay     int             `default:"50" min:"0" max:"1000000" help:"New people that a user may write to in a day; 0 sets no limit."`
	NewAccountOutreach int             `name:"outreach-new-account" default:"10" min:"1" max:"1000000" help:"The same for new accounts."`
	NewAccountFor      time.Duration   `default:"168h" min:"0s" help:"Time for which an account is new, from the createdAt that the host gave or else from its first use."`
	OutreachRefusals   int             `default:"5" min:"0" max:"1000000" help:"Number of people who have to refuse a user's requests until the user's outreach is halved; 0 turns this off."`
	SurgeFloor         int             `default:"20" min:"0" max:"1000000" help:"Number of new requests to one user in an hour above which the surge shield may be raised; 0 turns it off."`
	SurgeFactor        int             `default:"10" min:"1" help:"Multiple of a user's usual number of requests above which the surge shield is raised."`
	ExportEvery        time.Duration   `default:"24h" min:"0s" help:"Time between two exports of a user's data."`
	ContactCodes       int             `default:"20" min:"0" help:"Contact codes that a user may have in use at once; 0 turns them off."`
}

// serviceSettings are the settings that dev and serve share.
type serviceSettings struct {
	Rules           ruleSettings       `embed:"" group:"Rules of messaging"`
	Retention       retentionSettings  `embed:"" group:"Retention"`
	Classifier      classifierSettings `embed:"" prefix:"classifier-" group:"Classifier of messages from strangers"`
	Limits          limitSettings      `embed:"" prefix:"max-" group:"Bounds of a request"`
	Documents       string             `name:"trusted-documents" group:"Bounds of a request" placeholder:"PATH" help:"Folder of *.graphql files, or a JSON file from SHA-256 to text: only these documents are accepted. Each is checked at the start, and the service does not start with an invalid one."`
	Connections     connectionSettings `embed:"" group:"Sockets and event streams"`
	AllowedOrigins  list               `placeholder:"ORIGIN,..." help:"Origins of web apps that may call the API from a browser, as https://app.example.org, https://*.example.org (every name below it) or capacitor://localhost (a web view); the server's own origin is always allowed."`
	CreateUsers     bool               `help:"Create a user at the first valid token for an unknown subject."`
	PollInterval    time.Duration      `default:"5s" min:"10ms" help:"Longest delay of an event whose wake was lost, or that another node wrote."`
	ShutdownTimeout time.Duration      `default:"15s" min:"0s" help:"Longest time of a graceful stop."`
}
