package train

import (
	"context"
	"maps"
	"math"
	"math/rand/v2"
	"time"

	"github.com/project-sputnik/sputnik/env"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/rewards/gradient"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
)

// rollout is the episodes of a step, or of a part of its tasks: K of each task, side by side, task by task.
type rollout struct {
	tasks     []task
	rates     []float64
	decisions []decision // of all rounds
	owner     [][2]int   // of each decision's actions: first episode and how many follow it
	left      [][]bool   // [episode][unit] at the end
	texts     []string   // what each episode left
	entropy   []float64  // of each episode's decisions, nats a unit

	losses     [][][]probe.Loss // [task][2+K][probe] as the reader reads nothing, all and what each episode left
	credits    [][]float64      // [episode][unit] of a crediter; nil without one
	readTokens int64
	reading    time.Duration
}

// roll plays the episodes of tasks, of which first come before in the step: each round the policy scores what is left, and
// noise at the sampling temperature draws.
func (t *Trainer) roll(ctx context.Context, tasks []task, first, step int, temperature float64) (*rollout, error) {
	k := t.cfg.Samples
	r := &rollout{tasks: tasks}
	episodes := make([]env.Episode, 0, len(tasks)*k)
	for i, task := range tasks {
		random := env.Source(t.cfg.RandomSeed, step, 1<<18+first+i)
		r.rates = append(r.rates, t.cfg.RateMin+(t.cfg.RateMax-t.cfg.RateMin)*random.Float64())
		for range k {
			episodes = append(episodes, env.Episode{Sizes: env.UnitSizes(nil, task.text.Units), Rate: r.rates[i], Free: !t.cfg.ExactRate})
		}
	}
	nothing := func(_ context.Context, left [][]bool) ([]float64, error) { return make([]float64, len(left)), nil }
	world, err := env.New(episodes, t.cfg.Rounds, nothing, env.PayAtEnd())
	if err != nil {
		return nil, err
	}
	state, err := world.Reset(ctx)
	if err != nil {
		return nil, err
	}
	r.entropy = make([]float64, len(episodes))
	draws := t.noises(first*k, len(episodes), step)
	for done := false; !done; {
		actions, err := t.act(r, state, draws, temperature)
		if err != nil {
			return nil, err
		}
		before := state
		next, err := world.Step(ctx, actions)
		if err != nil {
			return nil, err
		}
		r.record(before, next.State, k)
		state, done = next.State, next.Done
	}
	r.left = state.Left
	for e, left := range r.left {
		task := tasks[e/k]
		r.texts = append(r.texts, string(task.text.Kept(env.TokenMask(left, task.text.Units, len(task.text.Tokens)))))
	}
	return r, nil
}

// noise is what an episode's masks are drawn with; a sign of -1 mirrors it.
type noise struct {
	*rand.Rand
	sign float64
}

// noises are of some episodes of a step, from the first text's on, as the estimator wants those of one text drawn.
func (t *Trainer) noises(first, episodes, step int) []noise {
	all := make([]noise, episodes)
	for e := range all {
		source, sign := t.estimator.Noise(e % t.cfg.Samples)
		all[e] = noise{env.Source(t.cfg.RandomSeed, step, first+e-e%t.cfg.Samples+source), sign}
	}
	return all
}

// act scores what is left of every episode, plus noise. In the first round a task's episodes see the same text.
func (t *Trainer) act(r *rollout, state env.State, draws []noise, temperature float64) ([][]float32, error) {
	k := len(state.Left) / len(r.tasks)
	each := 1
	if state.Round == 0 {
		each = k
	}
	var seen []decision
	for e := 0; e < len(state.Left); e += each {
		text, _ := remaining(r.tasks[e/k].text, state.Left[e])
		seen = append(seen, decision{text: text, budget: state.Budget[e], rate: r.rates[e/k]})
		r.owner = append(r.owner, [2]int{e, each})
	}
	actions := make([][]float32, len(state.Left))
	err := torch.NoGrad(func(s *torch.Scope) error {
		scores, l := unitScores(s, t.agent, seen)
		values := torch.Values[float32](s, scores)
		for e := range actions {
			row := values[e/each*l.units:]
			_, places := remaining(r.tasks[e/k].text, state.Left[e])
			r.entropy[e] += t.entropy(row[:len(places)], l.sizes[e/each*l.units:], state.Budget[e], temperature) / float64(state.Rounds)
			drawn := env.Perturb(nil, row[:len(places)], draws[e].sign*temperature, draws[e].Rand)
			actions[e] = make([]float32, len(state.Left[e]))
			for i, u := range places {
				actions[e][u] = drawn[i]
			}
		}
		return nil
	})
	r.decisions = append(r.decisions, seen...)
	return actions, err
}

