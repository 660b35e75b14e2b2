package main

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"math/rand/v2"

	"github.com/google/uuid"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/dm/policy"
)

// population is the same people and pairs for every row: most may be written to by anyone, some by
// followers, by people they wrote to, or by nobody, and a few people are in many pairs (a heavy
// tail).
type population struct {
	people []dm.UserID
	pairs  [][2]int32
	seed   uint64
}

const zipfExponent = 1.1

func newPopulation(o options) *population {
	p := &population{seed: o.seed}
	r := rand.New(rand.NewPCG(o.seed, 1))
	for range o.users {
		p.people = append(p.people, randomUser(r))
	}
	zipf := rand.NewZipf(r, zipfExponent, 50, uint64(o.users-1))
	for len(p.pairs) < o.pairs {
		a, b := int32(zipf.Uint64()), int32(r.IntN(o.users))
		if a != b {
			p.pairs = append(p.pairs, [2]int32{a, b})
		}
	}
	return p
}

func randomUser(r *rand.Rand) dm.UserID {
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:], r.Uint64())
	binary.BigEndian.PutUint64(id[8:], r.Uint64())
	id[6], id[8] = id[6]&0x0f|0x70, id[8]&0x3f|0x80
	return dm.UserID(id)
}

// picker draws sends. Each concurrent sender has its own, so that the draw costs no lock.
type picker struct {
	p *population
	r *rand.Rand
	n int
	// sender makes the keys of this picker its own.
	sender int
}

func (p *population) picker(sender int) *picker {
	return &picker{p: p, r: rand.New(rand.NewPCG(p.seed, uint64(sender)+2)), sender: sender}
}

func (k *picker) next() dm.Send {
	pair := k.p.pairs[k.r.IntN(len(k.p.pairs))]
	from, to := pair[0], pair[1]
	if k.r.IntN(2) == 0 {
		from, to = to, from
	}
	k.n++
	return dm.Send{
		Sender: k.p.people[from], Recipient: k.p.people[to],
		Body:            "Did you see the one with the cat on the escalator? It made my whole day.",
		ClientMessageID: fmt.Sprintf("%08x-%08x-bench", k.sender, k.n),
	}
}

// talker is somebody who writes to those they are paired with, one after the other.
type talker struct {
	id     dm.UserID
	others []dm.UserID
	n      int
}

func (t *talker) next() dm.UserID {
	t.n++
	return t.others[t.n%len(t.others)]
}

// talkers returns n people and the friends who take messages from them without limit.
func (p *population) talkers(n int) []*talker {
	var out []*talker
	by := map[int32]*talker{}
	for at, pair := range p.pairs {
		for i, who := range pair {
			if at%3 != 0 || audienceOf(int(pair[1-i])) != policy.Everyone {
				continue
			}
			t := by[who]
			if t == nil {
				t = &talker{id: p.people[who]}
				by[who] = t
				out = append(out, t)
			}
			t.others = append(t.others, p.people[pair[1-i]])
		}
	}
	return out[:n]
}

// load writes the people; it is the same SQL for both databases, in one transaction.
func (p *population) load(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	user, err := tx.PrepareContext(ctx, `INSERT INTO users (id, external_id, handle, display_name, age_band, exempt,
		deleted, created_at) VALUES ($1, $2, $2, $2, 0, true, false, 1)`)
	if err != nil {
		return err
	}
	head, err := tx.PrepareContext(ctx, `INSERT INTO heads (user_id, position, trimmed_to, unread_conversations,
		unread_requests, unread_messages, audience, routes, read_receipts, changed_at, age_band, exempt, gone)
		VALUES ($1, 0, 0, 0, 0, 0, $2, 0, true, 1, 0, true, false)`)
	if err != nil {
		return err
	}
	for i, id := range p.people {
		text := uuid.UUID(id).String()
		if _, err := user.ExecContext(ctx, text, fmt.Sprintf("u%07d", i)); err != nil {
			return err
		}
		if _, err := head.ExecContext(ctx, text, audienceOf(i)); err != nil {
			return err
		}
	}
	follow, err := tx.PrepareContext(ctx, `INSERT INTO follows (follower_id, followee_id, mutual, created_at)
		VALUES ($1, $2, $3, 1) ON CONFLICT DO NOTHING`)
	if err != nil {
		return err
	}
	for i, pair := range p.pairs {
		a, b := uuid.UUID(p.people[pair[0]]).String(), uuid.UUID(p.people[pair[1]]).String()
		mutual := i%3 == 0
		if _, err := follow.ExecContext(ctx, b, a, mutual); err != nil {
			return err
		}
		if mutual {
			if _, err := follow.ExecContext(ctx, a, b, mutual); err != nil {
				return err
			}
		}
	}
	return tx.Commit()
}

// audienceOf gives four of five people EVERYONE, the others a narrower setting.
func audienceOf(i int) policy.Audience {
	switch i % 20 {
	case 0:
		return policy.NoOne
	case 1:
		return policy.PeopleIMessaged
	case 2, 3:
		return policy.Followers
	default:
		return policy.Everyone
	}
}
