package main

import (
	"fmt"
	"io"
	"os"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/corpus"
	"github.com/project-sputnik/sputnik/reconstructor"
	"github.com/project-sputnik/sputnik/torch"
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
			if cfg.WriteQuestions > 0 {
				return writeQuestions(c, cfg)
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

// writeQuestions has a model ask about the texts.
func writeQuestions(c *cli.Context, cfg config.Data) error {
	torch.HoardMemory()
	writer, err := reconstructor.Open(cfg.QuestionModel, torch.Fast(), 0)
	if err != nil {
		return config.Usagef("question_model: %w", err)
	}
	defer writer.Close()
	bar := passagesBar(c.App.ErrWriter, cfg.MaxSequences)
	n, err := corpus.WriteQuestions(c.Context, cfg, writer, func(passages int) { bar.report(int64(passages), bar.total) })
	bar.finish()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.App.Writer, "%d questions about %d passages, for %d spans, in %s/%s\n", n.Questions, n.Passages, n.Answers, cfg.OutputDir, corpus.QuestionsFile)
	return err
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
type bar struct {
	*progressbar.ProgressBar
	total int64
}

func newBar(w io.Writer) bar {
	if f, ok := w.(*os.File); !ok || !term.IsTerminal(int(f.Fd())) {
		return bar{}
	}
	return bar{ProgressBar: progressbar.NewOptions64(1, progressbar.OptionSetWriter(w), progressbar.OptionShowBytes(true),
		progressbar.OptionSetDescription("reading"), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100e6))}
}

// passagesBar counts passages; most is 0 where nobody knows how many there are.
func passagesBar(w io.Writer, most int) bar {
	if f, ok := w.(*os.File); !ok || !term.IsTerminal(int(f.Fd())) {
		return bar{}
	}
	total := int64(most)
	if most == 0 {
		total = -1
	}
	return bar{progressbar.NewOptions64(total, progressbar.OptionSetWriter(w), progressbar.OptionShowCount(), progressbar.OptionShowIts(),
		progressbar.OptionSetDescription("passages"), progressbar.OptionClearOnFinish()), total}
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
