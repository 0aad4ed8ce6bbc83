package train

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/env"
	"github.com/project-sputnik/sputnik/torch"
)

// selectionRates are the rates at which agents are compared while training.
var selectionRates = []float64{0.3, 0.5}

// answersKept is the share of what is asked about held-out texts whose answer stands, whole, in what the agent keeps, over
// the selection rates: cheap, and without a reader whose taste a run could learn. Each kind of probe counts as much as
// every other.
func answersKept(ctx context.Context, a *agent.Agent, tasks []task) (float64, error) {
	kept, asked := map[string]float64{}, map[string]float64{}
	for _, rate := range selectionRates {
		for _, t := range tasks {
			scores, err := a.Score(ctx, t.text, rate)
			if err != nil {
				return 0, err
			}
			mask := env.Select(scores, t.text.Units, env.Budget(len(t.text.Tokens), rate), nil)
			left := string(t.text.Kept(env.TokenMask(mask, t.text.Units, len(t.text.Tokens))))
			for _, p := range t.Probes {
				asked[p.Kind]++
				if strings.Contains(left, p.Target) {
					kept[p.Kind]++
				}
			}
		}
	}
	share := 0.0
	for _, kind := range slices.Sorted(maps.Keys(asked)) { // in one order, or the last bits would vary
		share += kept[kind] / asked[kind] / float64(len(asked))
	}
	return share, nil
}

// supervisedValidation is the supervised loss on the held-out texts, whose labels ask no reader.
func (t *Trainer) supervisedValidation(ctx context.Context) (loss float64, err error) {
	examples, err := labelAll(ctx, byRarity{t.data.statistics}, t.data.selection, 1)
	if err != nil {
		return 0, err
	}
	middle := config.Train{RateMin: 0.5, RateMax: 0.5}
	err = torch.NoGrad(func(s *torch.Scope) error {
		loss = s.Item(supervisedLoss(s, t.agent, examples, env.Source(t.cfg.RandomSeed, 0, 0), middle))
		return nil
	})
	return loss, err
}
