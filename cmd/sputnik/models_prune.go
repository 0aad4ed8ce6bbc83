package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/schollz/progressbar/v3"
	"github.com/urfave/cli/v2"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/corpus"
	"github.com/project-sputnik/sputnik/reconstructor"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/train"
)

func pruneCommand() *cli.Command {
	return &cli.Command{
		Name:      "prune",
		ArgsUsage: "NAME|FOLDER NEW_FOLDER",
		Usage:     "write what a model's layers need to answer questions behind random masks",
		Description: "The heads and neurons stay that the answers depend on most for their size, by Fisher information, wherever they\n" +
			"are. `train --reconstructor_path NEW_FOLDER --reconstructor_teacher NAME` heals what is left of the model, which must\n" +
			"be of the Llama family; --reader NEW_FOLDER reads with it.",
		Flags: []cli.Flag{
			&cli.Float64Flag{Name: "keep", Value: 0.5, Usage: "share of the layers' weights that is kept, above 0 and at most 1"},
			&cli.StringFlag{Name: "questions", Usage: "JSONL file of questions with answers; none: those in the binary"},
			&cli.IntFlag{Name: "readings", Value: 512, Usage: "questions that are answered, each behind a mask of its own"},
			&cli.Int64Flag{Name: "random_seed", Value: 42, Usage: "seed of the questions and masks"},
			&cli.IntFlag{Name: "threads", Usage: "processor threads; 0 takes all"},
		},
		Action:       pruneModel,
		OnUsageError: func(_ *cli.Context, err error, _ bool) error { return config.Usage(err) },
	}
}

func pruneModel(c *cli.Context) error {
	keep, readings := c.Float64("keep"), c.Int("readings")
	switch {
	case c.NArg() != 2:
		return config.Usagef("models prune wants a model and the folder to write")
	case !(keep > 0 && keep <= 1):
		return config.Usagef("keep is %v; want above 0 and at most 1", keep)
	case readings < 1:
		return config.Usagef("readings is %d; want 1 or more", readings)
	}
	from, to := c.Args().Get(0), c.Args().Get(1)
	if _, err := os.Stat(to); err == nil {
		return config.Usagef("prune %s: %s exists already", from, to)
	}
	questions, err := corpus.Questions(c.String("questions"))
	if err == nil && len(questions) == 0 {
		err = config.Usagef("questions %s: there are none in it", c.String("questions"))
	}
	if err != nil {
		return err
	}
	torch.SetThreads(c.Int("threads"))
	r, err := reconstructor.Open(from, torch.Fast(), 0)
	if err != nil {
		return config.Usage(err)
	}
	defer r.Close()
	masked := train.MaskedReadings(r.Tokenizer(), questions, readings, c.Int64("random_seed"))
	before := r.Model().Size()
	answered, done := countReadings(c, len(masked))
	err = r.Prune(c.Context, keep, masked, answered)
	done()
	if err != nil {
		return config.Usage(err)
	}
	if err := saveWhole(r, to); err != nil {
		return fmt.Errorf("prune %s: %w", from, err)
	}
	_, err = fmt.Fprintf(c.App.Writer, "%s\t%s of %s parameters, after %d readings\n", to, millions(r.Model().Size()), millions(before), len(masked))
	return err
}

// countReadings draws a bar if the error stream is a terminal.
func countReadings(c *cli.Context, readings int) (answered func(int), done func()) {
	if !isTerminal(c.App.ErrWriter) {
		return nil, func() {}
	}
	bar := progressbar.NewOptions(readings, progressbar.OptionSetWriter(c.App.ErrWriter), progressbar.OptionSetDescription("answering"))
	return func(n int) { _ = bar.Set(n) }, func() { _ = bar.Finish() } // a bar that cannot be drawn stops nothing
}

// saveWhole writes a model's folder, which appears when it is whole.
func saveWhole(r *reconstructor.Reconstructor, to string) error {
	parent := filepath.Dir(filepath.Clean(to))
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(parent, ".prune-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := r.Save(dir); err != nil {
		return err
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return err
	}
	return os.Rename(dir, to)
}
