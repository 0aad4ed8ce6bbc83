package train

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/project-sputnik/sputnik/config"
)

// Report is what a run came to.
type Report struct {
	Steps           int     `json:"steps"`
	Best            float64 `json:"best_answers_kept"` // share of held-out answers that stand in what the agent keeps
	BestStep        int     `json:"best_step"`
	Skipped         int     `json:"skipped"`
	AgentParameters int64   `json:"agent_parameters,omitempty"`
	Seconds         float64 `json:"seconds"`
	Stopped         string  `json:"stopped"` // why: done, patience
}

// Progress is told of every step: how many are done, of how many, and in which phase.
type Progress func(done, total int, phase string)

// Run trains from where the state stands to the end of the joint loop, or until patience runs out. When ctx ends it
// writes a checkpoint and returns the context's error.
func (t *Trainer) Run(ctx context.Context, progress Progress) (Report, error) {
	started := time.Now()
	journal, err := t.open()
	if err != nil {
		return Report{}, err
	}
	defer journal.close()
	report := Report{Stopped: "done"}
	if t.agent != nil {
		report.AgentParameters = t.agent.Size()
	}
	total := t.phases().total()
	whole := context.WithoutCancel(ctx) // a step, and what is measured after it, is whole or has not been
	for t.state.Step < total {
		if ctx.Err() != nil {
			return report, t.interrupted(ctx)
		}
		begun := time.Now()
		phase, metrics, err := t.step(whole)
		if err != nil {
			return report, err
		}
		metrics["tokens_per_second"] = metrics["tokens"] / time.Since(begun).Seconds()
		if err := t.after(whole, journal, phase, metrics); err != nil {
			return report, err
		}
		progress(t.state.Step, total, phase)
		if t.cfg.Patience > 0 && t.state.Worse >= t.cfg.Patience {
			report.Stopped = "patience"
			break
		}
	}
	if err := t.finish(whole, journal); err != nil {
		return report, err
	}
	report.Steps, report.Best, report.BestStep, report.Skipped = t.state.Step, t.state.Best, t.state.BestStep, t.state.Skipped
	report.Seconds = time.Since(started).Seconds()
	return report, writeJSON(filepath.Join(t.cfg.OutputDir, "training.json"), report)
}

// interrupted leaves a checkpoint behind.
func (t *Trainer) interrupted(ctx context.Context) error {
	if err := t.checkpoint(); err != nil {
		return err
	}
	return fmt.Errorf("stopped after step %d, checkpoint written; the same command with --resume goes on: %w", t.state.Step, context.Cause(ctx))
}

// after logs a step and, at the ends of epochs and phases, evaluates and checkpoints.
func (t *Trainer) after(ctx context.Context, journal *journal, phase string, metrics map[string]float64) error {
	step := t.state.Step
	if step%t.cfg.LogFreq == 0 || step == 1 {
		if err := journal.write(step, phase, metrics); err != nil {
			return err
		}
	}
	if t.due(step, t.cfg.EvalFreq, t.cfg.EvalEvery) {
		if err := t.evaluate(ctx, journal); err != nil {
			return err
		}
	}
	if t.due(step, t.cfg.CheckpointFreq, t.cfg.SaveEvery) {
		return t.checkpoint()
	}
	return nil
}

// due says whether a step ends a stretch: every freq steps or, when that is 0, every so many epochs, of the supervised
// start and of the joint loop.
func (t *Trainer) due(step, freq, epochs int) bool {
	if freq > 0 {
		return step%freq == 0
	}
	if epochs == 0 {
		return false
	}
	p := t.phases()
	ends := func(from, steps, passes int) bool {
		if passes == 0 || steps == 0 || step <= from || step > from+steps {
			return false
		}
		return (step-from)%(steps/passes*epochs) == 0
	}
	return ends(p.recurrence, p.answers, t.cfg.SupervisedEpochs) || t.agent == nil && ends(0, p.rebuilding, t.cfg.MaxEpochs) ||
		ends(p.recurrence+p.answers+p.rebuilding, p.joint, t.cfg.MaxEpochs)
}

// evaluate measures the agent on the held-out questions and keeps it if it is the best. Without an agent the last
// reconstructor is the best.
func (t *Trainer) evaluate(ctx context.Context, journal *journal) error {
	if t.agent == nil {
		return t.saveBest()
	}
	kept, err := answersKept(ctx, t.agent, t.data.selection)
	if err != nil {
		return err
	}
	loss, err := t.supervisedValidation()
	if err != nil {
		return err
	}
	if kept > t.state.Best {
		t.state.Best, t.state.BestStep, t.state.Worse = kept, t.state.Step, 0
		if err := t.saveBest(); err != nil {
			return err
		}
	} else {
		t.state.Worse++
	}
	t.log.Info("evaluated", "step", t.state.Step, "answers_kept", round(kept), "supervised_loss", round(loss), "best", round(t.state.Best))
	return journal.write(t.state.Step, "validation", map[string]float64{"answers_kept": kept, "supervised_loss": loss})
}

func round(x float64) float64 { return math.Round(x*1e4) / 1e4 }

// finish evaluates the last agent and leaves a checkpoint, and in best/ the last reconstructor: the best agent may have
// been found before the reconstructor had learned.
func (t *Trainer) finish(ctx context.Context, journal *journal) error {
	if err := t.evaluate(ctx, journal); err != nil {
		return err
	}
	if err := t.saveReconstructor(); err != nil {
		return err
	}
	return t.checkpoint()
}

// journal is a run's metrics.jsonl and event file.
type journal struct {
	lines  *os.File
	events *events
}

// open prepares the run's folder; one that holds another run is refused unless this one goes on from it.
func (t *Trainer) open() (*journal, error) {
	dir := t.cfg.OutputDir
	lines := filepath.Join(dir, "metrics.jsonl")
	if t.cfg.Resume == "" && exists(filepath.Join(dir, "latest")) {
		return nil, config.Usagef("output_dir %s holds a run; name another folder, remove it, or go on with --resume", dir)
	}
	if t.cfg.Resume != "" {
		if err := t.resume(t.cfg.Resume); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, "checkpoints"), 0o755); err != nil {
		return nil, fmt.Errorf("output_dir %s: %w", dir, err)
	}
	if err := config.Save(filepath.Join(dir, "config.json"), t.settings); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(lines, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	events, err := newEvents(dir, time.Now())
	if err != nil {
		file.Close()
		return nil, err
	}
	return &journal{file, events}, nil
}

func (j *journal) write(step int, phase string, metrics map[string]float64) error {
	line := map[string]any{"step": step, "phase": phase}
	scalars := map[string]float64{}
	for name, value := range metrics {
		scalars[phase+"/"+name] = value
		line[name] = value
		if math.IsNaN(value) || math.IsInf(value, 0) {
			line[name] = fmt.Sprint(value) // JSON has no such numbers
		}
	}
	raw, err := json.Marshal(line)
	if err != nil {
		return err
	}
	if _, err := j.lines.Write(append(raw, '\n')); err != nil {
		return fmt.Errorf("write metrics: %w", err)
	}
	return j.events.scalars(time.Now(), step, scalars)
}

func (j *journal) close() error { return errors.Join(j.lines.Close(), j.events.close()) }
