package main

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/train"
	"github.com/schollz/progressbar/v3"
	"github.com/urfave/cli/v2"
)

func trainCommand() *cli.Command {
	return &cli.Command{
		Name:     "train",
		Usage:    "train an agent, and the reconstructor that lives with what it leaves",
		Category: "learn",
		Description: "Four phases: recurrence, answer spans, the reconstructor on random masks, and the joint loop. The run's folder holds\n" +
			"config.json, metrics.jsonl, training.json, plots/training.png, TensorBoard events, checkpoints, and best/, which\n" +
			"compress and eval take as --model.\n" +
			"At the start it logs its plan: the steps of each phase, and the texts, masks and tokens of a step. When a phase's\n" +
			"steps have been measured it says how long the phase takes, and from then on how much time is left: beside the bar\n" +
			"on a terminal, elsewhere in a line a minute.\n" +
			"It ends when the steps are done, when patience runs out, or after --max_hours, with the best agent in best/.\n" +
			"Learning rates and temperatures go by steps, also where --max_hours ends a run before they have come down: by the\n" +
			"clock, no run that was resumed could be the same.\n" +
			"Stopped (SIGINT, SIGTERM), it writes a checkpoint; the same command with --resume goes on, bit by bit as if it had\n" +
			"not been. Checkpoints are whole or not there, whatever ends the process; --keep_checkpoints of them stay.\n" +
			"--device cuda trains on a GPU, on which nobody has run it yet; its checkpoints are the same and go on anywhere.",
		Flags: config.Flags(&config.Train{}),
		Action: func(c *cli.Context) error {
			var cfg config.Train
			if err := config.Load(c, &cfg); err != nil {
				return err
			}
			trainer, err := train.New(c.Context, cfg, slog.Default())
			if err != nil {
				return err
			}
			report, err := runTrainer(c, trainer)
			if err != nil {
				return err
			}
			drawRun(cfg.OutputDir)
			_, err = fmt.Fprintf(c.App.Writer, "%s; best agent of step %d in %s/best: %.3f of the held-out answers stands in what it keeps at .3 and .5\n",
				outcome(report), report.BestStep, cfg.OutputDir, report.Best)
			return err
		},
	}
}

// outcome says how long a run was and why it ended.
func outcome(r train.Report) string {
	words := fmt.Sprintf("%d steps in %.0f s, %d skipped as spikes and %d as not finite", r.Steps, r.Seconds, r.Spikes, r.Skipped)
	if r.Waited > 0 {
		words += fmt.Sprintf(", the agent waited in %d for a reader that is told enough", r.Waited)
	}
	if r.Stopped != "done" {
		words += ", stopped by " + r.Stopped
	}
	return words
}

// runTrainer trains to the end, telling how far it is, and closes the trainer.
func runTrainer(c *cli.Context, trainer *train.Trainer) (train.Report, error) {
	defer trainer.Close()
	if isTerminal(c.App.ErrWriter) {
		return runWithBar(c, trainer)
	}
	said := time.Now()
	return trainer.Run(c.Context, func(p train.Progress) {
		if time.Since(said) >= time.Minute {
			said = time.Now()
			slog.Info("training", "step", p.Step, "steps", p.Steps, "phase", p.Phase, "time_left", p.TimeLeft())
		}
	})
}

// runWithBar shows a bar with the time left. The bar's own guess would take the steps of all phases to be alike.
func runWithBar(c *cli.Context, trainer *train.Trainer) (train.Report, error) {
	bar := progressbar.NewOptions(1, progressbar.OptionSetWriter(c.App.ErrWriter), progressbar.OptionShowIts(), progressbar.OptionSetItsString("steps"),
		progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionSetPredictTime(false))
	report, err := trainer.Run(c.Context, func(p train.Progress) {
		bar.ChangeMax(p.Steps)
		bar.Describe(p.Phase + ", " + p.Brief() + " left")
		_ = bar.Set(p.Step) // a bar that cannot be drawn stops nothing
	})
	_ = bar.Clear()
	return report, err
}
