package export

import (
	"encoding/json"
	"time"

	"github.com/aparte-im/aparte/dm"
)

// The names of values in exports are the names of the API. They never change.
var (
	folderNames  = [...]string{dm.FolderNone: "", dm.FolderInbox: "INBOX", dm.FolderRequests: "REQUESTS", dm.FolderHidden: "HIDDEN", dm.FolderArchive: "ARCHIVE"}
	changerNames = [...]string{dm.BySelf: "SELF", dm.ByHost: "HOST"}
	actionNames  = [...]string{0: "", dm.ActionNone: "NONE", dm.ActionWarn: "WARN", dm.ActionLimitOutreach: "LIMIT_OUTREACH", dm.ActionSuspend: "SUSPEND"}
	outcomeNames = [...]string{dm.AppealNone: "", dm.AppealUpheld: "UPHELD", dm.AppealReversed: "REVERSED"}
)

// stamp is a time in an export: RFC 3339 in UTC, or null for the zero time.
type stamp time.Time

// MarshalJSON writes the time.
func (s stamp) MarshalJSON() ([]byte, error) {
	if time.Time(s).IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(time.Time(s).UTC().Format(time.RFC3339Nano))
}
