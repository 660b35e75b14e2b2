package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// lineEvery is the time between two lines of a stage without a terminal.
const lineEvery = 5 * time.Second

// progress shows the progress of work: a bar on a terminal, plain lines otherwise.
type progress struct {
	out      io.Writer
	terminal bool

	mu     sync.Mutex
	stage  string
	bar    *progressbar.ProgressBar
	last   time.Time
	closed bool
}

func newProgress(out io.Writer) *progress {
	f, ok := out.(*os.File)
	return &progress{out: out, terminal: ok && term.IsTerminal(int(f.Fd()))}
}

// show reports the progress of a stage. A stage ends when done reaches total, or when another stage
// begins.
func (p *progress) show(stage string, done, total int64, bytes bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if stage != p.stage {
		p.begin(stage, total, bytes)
	}
	if p.bar != nil {
		_ = p.bar.Set64(done)
		if done >= total {
			p.endBar()
		}
		return
	}
	if p.closed || p.terminal {
		return
	}
	p.closed = done >= total
	if now := time.Now(); p.closed || now.Sub(p.last) >= lineEvery {
		p.last = now
		_, _ = fmt.Fprintf(p.out, "%s: %d of %d%s\n", stage, done, total, unit(bytes))
	}
}

func (p *progress) begin(stage string, total int64, bytes bool) {
	p.endBar()
	p.stage, p.closed, p.last = stage, false, time.Now()
	if p.terminal {
		p.bar = progressbar.NewOptions64(max(total, 1), progressbar.OptionSetWriter(p.out),
			progressbar.OptionSetDescription(stage), progressbar.OptionShowCount(), progressbar.OptionShowBytes(bytes),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionSetPredictTime(true),
			progressbar.OptionFullWidth())
	}
}

func (p *progress) endBar() {
	if p.bar != nil {
		p.bar = nil
		_, _ = fmt.Fprintln(p.out)
	}
}

// end ends the line of a bar that did not reach its total.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.endBar()
}

func unit(bytes bool) string {
	if bytes {
		return " bytes"
	}
	return ""
}
