package train

import (
	"math"

	"github.com/project-sputnik/sputnik/env"
	"github.com/project-sputnik/sputnik/rewards"
)

// payment is what a step's episodes were paid.
type payment struct {
	mean      float64 // reward
	deviation float64 // of rewards among a task's masks
	told      float64 // nats a token of the answers that the whole texts save the reader
}

// pay gives actions what they count for by what the reader read, in units of the rewards' running deviation.
func (t *Trainer) pay(r *rollout) (p payment) {
	outcomes, k := t.outcomes(r), t.cfg.Samples
	settings := rewards.Settings{Temperature: t.state.Temperature, Importance: t.cfg.ImportanceWeighting}
	paid, distortions := make([]float64, len(outcomes)), make([]float64, len(outcomes))
	for e, o := range outcomes {
		paid[e], distortions[e] = t.reward(o, settings), rewards.Distortion(o, settings.Importance)
		p.mean += paid[e] / float64(len(outcomes))
	}
	p.deviation, p.told = within(paid, k), told(outcomes)
	if spread := within(distortions, k); !math.IsNaN(spread) {
		t.state.Spread = 0.95*t.state.Spread + 0.05*spread
	}
	scale := t.rescale(p.deviation)
	advantages := make([]float64, 0, len(paid))
	for from := 0; from < len(paid); from += k {
		advantages = append(advantages, t.estimator.Advantages(paid[from:from+k])...)
	}
	for i, d := range r.decisions {
		for j := range d.actions {
			e := r.owner[i][0] + j
			d.actions[j].Advantage = advantages[e] / scale
			if r.credits != nil {
				d.actions[j].Credit = scaled(r.credits[e], rewards.Slope(t.reward, outcomes[e], settings)/float64(len(outcomes[e].Answers))/scale)
			}
		}
	}
	return p
}

// told is what the whole texts save the reader, the mean over all answers in nats a token.
func told(outcomes []rewards.Outcome) float64 {
	sum, answers := 0.0, 0.0
	for _, o := range outcomes {
		for _, a := range o.Answers {
			sum += a.None - a.Full
			answers++
		}
	}
	return sum / math.Max(1, answers)
}

// rescale follows the deviation of rewards, from the first that there is, and returns what to divide advantages by. Steps
// whose masks were all paid alike say nothing of it: if they pulled it down, the first that differ would be blown up.
func (t *Trainer) rescale(deviation float64) float64 {
	const least = 1e-9 // rewards that differ by less are equal
	switch {
	case !(deviation >= least): // nor does a reader whose losses are not numbers; that step is skipped
	case t.state.RewardScale == 0:
		t.state.RewardScale = deviation
	default:
		t.state.RewardScale = 0.95*t.state.RewardScale + 0.05*deviation
	}
	return max(t.state.RewardScale, least)
}

func scaled(values []float64, by float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = by * v
	}
	return out
}

// within is the root of the mean variance inside groups of k.
func within(values []float64, k int) float64 {
	sum := 0.0
	for from := 0; from < len(values); from += k {
		mean := 0.0
		for _, v := range values[from : from+k] {
			mean += v / float64(k)
		}
		for _, v := range values[from : from+k] {
			sum += (v - mean) * (v - mean)
		}
	}
	return math.Sqrt(sum / float64(len(values)))
}

// outcomes are what the reader made of every episode.
func (t *Trainer) outcomes(r *rollout) []rewards.Outcome {
	outcomes := make([]rewards.Outcome, len(r.texts))
	for e := range outcomes {
		task, read := r.tasks[e/t.cfg.Samples], r.losses[e/t.cfg.Samples]
		o := rewards.Outcome{Tokens: len(task.text.Tokens), Kept: env.Tokens(r.left[e], env.UnitSizes(nil, task.text.Units)), Entropy: r.entropy[e]}
		for p, none := range read[0] {
			o.Answers = append(o.Answers, rewards.Answer{
				None: none.Mean(), Full: read[1][p].Mean(), Kept: read[2+e%t.cfg.Samples][p].Mean(), Tokens: none.Tokens,
			})
		}
		outcomes[e] = o
	}
	return outcomes
}
