package dm

import (
	"archive/zip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// exportPage is how many rows an export holds at once.
const exportPage = 500

// StartExport asks for a copy of all that the service keeps of the viewer, or returns the job that is under way. Errors:
// NOT_FOUND, RATE_LIMITED within Rules.ExportEvery of the last one.
func (s *Service) StartExport(ctx context.Context, viewer UserID) (*Job, error) {
	var job *Job
	err := s.store.Change(ctx, Scope{Users: []UserID{viewer}, Job: JobExport}, func(tx *Tx) error {
		h, last := tx.in.Heads[viewer], tx.in.LastJob
		switch {
		case h == nil || h.Gone:
			return NotFound("user")
		case last.running():
			job = last
			return nil
		case last != nil && last.State == JobDone && tx.now.Before(last.RequestedAt.Add(tx.rules.ExportEvery)):
			return &Error{
				Code: CodeRateLimited, Detail: "You have asked for your data a short while ago.",
				RetryAfter: last.RequestedAt.Add(tx.rules.ExportEvery).Sub(tx.now),
			}
		}
		job = tx.newJob(viewer, JobExport)
		return nil
	})
	return job, err
}

// Export returns the viewer's job with this id, or their last one with the zero id. Errors: NOT_FOUND.
func (s *Service) Export(ctx context.Context, viewer UserID, id JobID) (*Job, error) {
	var job *Job
	var err error
	if id == (JobID{}) {
		job, err = s.store.LastJob(ctx, viewer, JobExport)
	} else {
		job, err = s.store.JobByID(ctx, id)
	}
	if err != nil {
		return nil, err
	}
	if job == nil || job.User != viewer || job.Kind != JobExport {
		return nil, NotFound("export")
	}
	return job, nil
}

// FinishExport makes what a job wrote ready, to be had until keep is over.
func (s *Service) FinishExport(ctx context.Context, job *Job, size int64, keep time.Duration) error {
	job.State, job.FinishedAt = JobDone, time.Now().UTC().Truncate(time.Microsecond)
	job.ExpiresAt, job.Size = job.FinishedAt.Add(keep), size
	return s.store.KeepJob(ctx, job)
}

// WriteExport writes a zip of JSON Lines with everything that the service keeps of the user of a job: what they sent and
// received, settings and their history, whom they follow and have blocked, their reports and notices. It holds a page
// of rows at once and some bytes a conversation. progress is called now and then; its error ends the export.
func (s *Service) WriteExport(ctx context.Context, job *Job, w io.Writer, progress func() error) error {
	e := &export{
		service: s, user: job.User, job: job, zip: zip.NewWriter(w), progress: progress, people: map[UserID]*User{},
		counts: map[string]int64{},
	}
	for _, part := range []func(context.Context) error{
		e.profile, e.settings, e.messages, e.edges, e.contactCodes, e.reports, e.manifest,
	} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return e.zip.Close()
}

type export struct {
	service  *Service
	user     UserID
	job      *Job
	zip      *zip.Writer
	progress func() error
	// people are those that lines name, a page at a time.
	people map[UserID]*User
	counts map[string]int64
}

// lines begins a file and returns what adds a line to it.
func (e *export) lines(name string) (func(any) error, error) {
	f, err := e.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: time.Now().UTC()})
	if err != nil {
		return nil, err
	}
	encoder := json.NewEncoder(f)
	encoder.SetEscapeHTML(false)
	e.counts[name] = 0
	return func(v any) error {
		e.counts[name]++
		return encoder.Encode(v)
	}, nil
}

type exportPerson struct {
	ID          string `json:"id"`
	ExternalID  string `json:"externalId,omitempty"`
	Handle      string `json:"handle,omitempty"`
	DisplayName string `json:"displayName,omitempty"`
}

func personOf(id UserID, u *User) exportPerson {
	out := exportPerson{ID: id.String()}
	if u != nil && !u.Deleted {
		out.ExternalID, out.Handle, out.DisplayName = u.ExternalID, u.Handle, u.DisplayName
	}
	return out
}

