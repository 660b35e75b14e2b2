package rows

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// ParseTime reads a time whose instant is beyond doubt: Unix time as a number, or a date with its
// zone. It errs on a date without a zone, because the same text names another instant elsewhere.
func ParseTime(s string) (time.Time, error) {
	s = strings.TrimSpace(s)
	if unixTime.MatchString(s) {
		return parseUnix(s)
	}
	if m := isoTime.FindStringSubmatch(strings.ReplaceAll(s, "\u2212", "-")); m != nil {
		return fromISO(s, m)
	}
	// Date.toString of JavaScript ends in the name of the zone, which follows from the offset
	// before it.
	plain, _, _ := strings.Cut(s, " (")
	for _, layout := range namedLayouts {
		if at, err := time.Parse(layout, plain); err == nil && knownZone(at) {
			return inRange(s, at)
		}
	}
	return time.Time{}, fmt.Errorf("the time %q is neither Unix seconds nor RFC 3339", s)
}

var (
	unixTime = regexp.MustCompile(`^[+-]?\d+(\.\d+)?$`)
	// The groups are year, month, day, hour, minute, second, fraction and zone.
	isoTime = regexp.MustCompile(`^(\d{4})-?(\d\d)-?(\d\d)[Tt _](\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)?` +
		`(?:\s*([Zz]|UTC|GMT|[+-]\d\d(?::?\d\d(?::?\d\d)?)?))?(?:\s*(?:UTC|Z))?(?:\[[A-Za-z0-9_+\-/]+\])?$`)
)

// namedLayouts are the forms with names of months that mail (RFC 5322), HTTP, PHP, Java, JavaScript
// and Unix write.
var namedLayouts = []string{
	"Mon, 2 Jan 2006 15:04:05 -0700", "2 Jan 2006 15:04:05 -0700", "Mon, 2 Jan 2006 15:04:05 MST", "2 Jan 2006 15:04:05 MST",
	"Monday, 02-Jan-2006 15:04:05 MST", "Mon Jan _2 15:04:05 MST 2006", "Mon Jan _2 15:04:05 -0700 2006",
	"Mon Jan _2 15:04:05 2006 MST", "Mon Jan 02 2006 15:04:05 GMT-0700",
}

// knownZone reports whether a time that was read gave an offset, or the name of the one zone that
// is the same everywhere.
func knownZone(at time.Time) bool {
	name, offset := at.Zone()
	return offset != 0 || name == "UTC" || name == "GMT" || name == "Z" || name == "" || name == "+0000"
}

// unixUnits are the units of a Unix time, by the greatest number that is one. They do not meet
// between 1973 and 2286.
var unixUnits = []struct {
	least, most int64
	perSecond   int64
}{
	{1, 1 << 36, 1}, {1e11, 1e13, 1e3}, {1e14, 1e16, 1e6}, {1e17, 9.2e18, 1e9},
}

// parseUnix reads seconds with or without a fraction, as Python and Slack write them, and whole
// milliseconds, microseconds and nanoseconds, which are told apart by their size.
func parseUnix(s string) (time.Time, error) {
	whole, fraction, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err == nil {
		for _, unit := range unixUnits {
			if n < unit.least || n > unit.most || fraction != "" && unit.perSecond != 1 {
				continue
			}
			nanos := n%unit.perSecond*(1e9/unit.perSecond) + nanosOf(fraction)
			return time.Unix(n/unit.perSecond, nanos).UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("the time %s is out of range; Unix seconds are needed", s)
}

// nanosOf reads the digits after a decimal point. More than nine are cut off.
func nanosOf(digits string) int64 {
	digits = (digits + "000000000")[:9]
	n, _ := strconv.ParseInt(digits, 10, 64)
	return n
}

// fromISO makes a time of the parts of isoTime. All that RFC 3339 §5.6 allows is among them, a leap
// second too.
func fromISO(s string, m []string) (time.Time, error) {
	part := func(i int) int {
		n, _ := strconv.Atoi(m[i])
		return n
	}
	offset, ok := offsetOf(m[8])
	if !ok {
		return time.Time{}, fmt.Errorf("the time %q has an offset that is none", s)
	}
	if m[8] == "" && !strings.HasSuffix(s, "Z") && !strings.HasSuffix(s, "UTC") {
		return time.Time{}, fmt.Errorf("the time %q names no zone, so its instant is in doubt; write it with one, as in %s", s,
			time.Date(part(1), time.Month(part(2)), part(3), part(4), part(5), part(6), 0, time.UTC).Format(time.RFC3339))
	}
	second, leap := part(6), 0
	if second == 60 {
		second, leap = 59, 1
	}
	zone := time.FixedZone("", offset)
	at := time.Date(part(1), time.Month(part(2)), part(3), part(4), part(5), second, int(nanosOf(m[7])), zone)
	if at.Day() != part(3) || int(at.Month()) != part(2) || at.Hour() != part(4) || at.Minute() != part(5) || second > 59 {
		return time.Time{}, fmt.Errorf("the time %q is in no calendar", s)
	}
	if u := at.UTC(); leap > 0 && (u.Hour() != 23 || u.Minute() != 59) {
		return time.Time{}, fmt.Errorf("the time %q has a leap second where none can be", s)
	}
	return inRange(s, at.Add(time.Duration(leap)*time.Second))
}

// offsetOf reads a zone of isoTime in seconds east of UTC.
func offsetOf(zone string) (int, bool) {
	if zone == "" || strings.ContainsAny(zone, "ZzUG") {
		return 0, true
	}
	digits := strings.ReplaceAll(zone[1:], ":", "") + "0000"
	hours, _ := strconv.Atoi(digits[:2])
	minutes, _ := strconv.Atoi(digits[2:4])
	seconds, _ := strconv.Atoi(digits[4:6])
	offset := hours*3600 + minutes*60 + seconds
	if zone[0] == '-' {
		offset = -offset
	}
	return offset, hours < 24 && minutes < 60 && seconds < 60
}

func inRange(s string, at time.Time) (time.Time, error) {
	if at.UnixMicro() <= 0 || at.UTC().Year() > 9999 {
		return time.Time{}, fmt.Errorf("the time %q is not between 1970 and 9999", s)
	}
	return at.UTC(), nil
}
