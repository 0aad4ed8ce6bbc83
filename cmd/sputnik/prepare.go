package main

import (
	"fmt"
	"io"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/corpus"
	"github.com/project-sputnik/sputnik/reconstructor"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/schollz/progressbar/v3"
	"github.com/urfave/cli/v2"
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
			bar := newBar(c.App.ErrWriter, "reading", progressbar.OptionShowBytes(true))
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
	total := int64(cfg.MaxSequences)
	if total == 0 {
		total = -1
	}
	bar := newBar(c.App.ErrWriter, "passages", progressbar.OptionShowCount(), progressbar.OptionShowIts())
	n, err := corpus.WriteQuestions(c.Context, cfg, writer, func(passages int) { bar.report(int64(passages), total) })
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