func (e *export) profile(ctx context.Context) error {
	line, err := e.lines("profile.jsonl")
	if err != nil {
		return err
	}
	found, err := e.service.store.Users(ctx, []UserID{e.user})
	if err != nil {
		return err
	}
	u := found[e.user]
	if u == nil || u.Deleted {
		return NotFound("user")
	}
	return line(struct {
		exportPerson
		AvatarURL *string `json:"avatarUrl"`
		AgeBand   string  `json:"ageBand"`
		CreatedAt Stamp   `json:"createdAt"`
	}{personOf(u.ID, u), u.AvatarURL, u.AgeBand.String(), Stamp(u.CreatedAt)})
}

type exportMessage struct {
	ID           string     `json:"id"`
	Conversation string     `json:"conversationId"`
	Seq          int64      `json:"seq"`
	Sender       string     `json:"senderId"`
	SentByMe     bool       `json:"sentByMe"`
	SentAt       Stamp      `json:"sentAt"`
	Body         string     `json:"body"`
	Video        *VideoCard `json:"video,omitempty"`
	Removed      bool       `json:"removed,omitempty"`
	// Key is the user's own, of what they sent.
	Key string `json:"clientMessageId,omitempty"`
}

func (e *export) messages(ctx context.Context) error {
	conversations, err := e.service.store.ConversationsOf(ctx, e.user)
	if err != nil {
		return err
	}
	line, err := e.lines("conversations.jsonl")
	if err != nil {
		return err
	}
	e.job.Done, e.job.Total = 0, 0
	for i, c := range conversations {
		e.job.Total += c.count()
		if i%exportPage == 0 {
			if err := e.meet(ctx, conversations[i:min(i+exportPage, len(conversations))]); err != nil {
				return err
			}
		}
		if err := line(struct {
			ID       string       `json:"id"`
			With     exportPerson `json:"with"`
			Messages int64        `json:"messages"`
			Folder   string       `json:"folder"`
			ReadSeq  int64        `json:"readSeq"`
			Muted    bool         `json:"muted"`
			Declined Stamp        `json:"declinedUntil"`
		}{
			c.ID.String(), personOf(c.Other, e.people[c.Other]), c.count(), c.Folder.name(), c.ReadSeq, c.Muted, Stamp(c.DeclinedUntil),
		}); err != nil {
			return err
		}
	}
	if line, err = e.lines("messages.jsonl"); err != nil {
		return err
	}
	for _, c := range conversations {
		if err := e.conversation(ctx, c, line); err != nil {
			return err
		}
	}
	return nil
}

// meet reads the people of a page.
func (e *export) meet(ctx context.Context, page []ConversationRef) error {
	ids := make([]UserID, len(page))
	for i, c := range page {
		ids[i] = c.Other
	}
	var err error
	e.people, err = e.service.store.Users(ctx, ids)
	return err
}

func (e *export) conversation(ctx context.Context, c ConversationRef, line func(any) error) error {
	for after := c.FirstSeq - 1; after < c.LastSeq; {
		to := min(after+exportPage, c.LastSeq)
		page, err := e.service.store.MessagesOf(ctx, e.user, c, after, to)
		if err != nil {
			return err
		}
		for _, m := range page {
			one := exportMessage{
				ID: m.ID.String(), Conversation: m.ID.Conversation.String(), Seq: m.ID.Seq, Sender: m.Sender.String(),
				SentByMe: m.Sender == e.user, SentAt: Stamp(m.CreatedAt), Body: m.Body, Video: m.Video, Removed: m.Removed,
			}
			if one.SentByMe {
				one.Key = m.ClientMessageID
			}
			if err := line(one); err != nil {
				return err
			}
		}
		e.job.Done += to - after
		after = to
		if err := e.progress(); err != nil {
			return err
		}
	}
	return nil
}

func (e *export) edges(ctx context.Context) error {
	line, err := e.lines("follows.jsonl")
	if err != nil {
		return err
	}
	for _, direction := range []string{"following", "follower"} {
		var after UserID
		for {
			page, err := e.service.store.FollowsOf(ctx, e.user, direction == "follower", after, exportPage)
			if err != nil {
				return err
			}
			for _, f := range page {
				if err := line(struct {
					Direction string `json:"direction"`
					User      string `json:"userId"`
					Since     Stamp  `json:"since"`
				}{direction, f.User.String(), Stamp(f.Since)}); err != nil {
					return err
				}
				after = f.User
			}
			if len(page) < exportPage {
				break
			}
		}
	}
	if line, err = e.lines("suggestions.jsonl"); err != nil {
		return err
	}
	var after UserID
	for {
		page, err := e.service.store.SuggestionsOf(ctx, e.user, after, exportPage)
		if err != nil {
			return err
		}
		for _, f := range page {
			if err := line(struct {
				User  string `json:"userId"`
				Since Stamp  `json:"since"`
			}{f.User.String(), Stamp(f.Since)}); err != nil {
				return err
			}
			after = f.User
		}
		if len(page) < exportPage {
			return e.overrides(ctx)
		}
	}
}

