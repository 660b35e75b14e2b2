package dm

import (
	"time"

	"github.com/aparte-im/aparte/dm/policy"
)

// Settings is what a user has chosen.
type Settings struct {
	// Audience is NotChosen until the user decides; the default then follows the age band.
	Audience policy.Audience
	// Routes is the user's own grid, with Custom.
	Routes policy.Grid
	// ReadReceipts: others see what this user has read, and this user sees what others have read.
	ReadReceipts bool
	// RequestPreviews: what people write in a request shows in lists and live events before it is
	// opened.
	RequestPreviews bool
	// Refused is what people may not send, by what they are to the user.
	Refused policy.KindGrid
	// RequestLinks: links and videos in a request are shown as such before it is accepted.
	RequestLinks bool
	// ChangedAt is zero until the first change.
	ChangedAt time.Time
}

// Rules are the operator's settings of the policy.
type Rules struct {
	// DefaultAudience is for adults who have not chosen.
	DefaultAudience policy.Audience
	// RequestLimit is how many messages a request holds until it is accepted.
	RequestLimit int
	// DeclineFor is how long a decline keeps further messages of that sender out of the view.
	DeclineFor time.Duration
	// SharedFriends is how many shared friends make a suggested friend.
	SharedFriends int
	// ReportLimit is how many reports one person makes in 24 hours.
	ReportLimit int
	// AppealFor is how long a decision can be appealed.
	AppealFor time.Duration
	// OutreachPerDay is how many new people a day a user may write to; NewAccountOutreach how many
	// in the first NewAccountFor. 0: no limit.
	OutreachPerDay, NewAccountOutreach int
	NewAccountFor                      time.Duration
	// OutreachRefusals is how many people have to refuse a user's requests until their budget is
	// half, twice that until it is a third, and so on. 0: refusals change nothing.
	OutreachRefusals int
	// SurgeFloor and SurgeFactor: more new requests in an hour than the floor, and more than the
	// factor times the usual, raise the shield. Floor 0: never.
	SurgeFloor, SurgeFactor int
	// ExportEvery is how long a person waits between two exports of their data.
	ExportEvery time.Duration
	// ContactCodes is how many contact codes one person has in use at once. 0: nobody makes any.
	ContactCodes int
}

// DefaultRules is what a fresh install has.
func DefaultRules() Rules {
	return Rules{
		DefaultAudience: policy.Friends, RequestLimit: 3, DeclineFor: 30 * day, SharedFriends: 3,
		ReportLimit: 50, AppealFor: 182 * day, ExportEvery: day, ContactCodes: 20,
		OutreachPerDay: 50, NewAccountOutreach: 10, NewAccountFor: 7 * day, OutreachRefusals: 5,
		SurgeFloor: 20, SurgeFactor: 10,
	}
}

// Audience returns the audience that holds for a user: their choice, or the default of the age
// band.
func (r Rules) Audience(s Settings, band policy.AgeBand) policy.Audience {
	return s.Audience.Resolve(band, r.DefaultAudience)
}

// Grid returns the routes that hold for a user's messages.
func (r Rules) Grid(s Settings, band policy.AgeBand) policy.Grid {
	return r.Audience(s, band).Grid(s.Routes, band)
}

// allowed refuses a choice that the user's age does not leave them. Errors: INVALID_INPUT.
func (r Rules) allowed(s Settings, band policy.AgeBand) error {
	switch {
	case band == policy.Adult:
		return nil
	case s.Audience == policy.Everyone:
		return Invalid("audience", "Until you are 18 strangers cannot write to you. FOLLOWERS is the widest choice.")
	case s.Audience == policy.Custom && s.Routes[policy.Stranger] != policy.RouteRefuse:
		return Invalid("routes", "Until you are 18 strangers cannot write to you: their route is REFUSE.")
	}
	return nil
}
