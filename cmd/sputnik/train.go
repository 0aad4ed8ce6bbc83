package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/train"
	"github.com/schollz/progressbar/v3"
	"github.com/urfave/cli/v2"
	"golang.org/x/term"
)

func trainCommand() *cli.Command {
	return &cli.Command{
		Name:     "train",
		Usage:    "train an agent, and the reconstructor that lives with what it leaves",
		Category: "learn",
		Description: "Four phases: recurrence, answer spans, the reconstructor on random masks, and the joint loop. The run's folder holds\n" +
			"config.json, metrics.jsonl, plots/training.png, TensorBoard events, checkpoints, and best/, which compress and eval\n" +
			"take as --model.\n" +
			"Stopped (SIGINT, SIGTERM), it writes a checkpoint; the same command with --resume goes on.",
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
			_, err = fmt.Fprintf(c.App.Writer, "%d steps in %.0f s, %d skipped; best agent of step %d in %s/best: %.3f of held-out answers stand in what it keeps at .3 and .5\n",
				report.Steps, report.Seconds, report.Skipped, report.BestStep, cfg.OutputDir, report.Best)
			return err
		},
	}
}

// runTrainer trains to the end, with a progress bar where somebody is looking, and closes the trainer.
func runTrainer(c *cli.Context, trainer *train.Trainer) (train.Report, error) {
	defer trainer.Close()
	steps := newSteps(c.App.ErrWriter)
	defer steps.finish()
	return trainer.Run(c.Context, steps.report)
}

// steps shows how far a run is; nil where nobody is looking.
type steps struct{ *progressbar.ProgressBar }

func newSteps(w io.Writer) steps {
	if f, ok := w.(*os.File); !ok || !term.IsTerminal(int(f.Fd())) {
		return steps{}
	}
	return steps{progressbar.NewOptions(1, progressbar.OptionSetWriter(w), progressbar.OptionShowIts(),
		progressbar.OptionSetItsString("steps"), progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100e6))}
}

func (s steps) report(done, total int, phase string) {
	if s.ProgressBar == nil {
		return
	}
	s.ChangeMax(total)
	s.Describe(phase)
	_ = s.Set(done) // a bar that cannot be drawn stops nothing
}

func (s steps) finish() {
	if s.ProgressBar != nil {
		_ = s.Clear()
	}
}
