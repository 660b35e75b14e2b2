package store

import "context"

// OpenWithoutLock opens a store that reads the heads as everybody does and locks none of them. It
// is for the test of the test of I1.
func OpenWithoutLock(ctx context.Context, c Config) (*Store, error) {
	s, err := Open(ctx, c)
	if err != nil {
		return nil, err
	}
	// Nothing was sent yet, so no session is connected yet.
	s.appender.close()
	s.texts.lockHeads = s.texts.heads
	s.texts.lone = s.dialect.fastTexts(c.Rules.SharedFriends, false)
	for range cap(s.sessions) {
		if err := (<-s.sessions).drop(); err != nil {
			return nil, err
		}
		s.sessions <- s.newSession()
	}
	s.appender = newAppender(s)
	return s, nil
}
