package dm

import "context"

// contactCodes writes the codes that the user made, without their secrets, which are kept nowhere, and those that they
// have used.
func (e *export) contactCodes(ctx context.Context) error {
	line, err := e.lines("contact-codes.jsonl")
	if err != nil {
		return err
	}
	page := PageRequest{First: MaxPage}
	for more := true; more; {
		found, err := e.service.ContactCodes(ctx, e.user, page)
		if err != nil {
			return err
		}
		for _, c := range found.Items {
			if err := line(struct {
				ID        string `json:"id"`
				Label     string `json:"label"`
				CreatedAt Stamp  `json:"createdAt"`
				ExpiresAt Stamp  `json:"expiresAt"`
				RevokedAt Stamp  `json:"revokedAt"`
				EndsAt    Stamp  `json:"endsAt"`
				Uses      int    `json:"uses"`
				MaxUses   int    `json:"maxUses"`
			}{
				c.ID.String(), c.Label, Stamp(c.CreatedAt), Stamp(c.ExpiresAt), Stamp(c.RevokedAt), Stamp(c.EndsAt), c.Uses, c.MaxUses,
			}); err != nil {
				return err
			}
			page.After = c.Place()
		}
		more = found.More
	}
	if line, err = e.lines("contact-codes-used.jsonl"); err != nil {
		return err
	}
	var after ContactCodeID
	for {
		uses, err := e.service.store.RedemptionsBy(ctx, e.user, after, exportPage)
		if err != nil {
			return err
		}
		for _, u := range uses {
			if err := line(struct {
				ID    string `json:"id"`
				Owner string `json:"ownerId"`
				At    Stamp  `json:"usedAt"`
			}{u.Code.String(), u.Owner.String(), Stamp(u.At)}); err != nil {
				return err
			}
			after = u.Code
		}
		if len(uses) < exportPage {
			return nil
		}
	}
}
