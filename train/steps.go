package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/project-sputnik/sputnik/env"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/reconstructor"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
)

// maxSkipped is how many steps in a row may be skipped before a run gives up.
const maxSkipped = 10

// move takes one optimiser step on a loss. A loss or gradient that is not finite changes nothing, is counted and said,
// and so is a gradient whose norm is a spike.
func (t *Trainer) move(optimiser *torch.AdamW, rate float64, name string, metrics map[string]float64, loss func(s *torch.Scope) torch.Tensor) error {
	err := t.backward(name, metrics, loss)
	if err == nil && (t.state.Step+1)%t.cfg.AccumulationSteps != 0 && name == "policy" {
		return nil // gradients wait for the steps that follow
	}
	if err == nil {
		err = t.clip(optimiser, name, metrics)
	}
	if errors.Is(err, errNotFinite) || errors.Is(err, errSpike) {
		torch.ClearGrad(optimiser.Params()...)
		return t.skip(name, err)
	}
	if err != nil {
		return fmt.Errorf("%s step: %w", name, err)
	}
	t.state.SkippedRow = 0
	return optimiser.Step(rate)
}

// backward adds the gradient of a loss to the parameters'.
func (t *Trainer) backward(name string, metrics map[string]float64, loss func(s *torch.Scope) torch.Tensor) error {
	return torch.Do(func(s *torch.Scope) error {
		value := loss(s)
		metrics[name+"_loss"] = s.Item(value)
		if !finite(metrics[name+"_loss"]) {
			return errNotFinite
		}
		s.Backward(s.Scale(value, 1/float64(t.cfg.AccumulationSteps)))
		return nil
	})
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// clip scales the gradient down to the largest norm, and says what is wrong with the norm that it had.
func (t *Trainer) clip(optimiser *torch.AdamW, name string, metrics map[string]float64) error {
	limit := t.cfg.GradientClip
	if limit == 0 {
		limit = math.MaxFloat64
	}
	norm, err := torch.ClipNorm(optimiser.Params(), limit)
	if err != nil {
		return err
	}
	metrics[name+"_gradient_norm"] = norm
	switch {
	case !finite(norm):
		return errNotFinite
	case t.norms(name).spike(norm):
		return fmt.Errorf("%w: %.3g", errSpike, norm)
	}
	return nil
}

// norms are those of a network in the phase of the step: the same network learns by another loss in each.
func (t *Trainer) norms(network string) *norms {
	phase, _ := t.phases().at(t.state.Step)
	name := phase + "." + network
	if t.state.Norms == nil {
		t.state.Norms = map[string]*norms{}
	}
	if t.state.Norms[name] == nil {
		t.state.Norms[name] = &norms{}
	}
	return t.state.Norms[name]
}

// skip counts a step that changes nothing. Those that are not finite may not be too many in a row.
func (t *Trainer) skip(name string, reason error) error {
	t.log.Warn("step skipped", "step", t.state.Step, "network", name, "reason", reason)
	if errors.Is(reason, errSpike) {
		t.state.Spikes++
		t.state.SkippedRow = 0
		return nil
	}
	t.state.Skipped++
	t.state.SkippedRow++
	if t.state.SkippedRow >= maxSkipped {
		return fmt.Errorf("%d steps in a row skipped: %w; lower the learning rate", maxSkipped, reason)
	}
	return nil
}

// supervisedStep moves the policy towards labels.
func (t *Trainer) supervisedStep(examples []labelled, step, within, total int) (map[string]float64, error) {
	metrics := map[string]float64{}
	for _, e := range examples {
		metrics["tokens"] += float64(len(e.worth))
	}
	random := env.Source(t.cfg.RandomSeed, step, 0)
	schedule := torch.Schedule{Peak: t.cfg.SupervisedRate, Warmup: min(20, total/10+1), Total: total, Floor: 0.05}
	return metrics, t.move(t.policy, schedule.At(within), "policy", metrics, func(s *torch.Scope) torch.Tensor {
		return supervisedLoss(s, t.agent, examples, random, t.cfg)
	})
}

// randomStep teaches the reconstructor to rebuild text from random masks of words, or to say what its teacher says to
// probes behind them.
func (t *Trainer) randomStep(step, within int) (map[string]float64, error) {
	random := env.Source(t.cfg.RandomSeed, step, 0)
	if t.healer != nil {
		return t.healStep(random, within)
	}
	var examples []reconstructor.Example
	for _, chunk := range draw(t.data.chunks, t.cfg.BatchSize, t.cfg.RandomSeed, within) {
		examples = append(examples, t.rebuilding(chunk, randomMask(chunk, t.masks.low+(t.masks.high-t.masks.low)*random.Float64(), random)))
	}
	metrics := map[string]float64{"tokens": float64(len(examples) * len(t.data.chunks[0].Tokens))}
	return metrics, t.moveReconstructor(examples, random, within, metrics)
}

// healStep takes texts of about one length and masks of one rate, for which readings are padded to the longest.
func (t *Trainer) healStep(random *rand.Rand, within int) (map[string]float64, error) {
	if t.data.byLength == nil {
		t.data.byLength = slices.Clone(t.data.tasks)
		slices.SortStableFunc(t.data.byLength, func(a, b task) int { return len(a.text.Tokens) - len(b.text.Tokens) })
	}
	first, rate := random.IntN(len(t.data.byLength)), t.cfg.RateMin+(t.cfg.RateMax-t.cfg.RateMin)*random.Float64()
	metrics := map[string]float64{}
	var examples []reconstructor.Example
	for i := range t.cfg.BatchSize {
		task := t.data.byLength[(first+i)%len(t.data.byLength)]
		examples = append(examples, t.rebuild.Answering(task.behindMask(rate, random)))
		metrics["tokens"] += float64(len(task.text.Tokens))
	}
	return metrics, t.moveReconstructor(examples, random, within, metrics)
}

// behindMask asks one of the task's probes behind a random mask of its text.
func (t task) behindMask(rate float64, random *rand.Rand) probe.Reading {
	left := string(t.text.Kept(randomMask(t.text, rate, random)))
	return probe.Reading{Context: left, Probe: t.Probes[random.IntN(len(t.Probes))]}
}

// MaskedReadings are n of the questions, over again where there are fewer, each behind a random mask of its text at a rate
// of .2 to .8; without a question there are none.
func MaskedReadings(tokenizer token.Tokenizer, questions []probe.Question, n int, seed int64) []probe.Reading {
	var tasks []task
	for _, each := range probe.Tasks(questions, 0, seed) {
		tasks = append(tasks, task{Task: each, text: token.Read(tokenizer, []byte(each.Text))})
	}
	if len(tasks) == 0 {
		return nil
	}
	random := env.Source(seed, 0, 0)
	var readings []probe.Reading
	for _, each := range draw(tasks, n, seed, 0) {
		readings = append(readings, each.behindMask(0.2+0.6*random.Float64(), random))
	}
	return readings
}

// randomMask keeps each word with a probability.
func randomMask(text token.Text, rate float64, random *rand.Rand) []bool {
	kept := make([]bool, len(text.Units))
	for u := range kept {
		kept[u] = random.Float64() < rate
	}
	return env.TokenMask(kept, text.Units, len(text.Tokens))
}

// rebuilding is an example in the reconstructor's own tokens.
func (t *Trainer) rebuilding(text token.Text, kept []bool) reconstructor.Example {
	own, mask := t.rebuild.Align(text, kept)
	return t.rebuild.Rebuilding(own.Tokens, mask)
}

// rebuildStep teaches the reconstructor from what the policy left: to rebuild the texts and to answer their probes, or to
// say to these what its teacher says.
func (t *Trainer) rebuildStep(step int, r *rollout, metrics map[string]float64) error {
	random := env.Source(t.cfg.RandomSeed, step, 1<<19)
	k := len(r.left) / len(r.tasks)
	var examples []reconstructor.Example
	for i, task := range r.tasks {
		e := i*k + random.IntN(k)
		p := task.Probes[random.IntN(len(task.Probes))]
		examples = append(examples, t.rebuild.Answering(probe.Reading{Context: r.texts[e], Probe: p}))
		if t.healer == nil {
			examples = append(examples, t.rebuilding(task.text, env.TokenMask(r.left[e], task.text.Units, len(task.text.Tokens))))
		}
	}
	return t.moveReconstructor(examples, random, step, metrics)
}

func (t *Trainer) moveReconstructor(examples []reconstructor.Example, random *rand.Rand, within int, metrics map[string]float64) error {
	schedule := torch.Schedule{Peak: t.cfg.ReconstructorRate, Warmup: t.cfg.WarmupSteps}
	if t.healer != nil {
		schedule.Total, schedule.Floor = t.cfg.ReconstructorStart, 0.1
	}
	return t.move(t.rebuilds, schedule.At(within), "reconstructor", metrics, func(s *torch.Scope) torch.Tensor {
		if t.healer != nil {
			return t.rebuild.TaughtLoss(s, t.healer, examples, random)
		}
		return t.rebuild.Loss(s, examples, random)
	})
}

// step does the run's next step, in its phase, and returns what it measured.
func (t *Trainer) step(ctx context.Context) (phase string, metrics map[string]float64, err error) {
	p := t.phases()
	step := t.state.Step
	phase, within := p.at(step)
	switch phase {
	case "recurrence":
		metrics, err = t.supervisedStep(draw(t.data.recurrent, t.cfg.SupervisedBatch, t.cfg.RandomSeed, within), step, within, p.recurrence)
	case "answers":
		examples := draw(t.data.labelled, t.cfg.SupervisedBatch, t.cfg.RandomSeed, within)
		if len(t.data.salient) > 0 {
			examples = append(examples, draw(t.data.salient, t.cfg.SupervisedCloze, t.cfg.RandomSeed, within)...)
		}
		examples = append(examples, t.data.asked(t.cfg, within)...)
		metrics, err = t.supervisedStep(examples, step, within, p.answers)
	case "rebuilding":
		metrics, err = t.randomStep(step, within)
	default:
		metrics, err = t.jointStep(ctx, step, within)
	}
	if err != nil {
		return phase, nil, fmt.Errorf("step %d (%s): %w", step, phase, err)
	}
	t.state.Step++
	metrics["skipped"], metrics["spikes"] = float64(t.state.Skipped), float64(t.state.Spikes)
	return phase, metrics, nil
}
