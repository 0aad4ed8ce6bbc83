package main

import (
	"log/slog"

	"github.com/urfave/cli/v2"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/distill"
)

func distillCommand() *cli.Command {
	return &cli.Command{
		Name:     "distill",
		Usage:    "make a ladder of smaller models, each taught by the one above it",
		Category: "learn",
		Description: "The report says of every rung what it retains and how fast it is, beside models of the last rung's size that were\n" +
			"taught otherwise. `run --ladder_report FOLDER/report.json` sends texts to the rungs by it. With --causal or --masked the\n" +
			"ladder is one of language models: a name with :N behind it is the model before it cut to its first N layers, and healed.",
		Flags: config.Flags(&config.Distill{}),
		Action: func(c *cli.Context) error {
			var cfg config.Distill
			if err := config.Load(c, &cfg); err != nil {
				return err
			}
			o := distill.Options{Command: commandLine(), Log: slog.Default()}
			if len(cfg.Causal)+len(cfg.Masked) > 0 {
				report, err := distill.RunCausal(c.Context, cfg, o)
				if err != nil {
					return err
				}
				return report.Markdown(c.App.Writer)
			}
			report, err := distill.Run(c.Context, cfg, o)
			if err != nil {
				return err
			}
			return report.Markdown(c.App.Writer)
		},
	}
}
