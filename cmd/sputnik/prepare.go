package main

import (
	"fmt"
	"io"
	"os"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/corpus"
	"github.com/schollz/progressbar/v3"
	"github.com/urfave/cli/v2"
	"golang.org/x/term"
)

func prepareCommand() *cli.Command {
	return &cli.Command{
		Name:     "prepare",
		Usage:    "make documents into clean, split and tokenised sequences",
		Category: "learn",
		Description: "Reads JSONL, text or Parquet, a folder of them or a Hugging Face data set (HF_ENDPOINT, HF_TOKEN), leaves out copies,\n" +
			"splits by document and writes processed_data.json, val_data.json, test_data.json, shards of token ids and\n" +
			"dataset.json. Stopped, the same command goes on from its last checkpoint.",
		Flags: config.Flags(&config.Data{}),
		Action: func(c *cli.Context) error {
			var cfg config.Data
			if err := config.Load(c, &cfg); err != nil {
				return err
			}
			bar := newBar(c.App.ErrWriter)
			summary, err := corpus.Prepare(c.Context, cfg, bar.report)
			bar.finish()
			if err != nil {
				return err
			}
			return printSummary(c.App.Writer, cfg.OutputDir, summary)
		},
	}
}

func printSummary(w io.Writer, dir string, s corpus.Summary) error {
	n := s.Counts
	_, err := fmt.Fprintf(w, "%d documents: %d kept, %d empty, %d excluded, %d exact and %d near copies, %d of other lengths\n",
		n.Documents, n.Kept, n.Empty, n.Excluded, n.ExactCopies, n.NearCopies, n.BadLength)
	for _, split := range s.Splits {
		if err == nil {
			_, err = fmt.Fprintf(w, "%-5s %7d sequences %10d tokens  %s/%s\n", split.Name, split.Sequences, split.Tokens, dir, split.File)
		}
	}
	return err
}

// bar shows how many bytes have been read; nil where nobody is looking.
type bar struct{ *progressbar.ProgressBar }

func newBar(w io.Writer) bar {
	if f, ok := w.(*os.File); !ok || !term.IsTerminal(int(f.Fd())) {
		return bar{}
	}
	return bar{progressbar.NewOptions64(1, progressbar.OptionSetWriter(w), progressbar.OptionShowBytes(true),
		progressbar.OptionSetDescription("reading"), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100e6))}
}

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
