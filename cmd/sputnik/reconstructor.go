package main

import (
	"fmt"
	"log/slog"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/train"
	"github.com/urfave/cli/v2"
)

func reconstructorCommand() *cli.Command {
	return &cli.Command{
		Name:     "reconstructor",
		Usage:    "train a reconstructor alone, on random masks",
		Category: "learn",
		Description: "A causal model reads what was kept of a text and learns to write the original. It starts from scratch, or from the\n" +
			"first layers of GPT-2 or SmolLM2. Its folder is like that of train; best/reconstructor is the model.",
		Flags: config.Flags(&config.Reconstructor{}),
		Action: func(c *cli.Context) error {
			var cfg config.Reconstructor
			if err := config.Load(c, &cfg); err != nil {
				return err
			}
			trainer, err := train.NewReconstructor(c.Context, cfg, slog.Default())
			if err != nil {
				return err
			}
			report, err := runTrainer(c, trainer)
			if err != nil {
				return err
			}
			drawRun(cfg.OutputDir)
			_, err = fmt.Fprintf(c.App.Writer, "%s; the model is in %s/best/reconstructor\n", outcome(report), cfg.OutputDir)
			return err
		},
	}
}
