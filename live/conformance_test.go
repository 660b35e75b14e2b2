package live_test

import (
	"testing"

	"github.com/aparte-im/aparte/dm"
	"github.com/aparte-im/aparte/live"
	"github.com/aparte-im/aparte/live/livetest"
)

func TestConformance(t *testing.T) {
	livetest.Run(t, livetest.Backend{
		Open: func(testing.TB) (from, to dm.Bus) {
			hub := live.NewHub()
			return hub, hub
		},
		CarriesEvents: true,
	})
}
