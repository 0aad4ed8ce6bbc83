package main

import (
	"fmt"
	"log/slog"

	"github.com/urfave/cli/v2"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/pipeline"
)

func pipelineCommand() *cli.Command {
	return &cli.Command{
		Name:     "pipeline",
		Usage:    "fit the classifier that run goes by",
		Category: "learn",
		Subcommands: []*cli.Command{{
			Name:   "fit",
			Usage:  "measure what share of texts may go, and fit a classifier of complexity to that",
			Flags:  config.Flags(&config.Fit{}),
			Action: fitAction,
		}},
	}
}

func fitAction(c *cli.Context) error {
	var cfg config.Fit
	if err := config.Load(c, &cfg); err != nil {
		return err
	}
	l, err := pipeline.RunFit(c.Context, cfg, commandLine(), slog.Default())
	if err != nil {
		return err
	}
	if err := l.Fitted.Markdown(c.App.Writer); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.App.Writer, "\nWritten to %s.\n", cfg.Output)
	return err
}
