package main

import (
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// bar shows how much is done; nil where nobody is looking.
type bar struct{ *progressbar.ProgressBar }

func newBar(w io.Writer, doing string, looks ...progressbar.Option) bar {
	if !isTerminal(w) {
		return bar{}
	}
	return bar{progressbar.NewOptions64(1, append([]progressbar.Option{progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(doing),
		progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100 * time.Millisecond)}, looks...)...)}
}

func isTerminal(w io.Writer) bool {
	f, is := w.(*os.File)
	return is && term.IsTerminal(int(f.Fd()))
}

// report draws how much of a total is done; the total is -1 where nobody knows it.
func (b bar) report(done, total int64) {
	if b.ProgressBar == nil {
		return
	}
	if b.GetMax64() != total {
		b.ChangeMax64(total)
	}
	_ = b.Set64(done) // a bar that cannot be drawn stops nothing
}

func (b bar) finish() {
	if b.ProgressBar != nil {
		_ = b.Clear()
	}
}
