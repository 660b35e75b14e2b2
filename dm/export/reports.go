package export

import (
	"context"

	"github.com/aparte-im/aparte/dm"
)

func (e *export) reports(ctx context.Context) error {
	line, err := e.lines("reports.jsonl")
	if err != nil {
		return err
	}
	err = e.eachReport(ctx, dm.ReportList{Reporter: e.user}, e.service.MyReports, func(r *dm.Report) error {
		out := struct {
			ID           string `json:"id"`
			About        string `json:"aboutId"`
			Conversation string `json:"conversationId"`
			Category     string `json:"category"`
			Note         string `json:"note"`
			Messages     int    `json:"messages"`
			Digest       string `json:"digest"`
			At           stamp  `json:"createdAt"`
			Decided      bool   `json:"decided"`
			Acted        bool   `json:"actionTaken"`
		}{
			r.ID.String(), r.Reported.String(), r.Conversation.String(), r.Category.String(), "", r.Count, r.Digest, stamp(r.CreatedAt),
			r.State != dm.ReportOpen, r.Action > dm.ActionNone,
		}
		evidence, err := e.store.Evidence(ctx, r.ID)
		if err == nil {
			var sealed dm.SealedReport
			sealed, err = evidence.Open()
			out.Note = sealed.Note
		}
		if err != nil && dm.CodeOf(err) != dm.CodeNotFound {
			return err
		}
		return line(out)
	})
	if err != nil {
		return err
	}
	if line, err = e.lines("notices.jsonl"); err != nil {
		return err
	}
	return e.eachReport(ctx, dm.ReportList{Concerned: e.user}, e.service.MyNotices, func(r *dm.Report) error {
		return line(struct {
			ID        string `json:"id"`
			At        stamp  `json:"at"`
			Action    string `json:"action"`
			Category  string `json:"category"`
			Statement string `json:"statement"`
			EndsAt    stamp  `json:"endsAt"`
			Appeal    string `json:"appeal"`
			Outcome   string `json:"appealOutcome"`
			Reasons   string `json:"appealStatement"`
		}{
			r.ID.Notice(), stamp(r.DecidedAt), actionNames[r.Action], r.Category.String(), r.Statement, stamp(r.EndsAt), r.Appeal,
			outcomeNames[r.AppealOutcome], r.AppealStatement,
		})
	})
}

// eachReport calls each with every report of a list of the service, a page at a time.
func (e *export) eachReport(
	ctx context.Context, list dm.ReportList,
	read func(context.Context, dm.UserID, dm.PageRequest) (dm.Page[*dm.Report], error), each func(*dm.Report) error,
) error {
	page := dm.PageRequest{First: dm.MaxPage}
	for {
		found, err := read(ctx, e.user, page)
		if err != nil {
			return err
		}
		for _, r := range found.Items {
			if err := each(r); err != nil {
				return err
			}
			page.After = r.PlaceIn(list)
		}
		if !found.More {
			return nil
		}
	}
}
