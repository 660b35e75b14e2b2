package dm_test

import (
	"context"
	"slices"

	"github.com/aparte-im/aparte/dm"
)

func (m *memory) lastJob(user dm.UserID, kind dm.JobKind) *dm.Job {
	for _, j := range slices.Backward(m.jobs) {
		if j.User == user && j.Kind == kind {
			return &j
		}
	}
	return nil
}

func (m *memory) LastJob(_ context.Context, user dm.UserID, kind dm.JobKind) (*dm.Job, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.lastJob(user, kind), nil
}

func (m *memory) KeepJob(_ context.Context, job *dm.Job) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.jobs {
		if m.jobs[i].ID == job.ID {
			m.jobs[i] = *job
		}
	}
	return nil
}
