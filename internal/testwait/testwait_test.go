package testwait_test

import (
	"testing"
	"time"

	"github.com/aparte-im/aparte/internal/testwait"
)

func TestLimitGrowsByTheFactor(t *testing.T) {
	for text, want := range map[string]time.Duration{"": time.Second, "1": time.Second, "2.5": 2500 * time.Millisecond} {
		t.Setenv(testwait.Variable, text)
		if got := testwait.Limit(time.Second); got != want {
			t.Errorf("%s=%q: the limit is %v, want %v", testwait.Variable, text, got, want)
		}
	}
}

func TestLimitRefusesOtherValues(t *testing.T) {
	for _, text := range []string{"0", "-1", "0.5", "long"} {
		t.Setenv(testwait.Variable, text)
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s=%q was accepted", testwait.Variable, text)
				}
			}()
			testwait.Limit(time.Second)
		}()
	}
}