// overrideLists are the lists of people that a user keeps, by the name in an export.
var overrideLists = [...]string{
	BlockedPeople: "BLOCKED", RestrictedPeople: "RESTRICTED", AlwaysPeople: "ALWAYS", NeverPeople: "NEVER",
}

func (e *export) overrides(ctx context.Context) error {
	line, err := e.lines("overrides.jsonl")
	if err != nil {
		return err
	}
	for list, name := range overrideLists {
		page := PageRequest{First: MaxPage}
		for more := true; more; {
			found, err := e.service.listOverrides(ctx, e.user, OverrideList(list), page)
			if err != nil {
				return err
			}
			for _, f := range found.Items {
				if err := line(struct {
					Override string       `json:"override"`
					Person   exportPerson `json:"person"`
				}{name, personOf(f.ID, f.User)}); err != nil {
					return err
				}
				page.After = f.Place.String()
			}
			more = found.More
		}
	}
	return nil
}

func (e *export) reports(ctx context.Context) error {
	line, err := e.lines("reports.jsonl")
	if err != nil {
		return err
	}
	err = e.listReports(ctx, ReportList{Reporter: e.user}, func(r *Report) error {
		out := struct {
			ID           string `json:"id"`
			About        string `json:"aboutId"`
			Conversation string `json:"conversationId"`
			Category     string `json:"category"`
			Note         string `json:"note"`
			Messages     int    `json:"messages"`
			Digest       string `json:"digest"`
			At           Stamp  `json:"createdAt"`
			Decided      bool   `json:"decided"`
			Acted        bool   `json:"actionTaken"`
		}{
			r.ID.String(), r.Reported.String(), r.Conversation.String(), r.Category.String(), "", r.Count, r.Digest, Stamp(r.CreatedAt),
			r.State != ReportOpen, r.Action > ActionNone,
		}
		evidence, err := e.service.store.Evidence(ctx, r.ID)
		if err == nil {
			var sealed SealedReport
			sealed, err = evidence.Open()
			out.Note = sealed.Note
		}
		if err != nil && CodeOf(err) != CodeNotFound {
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
	return e.listReports(ctx, ReportList{Concerned: e.user}, func(r *Report) error {
		return line(struct {
			ID        string `json:"id"`
			At        Stamp  `json:"at"`
			Action    string `json:"action"`
			Category  string `json:"category"`
			Statement string `json:"statement"`
			EndsAt    Stamp  `json:"endsAt"`
			Appeal    string `json:"appeal"`
			Outcome   string `json:"appealOutcome"`
			Reasons   string `json:"appealStatement"`
		}{
			r.ID.Notice(), Stamp(r.DecidedAt), r.Action.name(), r.Category.String(), r.Statement, Stamp(r.EndsAt), r.Appeal,
			r.AppealOutcome.name(), r.AppealStatement,
		})
	})
}

func (e *export) listReports(ctx context.Context, list ReportList, each func(*Report) error) error {
	page := PageRequest{First: MaxPage}
	for {
		found, err := e.service.reports(ctx, list, page)
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

// manifest ends the export: who lacks a file or a line can tell.
func (e *export) manifest(context.Context) error {
	counts := e.counts
	line, err := e.lines("manifest.jsonl")
	if err != nil {
		return err
	}
	delete(counts, "manifest.jsonl")
	if err := line(struct {
		Version int              `json:"version"`
		User    string           `json:"userId"`
		At      Stamp            `json:"madeAt"`
		Lines   map[string]int64 `json:"lines"`
	}{1, e.user.String(), Stamp(time.Now().UTC()), counts}); err != nil {
		return fmt.Errorf("end the export: %w", err)
	}
	return nil
}
