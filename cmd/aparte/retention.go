package main

import "time"

// retentionSettings are how long each kind of record is kept.
type retentionSettings struct {
	Events       time.Duration `name:"log-retention" default:"720h" min:"1s" help:"Time for which events are kept for clients that reconnect."`
	Evidence     time.Duration `name:"evidence-retention" default:"4320h" min:"1s" help:"Time for which reports and their sealed evidence are kept after their last change."`
	Audit        time.Duration `name:"audit-retention" default:"17520h" min:"1s" help:"Time for which entries of the audit log are kept."`
	Settings     time.Duration `name:"settings-retention" default:"17520h" min:"1s" help:"Time for which changes of settings are kept."`
	Exports      time.Duration `name:"export-retention" default:"168h" min:"1s" help:"Time for which the file of an export can be downloaded."`
	Erased       time.Duration `name:"erased-retention" default:"8760h" min:"1s" help:"Time for which a digest of an erased user's externalId is kept, so that no token brings the user back."`
	ContactCodes time.Duration `name:"contact-code-retention" default:"720h" min:"1s" help:"Time for which contact codes and their redemptions are kept after they have ended."`
}
