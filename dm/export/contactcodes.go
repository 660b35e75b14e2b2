package export

import (
	"context"

	"github.com/aparte-im/aparte/dm"
)

// contactCodes writes the codes that the user made, without the secrets, which are not stored, and
// the codes of others that the user has redeemed.
func (e *export) contactCodes(ctx context.Context) error {
	line, err := e.lines("contact-codes.jsonl")
	if err != nil {
		return err
	}
	page := dm.PageRequest{First: dm.MaxPage}
	for more := true; more; {
		found, err := e.service.ContactCodes(ctx, e.user, page)
		if err != nil {
			return err
		}
		for _, c := range found.Items {
			if err := line(struct {
				ID        string `json:"id"`
				Label     string `json:"label"`
				CreatedAt stamp  `json:"createdAt"`
				ExpiresAt stamp  `json:"expiresAt"`
				RevokedAt stamp  `json:"revokedAt"`
				EndsAt    stamp  `json:"endsAt"`
				Uses      int    `json:"uses"`
				MaxUses   int    `json:"maxUses"`
			}{
				c.ID.String(), c.Label, stamp(c.CreatedAt), stamp(c.ExpiresAt), stamp(c.RevokedAt), stamp(c.EndsAt), c.Uses, c.MaxUses,
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
	var after dm.ContactCodeID
	for {
		uses, err := e.store.RedemptionsBy(ctx, e.user, after, pageSize)
		if err != nil {
			return err
		}
		for _, u := range uses {
			if err := line(struct {
				ID    string `json:"id"`
				Owner string `json:"ownerId"`
				At    stamp  `json:"usedAt"`
			}{u.Code.String(), u.Owner.String(), stamp(u.At)}); err != nil {
				return err
			}
			after = u.Code
		}
		if len(uses) < pageSize {
			return nil
		}
	}
}
