package train

import (
	"context"
	"math"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/env"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/reconstructor"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
)

// judgedMasks is how many masks of a text a judge reads, at one rate.
const judgedMasks = 8

// judged is masks of held-out texts and what a judge, a reader whose word counts for more, lost on each. Whoever pays should
// put the masks of a text in the judge's order.
type judged struct {
	tasks    []probe.Task // judgedMasks of each text, side by side
	contexts []string
	losses   []float64
	missing  []float64 // of the answers in each mask, by rarity: what anybody sees who reads nothing
}

// makeJudge opens the judge that is named, if one is.
func (t *Trainer) makeJudge(ctx context.Context) error {
	if t.cfg.Judge == "" {
		return nil
	}
	judge, err := reconstructor.Open(t.cfg.Judge, torch.Fast(), 0)
	if err != nil {
		return config.Usagef("judge: %w", err)
	}
	t.close = append(t.close, judge.Close)
	return t.appoint(ctx, judge)
}

// appoint makes a reader the judge, and has it read random masks, once and for all: they stay the same, and so does the judge.
func (t *Trainer) appoint(ctx context.Context, judge probe.Reader) (err error) {
	t.judge = judge
	t.randomMasks, err = t.judgeMasks(ctx, 0, func(text token.Text, _ float64) ([]float32, error) {
		return make([]float32, len(text.Units)), nil
	})
	return err
}

// judgeMasks has the judge read masks that are drawn, at the temperature that the run begins with, around the scores of the
// words of a text at a rate.
func (t *Trainer) judgeMasks(ctx context.Context, set int, scores func(text token.Text, rate float64) ([]float32, error)) (*judged, error) {
	var j judged
	for i, each := range t.data.selection[:min(t.cfg.JudgeTexts, len(t.data.selection))] {
		random := env.Source(t.cfg.RandomSeed, set, 1<<17+i)
		sizes := env.UnitSizes(nil, each.text.Units)
		rate := t.cfg.RateMin + (t.cfg.RateMax-t.cfg.RateMin)*random.Float64()
		around, err := scores(each.text, rate)
		if err != nil {
			return nil, err
		}
		for range judgedMasks {
			kept := env.Choose(env.Perturb(nil, around, t.cfg.GumbelInit, random), sizes, env.Budget(len(each.text.Tokens), rate), nil)
			mask, missing := env.TokenMask(kept, each.text.Units, len(each.text.Tokens)), 0.0
			for _, p := range each.Probes {
				missing -= AnswerKept(t.data.statistics, each.text, p, mask)
			}
			j.tasks, j.missing = append(j.tasks, each.Task), append(j.missing, missing)
			j.contexts = append(j.contexts, string(each.text.Kept(mask)))
		}
	}
	var err error
	j.losses, err = j.readBy(ctx, t.judge)
	return &j, err
}

// scores are the agent's of the words of a text at a rate.
func (t *Trainer) scores(text token.Text, rate float64) (scores []float32, err error) {
	err = torch.NoGrad(func(s *torch.Scope) error {
		units, _ := unitScores(s, t.agent, []decision{{text: text, rate: rate}})
		scores = torch.Values[float32](s, units)
		return nil
	})
	return scores, err
}

// readBy is what a reader loses on every mask, summed over its probes.
func (j *judged) readBy(ctx context.Context, reader probe.Reader) ([]float64, error) {
	losses, err := probe.Read(ctx, reader, j.tasks, j.contexts)
	return probe.Sum(losses), err
}

// agreement is the mean over texts of the rank correlation between what a reader and what the judge lost on the masks of
// each, with a bootstrap interval over texts; texts whose masks either reads all alike say nothing. It is NaN where none
// says anything.
func (j *judged) agreement(losses []float64) probe.Interval {
	var each []float64
	for from := 0; from < len(losses); from += judgedMasks {
		if r := probe.RankCorrelation(losses[from:from+judgedMasks], j.losses[from:from+judgedMasks]); !math.IsNaN(r) {
			each = append(each, r)
		}
	}
	interval, err := probe.Bootstrap{}.Mean(each)
	if err != nil {
		return probe.Interval{Value: math.NaN(), Low: math.NaN(), High: math.NaN()}
	}
	return interval
}

// consult adds to an evaluation how far the reader that pays agrees with the judge, every so many evaluations, and how far
// somebody would who only looks whether the answers are there: about random masks, and about such as the agent now draws.
func (t *Trainer) consult(ctx context.Context, metrics map[string]float64) error {
	if t.judge == nil {
		return nil
	}
	if t.state.Evaluations++; (t.state.Evaluations-1)%t.cfg.JudgeEvery != 0 {
		return nil
	}
	drawn, err := t.judgeMasks(ctx, t.state.Evaluations, t.scores)
	if err != nil {
		return err
	}
	for masks, j := range map[string]*judged{"": t.randomMasks, "_drawn": drawn} {
		losses, err := j.readBy(ctx, t.reader)
		if err != nil {
			return err
		}
		for name, losses := range map[string][]float64{"rank_agreement": losses, "answers_agreement": j.missing} {
			is := j.agreement(losses)
			metrics[name+masks], metrics[name+masks+"_low"], metrics[name+masks+"_high"] = is.Value, is.Low, is.High
		}
	}
	return nil
}
