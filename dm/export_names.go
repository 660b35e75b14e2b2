package dm

import (
	"encoding/json"
	"time"
)

// The names of values in exports, which are those of the API. They never change.
var (
	folderNames  = [...]string{FolderNone: "", FolderInbox: "INBOX", FolderRequests: "REQUESTS", FolderHidden: "HIDDEN", FolderArchive: "ARCHIVE"}
	changerNames = [...]string{BySelf: "SELF", ByHost: "HOST"}
	actionNames  = [...]string{0: "", ActionNone: "NONE", ActionWarn: "WARN", ActionLimitOutreach: "LIMIT_OUTREACH", ActionSuspend: "SUSPEND"}
	outcomeNames = [...]string{AppealNone: "", AppealUpheld: "UPHELD", AppealReversed: "REVERSED"}
)

func (f Folder) name() string        { return folderNames[f] }
func (c Changer) name() string       { return changerNames[c] }
func (a Action) name() string        { return actionNames[a] }
func (o AppealOutcome) name() string { return outcomeNames[o] }

// Stamp is a time in an export: RFC 3339, UTC, null for none.
type Stamp time.Time

// MarshalJSON writes the time.
func (s Stamp) MarshalJSON() ([]byte, error) {
	if time.Time(s).IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(time.Time(s).UTC().Format(time.RFC3339Nano))
}
