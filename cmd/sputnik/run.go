package main

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/schollz/progressbar/v3"
	"github.com/urfave/cli/v2"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/pipeline"
)

func runCommand() *cli.Command {
	return &cli.Command{
		Name:     "run",
		Usage:    "shorten a text, a folder or lines by how complex each text is, and report what was retained",
		Category: "text",
		Description: "Features of a text say how complex it is; that says what share of it is removed and which model of the ladder\n" +
			"does it. --output gets the shorter text, output_dir report.json and report.md, with what was measured to be retained.\n" +
			"Of a folder or of lines, rows.jsonl remembers what is done: stopped, the same command goes on where it was.",
		Flags: append(config.Flags(&config.HATD{}),
			&cli.StringFlag{Name: "task", Usage: "the same as --task_type: general, qa, generation or reasoning"}),
		Action: runAction,
	}
}

func runAction(c *cli.Context) error {
	var cfg config.HATD
	if err := config.Load(c, &cfg); err != nil {
		return err
	}
	if c.IsSet("task") {
		cfg.TaskType = c.String("task")
		if err := config.Validate(&cfg); err != nil {
			return err
		}
	}
	bar := newBar(c.App.ErrWriter, "shortening", progressbar.OptionShowBytes(true))
	report, err := pipeline.Run(c.Context, cfg, pipeline.Options{Command: commandLine(), Log: slog.Default(), Progress: bar.report,
		Each: func(o *pipeline.Outcome) {
			if cfg.Explain {
				explain(c.App.Writer, o)
			}
		},
		Wrong: func(id string, err error) { fmt.Fprintf(c.App.ErrWriter, "input %s: %v\n", id, err) },
	})
	bar.finish()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.App.Writer, "%d -> %d tokens (%.1f%% fewer) in %.1f ms; %v; by %d inputs; the report is in %s\n",
		report.Original, report.Processed, report.Reduction, report.Stages.Total, report.Retention, report.Inputs, cfg.OutputDir)
	return err
}

func explain(w io.Writer, o *pipeline.Outcome) {
	fmt.Fprintf(w, "%s\n", o.ID)
	for _, why := range o.Why {
		fmt.Fprintf(w, "  %s\n", why)
	}
	for _, warning := range o.Warnings {
		fmt.Fprintf(w, "  warning: %s\n", warning)
	}
}
