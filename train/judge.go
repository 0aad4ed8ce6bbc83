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
			j.tasks = append(j.tasks, each.Task)
			j.contexts = append(j.contexts, string(each.text.Kept(env.TokenMask(kept, each.text.Units, len(each.text.Tokens)))))
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
// each; texts whose masks either reads all alike say nothing. It is NaN where none says anything.
func (j *judged) agreement(ctx context.Context, reader probe.Reader) (float64, error) {
	losses, err := j.readBy(ctx, reader)
	if err != nil {
		return 0, err
	}
	sum, texts := 0.0, 0.0
	for from := 0; from < len(losses); from += judgedMasks {
		if r := probe.RankCorrelation(losses[from:from+judgedMasks], j.losses[from:from+judgedMasks]); !math.IsNaN(r) {
			sum += r
			texts++
		}
	}
	return sum / texts, nil
}

// judge adds to an evaluation how far the reader that pays agrees with the judge, every so many evaluations.
func (t *Trainer) judge(ctx context.Context, metrics map[string]float64) (err error) {
	if t.judged == nil {
		return nil
	}
	if t.state.Evaluations++; (t.state.Evaluations-1)%t.cfg.JudgeEvery == 0 {
		metrics["rank_agreement"], err = t.judged.agreement(ctx, t.reader)
	}
	return err
}
