package dm

import "time"

// Surge is what a user's head keeps of the requests that come to them: three numbers, whatever the
// number of requests. Only requests of people who open one count, and of those only people whom the
// user does not follow and whom the host does not suggest.
type Surge struct {
	// Hour is the hour of Count, in hours since 1970 UTC.
	Hour int64
	// Count is how many came in that hour.
	Count int
	// Usual is how many come in an hour on average, in thousandths; each hour that ends weighs
	// 1/168 in it, so it is the memory of about a week. Hours with the shield up do not count, or
	// an attack that lasts would become the usual.
	Usual int
}

const (
	usualHours  = 168
	thousandths = 1000
	maxSurge    = 1<<20 - 1
)

// on carries the counts over to an hour.
func (s Surge) on(hour int64) Surge {
	for s.Hour < hour && (s.Count > 0 || s.Usual > 0) {
		s.Usual = min((s.Usual*(usualHours-1)+s.Count*thousandths)/usualHours, maxSurge)
		s.Count = 0
		s.Hour++
	}
	s.Hour = max(s.Hour, hour)
	return s
}

// rises reports whether what came this hour is far above the usual.
func (s Surge) rises(r Rules) bool {
	return r.SurgeFloor > 0 && s.Count > r.SurgeFloor && s.Count*thousandths > r.SurgeFactor*s.Usual
}

func hourOf(t time.Time) int64 { return t.Unix() / int64(time.Hour/time.Second) }

// countRequest notes a request that was opened, and raises the recipient's shield when they come in
// a surge. The one that raises it is in the folder REQUESTS still; those that follow are held. The
// recipient is told by their settings.
func (tx *Tx) countRequest(recipient UserID) {
	h := tx.in.Heads[recipient]
	if tx.rules.SurgeFloor == 0 || !h.ShieldAt.IsZero() {
		return
	}
	h.Surge = h.Surge.on(hourOf(tx.now))
	h.Surge.Count = min(h.Surge.Count+1, maxSurge)
	if h.Surge.rises(tx.rules) {
		h.ShieldAt = tx.now
		tx.event(recipient, EventSettingsChanged, nil, nil)
	}
	tx.out.Heads[recipient] = h
}
