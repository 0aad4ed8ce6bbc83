package main

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/eval/curves"
	"github.com/urfave/cli/v2"
)

// drawRun leaves a run's curves in its folder. What cannot be drawn is said and stops nothing.
func drawRun(dir string) {
	if _, err := curves.Write(filepath.Join(dir, "plots"), dir); err != nil {
		slog.Warn("the run has no plots", "reason", err)
	}
}

func plotCommand() *cli.Command {
	return &cli.Command{
		Name:      "plot",
		Usage:     "draw training and rate-quality curves, those of several runs over one another",
		Category:  "measure",
		ArgsUsage: "RUN...",
		Description: "A RUN is the folder of a training (metrics.jsonl), of an evaluation (report.json), or of both. Of trainings comes\n" +
			"training.png: reward, losses, rate, entropy and whatever else was logged. Of evaluations comes rate_quality.png: the\n" +
			"agent of each, and each baseline once where all found the same of it. Both are written as .svg too, and the paths of\n" +
			"all to stdout.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "output_dir", Usage: "folder for the pictures; empty takes plots/ in the run's, or outputs/plots for several"},
			&cli.StringFlag{Name: "panels", Usage: "what to draw of trainings, keys of metrics.jsonl by comma, such as rate,entropy; empty draws all"},
		},
		Action: func(c *cli.Context) error {
			runs, dir := c.Args().Slice(), c.String("output_dir")
			switch {
			case len(runs) == 0:
				return config.Usagef("plot wants the folders of runs, as in: sputnik plot outputs/quick_test")
			case dir == "" && len(runs) == 1:
				dir = filepath.Join(runs[0], "plots")
			case dir == "":
				dir = filepath.Join("outputs", "plots")
			}
			keys := strings.FieldsFunc(c.String("panels"), func(r rune) bool { return r == ',' || r == ' ' })
			paths, err := curves.WritePanels(dir, keys, runs...)
			if err != nil {
				return err
			}
			for _, path := range paths {
				fmt.Fprintln(c.App.Writer, path)
			}
			return nil
		},
	}
}