// record notes what the last decisions came to: which of the units they saw were kept.
func (r *rollout) record(before, after env.State, k int) {
	first := len(r.decisions)
	for first > 0 && r.decisions[first-1].actions == nil {
		first--
	}
	for i := first; i < len(r.decisions); i++ {
		for e := r.owner[i][0]; e < r.owner[i][0]+r.owner[i][1]; e++ {
			_, places := remaining(r.tasks[e/k].text, before.Left[e])
			kept := make([]bool, len(places))
			for j, u := range places {
				kept[j] = after.Left[e][u]
			}
			r.decisions[i].actions = append(r.decisions[i].actions, gradient.Action{Kept: kept})
		}
	}
}

// remaining is a text without the units that were dropped, and the places of those that are left.
func remaining(text token.Text, left []bool) (token.Text, []int) {
	out := token.Text{Bytes: text.Bytes}
	var places []int
	for u, unit := range text.Units {
		if !left[u] {
			continue
		}
		first := len(out.Tokens)
		out.Tokens = append(out.Tokens, text.Tokens[unit.First:unit.End]...)
		out.Units = append(out.Units, token.Unit{First: int32(first), End: int32(len(out.Tokens))})
		places = append(places, u)
	}
	return out, places
}

// jointStep plays, pays and moves the policy, and every few steps the reconstructor. Below the floor of its entropy the
// policy is pulled towards even odds, harder the more is missing: where all is, as hard as by a reward of a deviation a nat.
// A reader that the texts tell next to nothing pays for noise, and rewards are scaled to their deviation however small that
// is: the policy then waits, while the reconstructor learns.
func (t *Trainer) jointStep(ctx context.Context, step, within int) (map[string]float64, error) {
	total := t.phases().joint
	progress := float64(within) / math.Max(1, float64(total-1))
	temperature := t.cfg.GumbelInit * math.Pow(t.cfg.GumbelMin/t.cfg.GumbelInit, progress)
	t.state.Temperature = t.schedule.At(within, t.state.Temperature, t.state.Spread)
	r, err := t.play(ctx, draw(t.data.tasks, t.cfg.BatchSize, t.cfg.RandomSeed, within), step, temperature)
	if err != nil {
		return nil, err
	}
	paid := t.pay(r)
	metrics := map[string]float64{"reward": paid.mean, "reward_deviation": paid.deviation, "told": paid.told, "temperature": t.state.Temperature, "rounds": float64(t.cfg.Rounds), "decisions": float64(len(r.decisions))}
	r.rate(metrics)
	r.speeds(metrics)
	waits := paid.told < t.cfg.LeastTold
	if waits {
		t.wait(step, paid.told)
	} else {
		err = t.movePolicy(r, within, temperature, metrics)
	}
	if t.cfg.LeastTold > 0 {
		metrics["waited"] = float64(t.state.Waited)
	}
	if every := t.cfg.ReconstructorEvery; err == nil && every > 0 && (waits || within%every == 0) {
		t.rebuilt = map[string]float64{}
		err = t.rebuildStep(step, r, t.rebuilt)
	}
	maps.Copy(metrics, t.rebuilt)
	return metrics, err
}

// wait counts a step in which the agent does not move, and says so of the first.
func (t *Trainer) wait(step int, told float64) {
	if t.state.Waited++; t.state.Waited == 1 {
		t.log.Info("the agent waits while whole texts tell the reader less than least_told", "step", step, "told", round(told), "least_told", t.cfg.LeastTold)
	}
}

// movePolicy moves the policy by what its episodes were paid.
func (t *Trainer) movePolicy(r *rollout, within int, temperature float64, metrics map[string]float64) error {
	schedule := torch.Schedule{Peak: t.cfg.PolicyRate, Warmup: t.cfg.WarmupSteps, Total: t.phases().joint, Floor: 0.1}
	return t.move(t.policy, schedule.At(within), "policy", metrics, func(s *torch.Scope) torch.Tensor {
		loss, entropy, distance := policyLoss(s, t.agent, r.decisions, t.estimator, temperature, t.cfg.ExactRate)
		metrics["entropy"] = s.Item(entropy)
		if missing := 1 - metrics["entropy"]/t.cfg.EntropyFloor; missing > 0 {
			loss = s.Add(loss, s.Scale(distance, missing))
		}
		return s.Sub(loss, s.Scale(entropy, t.cfg.EntropyWeight))
	})
}

// rate notes the share of tokens that the episodes kept and were asked to keep.
func (r *rollout) rate(metrics map[string]float64) {
	kept, asked, tokens := 0, 0.0, 0
	k := len(r.left) / len(r.tasks)
	for e, left := range r.left {
		text := r.tasks[e/k].text
		kept += env.Tokens(left, env.UnitSizes(nil, text.Units))
		tokens += len(text.Tokens)
		asked += r.rates[e/k] * float64(len(text.Tokens))
	}
	metrics["rate"], metrics["rate_asked"] = float64(kept)/float64(tokens), asked/float64(tokens)
	metrics["tokens"] = float64(tokens)
}
