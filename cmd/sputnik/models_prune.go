package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/corpus"
	"github.com/project-sputnik/sputnik/reconstructor"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/train"
	"github.com/project-sputnik/sputnik/transformer/hub"
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
	questions, err := corpus.Questions(c.String("questions"))
	if err == nil && len(questions) == 0 {
		err = config.Usagef("questions %s: there are none in it", c.String("questions"))
	}
	if err != nil {
		return err
	}
	torch.SetThreads(c.Int("threads"))
	from, to := c.Args().Get(0), c.Args().Get(1)
	return request(hub.NewFolder(to, func(dir string) error {
		r, err := reconstructor.Open(from, torch.Fast(), 0)
		if err != nil {
			return config.Usage(err)
		}
		defer r.Close()
		before := r.Model().Size()
		bar := newBar(c.App.ErrWriter, "answering")
		defer bar.finish()
		masked := train.MaskedReadings(r.Tokenizer(), questions, readings, c.Int64("random_seed"))
		if err := r.Prune(c.Context, keep, masked, func(n int) { bar.report(int64(n), int64(readings)) }); err != nil {
			return config.Usage(err)
		}
		if err := r.Save(dir); err != nil {
			return err
		}
		_, err = fmt.Fprintf(c.App.Writer, "%s\t%s of %s parameters, after %d readings\n", to, millions(r.Model().Size()), millions(before), readings)
		return err
	}))
}
