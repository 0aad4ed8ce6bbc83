package train

import (
	"context"
	"math"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/env"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/reconstructor"
	"github.com/project-sputnik/sputnik/torch"
)

const (
	judgedTexts = 32 // held-out texts that a judge reads
	judgedMasks = 8  // random masks of each, at one rate
)

// judged is what a judge, a reader whose word counts for more, lost on random masks of held-out texts. Whoever pays
// should put the masks of a text in the judge's order.
type judged struct {
	tasks    []probe.Task // judgedMasks of each text, side by side
	contexts []string
	losses   []float64
	missing  []float64 // of the answers in each mask, by rarity: what anybody sees who reads nothing
}

// makeJudge has the judge read, once and for all: the masks stay the same, and so does the judge.
func (t *Trainer) makeJudge(ctx context.Context) error {
	if t.cfg.Judge == "" {
		return nil
	}
	judge, err := reconstructor.Open(t.cfg.Judge, torch.Fast(), 0)
	if err != nil {
		return config.Usagef("judge: %w", err)
	}
	defer judge.Close()
	return t.judgedBy(ctx, judge)
}

// judgedBy has a reader read random masks of the held-out texts.
func (t *Trainer) judgedBy(ctx context.Context, judge probe.Reader) (err error) {
	var j judged
	for i, each := range t.data.selection[:min(judgedTexts, len(t.data.selection))] {
		random := env.Source(t.cfg.RandomSeed, 0, 1<<17+i)
		sizes := env.UnitSizes(nil, each.text.Units)
		budget := env.Budget(len(each.text.Tokens), t.cfg.RateMin+(t.cfg.RateMax-t.cfg.RateMin)*random.Float64())
		for range judgedMasks {
			kept := env.Choose(env.Perturb(nil, make([]float32, len(sizes)), 1, random), sizes, budget, nil)
			mask, missing := env.TokenMask(kept, each.text.Units, len(each.text.Tokens)), 0.0
			for _, p := range each.Probes {
				missing -= AnswerKept(t.data.statistics, each.text, p, mask)
			}
			j.tasks, j.missing = append(j.tasks, each.Task), append(j.missing, missing)
			j.contexts = append(j.contexts, string(each.text.Kept(mask)))
		}
	}
	j.losses, err = j.readBy(ctx, judge)
	t.judged = &j
	return err
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

// judge adds to an evaluation how far the reader that pays agrees with the judge, every so many evaluations, and how far
// somebody would who only looks whether the answers are there.
func (t *Trainer) judge(ctx context.Context, metrics map[string]float64) error {
	if t.judged == nil {
		return nil
	}
	if t.state.Evaluations++; (t.state.Evaluations-1)%t.cfg.JudgeEvery != 0 {
		return nil
	}
	losses, err := t.judged.readBy(ctx, t.reader)
	if err != nil {
		return err
	}
	for name, losses := range map[string][]float64{"rank_agreement": losses, "answers_agreement": t.judged.missing} {
		is := t.judged.agreement(losses)
		metrics[name], metrics[name+"_low"], metrics[name+"_high"] = is.Value, is.Low, is.High
	}
	return nil
}
