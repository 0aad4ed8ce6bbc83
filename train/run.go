package train

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"time"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/torch/safetensors"
)

// Report is what a run came to, over all the processes that worked on it.
type Report struct {
	Steps           int            `json:"steps"`
	Best            float64        `json:"best_answers_kept"` // share of the held-out answers that stands in what the agent keeps
	BestStep        int            `json:"best_step"`
	Skipped         int            `json:"skipped"` // steps that were not finite
	Spikes          int            `json:"spikes"`  // steps whose gradient was a spike, skipped too
	Waited          int            `json:"waited"`  // joint steps in which the agent did not move, by least_told
	AgentParameters int64          `json:"agent_parameters,omitempty"`
	Seconds         float64        `json:"seconds"`
	Machine         string         `json:"machine"`
	Threads         int            `json:"threads"`           // of an operator
	Stopped         string         `json:"stopped"`           // why: done, patience, max_hours
	Sources         []agent.Source `json:"sources,omitempty"` // what was learned from and selected on
}

// Run trains from where the state stands to the end of the joint loop, or until patience or max_hours runs out. After
// every step progress is told how far the run is. When ctx ends Run writes a checkpoint and returns the context's error.
func (t *Trainer) Run(ctx context.Context, progress func(Progress)) (Report, error) {
	lines, err := t.open()
	if err != nil {
		return Report{}, err
	}
	defer lines.close()
	t.announce()
	pace := newPace()
	whole := context.WithoutCancel(ctx) // a step, and what is measured after it, is whole or has not been
	stopped := t.stopped()
	for ; stopped == ""; stopped = t.stopped() {
		if ctx.Err() != nil {
			return Report{}, t.interrupted(ctx, lines)
		}
		begun, phase := time.Now(), t.phases().of(t.state.Step)
		if err := t.advance(whole, lines); err != nil {
			return Report{}, err
		}
		progress(t.progress(pace, phase, time.Since(begun)))
	}
	if err := t.finish(whole, lines); err != nil {
		return Report{}, err
	}
	t.log.Info("stopped", "reason", stopped, "step", t.state.Step, "steps", t.phases().total())
	report := t.report(stopped)
	return report, safetensors.WriteJSON(filepath.Join(t.cfg.OutputDir, "training.json"), report)
}

// stopped says why a run is at its end, "" while it is not. Learning rates and temperatures go by steps, so a run that
// max_hours ends has not cooled down: if they went by the clock, no run that was resumed could be the same.
func (t *Trainer) stopped() string {
	switch hours := t.seconds() / 3600; {
	case t.state.Step >= t.phases().total():
		return "done"
	case t.cfg.MaxHours > 0 && hours >= t.cfg.MaxHours && t.state.Step > 0:
		return "max_hours"
	case t.cfg.Patience > 0 && t.state.Worse >= t.cfg.Patience:
		return "patience"
	}
	return ""
}

// seconds is how long the run has taken, with what it took before it was resumed.
func (t *Trainer) seconds() float64 { return t.earlier + time.Since(t.began).Seconds() }

func (t *Trainer) report(stopped string) Report {
	r := Report{
		Steps: t.state.Step, Best: t.state.Best, BestStep: t.state.BestStep, Skipped: t.state.Skipped, Spikes: t.state.Spikes, Waited: t.state.Waited,
		Seconds: t.seconds(), Machine: machine(), Threads: torch.Threads(), Stopped: stopped, Sources: t.sources(),
	}
	if t.agent != nil {
		r.AgentParameters = t.agent.Size()
	}
	return r
}

// interrupted leaves a checkpoint behind.
func (t *Trainer) interrupted(ctx context.Context, lines *journal) error {
	if err := t.checkpoint(lines); err != nil {
		return err
	}
	return fmt.Errorf("stopped after step %d, checkpoint written; the same command with --resume goes on: %w", t.state.Step, context.Cause(ctx))
}

// advance does a step and logs it. At the ends of epochs it evaluates and checkpoints.
func (t *Trainer) advance(ctx context.Context, lines *journal) error {
	begun := time.Now()
	phase, metrics, err := t.step(ctx)
	if err != nil {
		return err
	}
	t.unchanged = false
	took := time.Since(begun).Seconds()
	metrics["tokens_per_second"] = metrics["tokens"] / took
	if masks, drawn := metrics["masks"]; drawn {
		metrics["masks_per_second"] = masks / took
	}
	step := t.state.Step
	if step%t.cfg.LogFreq == 0 || step == 1 {
		if err := lines.write(step, phase, metrics); err != nil {
			return err
		}
	}
	if t.due(step, t.cfg.EvalFreq, t.cfg.EvalEvery) {
		if err := t.evaluate(ctx, lines); err != nil {
			return err
		}
	}
	if t.due(step, t.cfg.CheckpointFreq, t.cfg.SaveEvery) {
		return t.checkpoint(lines)
	}
	return nil
}

// due says whether a step ends a stretch: every freq steps or, when that is 0, every so many epochs, of the supervised
// start and of the joint loop. The end of the supervised start is one whatever the epochs are: the agent that the joint
// loop begins with is often the best, and would else be lost where it has fewer epochs than lie between two evaluations.
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
	return ends(p.recurrence, p.answers, t.cfg.SupervisedEpochs) || p.answers > 0 && step == p.recurrence+p.answers ||
		t.agent == nil && ends(0, p.rebuilding, t.cfg.MaxEpochs) || ends(p.recurrence+p.answers+p.rebuilding, p.joint, t.cfg.MaxEpochs)
}

// evaluate measures the agent on the held-out questions and keeps it if it is the best. Without an agent the last
// reconstructor is the best.
func (t *Trainer) evaluate(ctx context.Context, lines *journal) error {
	t.state.Evaluated, t.unchanged = t.state.Step, false
	if t.agent == nil {
		return t.saveBest()
	}
	kept, err := answersKept(ctx, t.agent, t.data.statistics, t.data.selection)
	if err != nil {
		return err
	}
	loss, err := t.supervisedValidation(ctx)
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
	metrics := measures{"answers_kept": kept, "supervised_loss": loss}
	if err := t.consult(ctx, metrics); err != nil {
		return err
	}
	return lines.write(t.state.Step, validation, metrics)
}

func round(x float64) float64 { return math.Round(x*1e4) / 1e4 }

// finish evaluates the last agent and leaves a checkpoint, and in best/ the last reconstructor: the best agent may have
// been found before the reconstructor had learned.
func (t *Trainer) finish(ctx context.Context, lines *journal) error {
	if t.state.Evaluated < t.state.Step {
		if err := t.evaluate(ctx, lines); err != nil {
			return err
		}
	}
	if err := t.saveReconstructor(); err != nil {
		return err
	}
	return t.checkpoint(lines)
}
