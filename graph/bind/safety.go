package bind

import (
	"github.com/99designs/gqlgen/graphql"

	"github.com/aparte-im/aparte/dm"
)

var categories = func() names {
	out := make(names, dm.CategoryOther+1)
	for c := dm.CategorySpam; c <= dm.CategoryOther; c++ {
		out[c] = c.String()
	}
	return out
}()

// MarshalReportCategory writes a category.
func MarshalReportCategory(v dm.Category) graphql.Marshaler { return categories.marshal(uint8(v)) }

// UnmarshalReportCategory reads a category. Errors: INVALID_INPUT.
func UnmarshalReportCategory(v any) (dm.Category, error) {
	n, err := categories.parse(v)
	return dm.Category(n), err
}

var actions = names{
	dm.ActionNone: "NONE", dm.ActionWarn: "WARN", dm.ActionLimitOutreach: "LIMIT_OUTREACH", dm.ActionSuspend: "SUSPEND",
}

// MarshalModerationAction writes an action; zero is null.
func MarshalModerationAction(v dm.Action) graphql.Marshaler { return actions.marshal(uint8(v)) }

// UnmarshalModerationAction reads an action. Errors: INVALID_INPUT.
func UnmarshalModerationAction(v any) (dm.Action, error) {
	n, err := actions.parse(v)
	return dm.Action(n), err
}

var outcomes = names{dm.AppealUpheld: "UPHELD", dm.AppealReversed: "REVERSED"}

// MarshalAppealOutcome writes an outcome; AppealNone is null.
func MarshalAppealOutcome(v dm.AppealOutcome) graphql.Marshaler { return outcomes.marshal(uint8(v)) }

// UnmarshalAppealOutcome reads an outcome. Errors: INVALID_INPUT.
func UnmarshalAppealOutcome(v any) (dm.AppealOutcome, error) {
	n, err := outcomes.parse(v)
	return dm.AppealOutcome(n), err
}

var caseStates = names{
	dm.ReportOpen: "OPEN", dm.ReportDecided: "DECIDED", dm.ReportAppealed: "APPEALED", dm.ReportClosed: "CLOSED",
}

// MarshalCaseState writes a state.
func MarshalCaseState(v dm.ReportState) graphql.Marshaler { return caseStates.marshal(uint8(v)) }

// UnmarshalCaseState reads a state. Errors: INVALID_INPUT.
func UnmarshalCaseState(v any) (dm.ReportState, error) {
	n, err := caseStates.parse(v)
	return dm.ReportState(n), err
}

var acts = names{
	dm.AuditClaim: "CLAIM", dm.AuditLook: "LOOK", dm.AuditDecide: "DECIDE", dm.AuditDecideAppeal: "DECIDE_APPEAL",
	dm.AuditErase: "ERASE",
}

// MarshalAuditAction writes an act.
func MarshalAuditAction(v dm.AuditAct) graphql.Marshaler { return acts.marshal(uint8(v)) }

// UnmarshalAuditAction exists because generated code names it.
func UnmarshalAuditAction(any) (dm.AuditAct, error) { return 0, errOutput }

var jobStates = names{dm.JobQueued: "QUEUED", dm.JobRunning: "RUNNING", dm.JobDone: "DONE", dm.JobFailed: "FAILED"}

// MarshalJobState writes a state.
func MarshalJobState(v dm.JobState) graphql.Marshaler { return jobStates.marshal(uint8(v)) }

// UnmarshalJobState exists because generated code names it.
func UnmarshalJobState(any) (dm.JobState, error) { return 0, errOutput }

// PageOf tells where a page of any list stands. after: it starts behind a place.
func PageOf[T any](s dm.Page[T], after bool, place func(T) string) PageInfo {
	return pageInfo(s, after, place)
}
