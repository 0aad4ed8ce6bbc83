package train

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/env"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
)

// selectionRates are the rates at which agents are compared while training.
var selectionRates = []float64{0.3, 0.5}

// scorer ranks the tokens of a text: an agent, or who teaches it.
type scorer interface {
	Score(ctx context.Context, text token.Text, rate float64) ([]float32, error)
}

// answersKept is the share of the answers about held-out texts that stands in what the agent keeps, over the selection
// rates: cheap, and without a reader whose taste a run could learn. A part of an answer counts for as much as its tokens
// are rare; each kind of probe counts as much as every other.
func answersKept(ctx context.Context, by scorer, language *agent.Statistics, tasks []task) (float64, error) {
	kept, asked := map[string]float64{}, map[string]float64{}
	for _, rate := range selectionRates {
		for _, t := range tasks {
			scores, err := by.Score(ctx, t.text, rate)
			if err != nil {
				return 0, err
			}
			mask := env.Select(scores, t.text.Units, env.Budget(len(t.text.Tokens), rate), nil)
			tokens := env.TokenMask(mask, t.text.Units, len(t.text.Tokens))
			for _, p := range t.Probes {
				asked[p.Kind]++
				kept[p.Kind] += AnswerKept(language, t.text, p, tokens)
			}
		}
	}
	share := 0.0
	for _, kind := range slices.Sorted(maps.Keys(asked)) { // in one order, or the last bits would vary
		share += kept[kind] / asked[kind] / float64(len(asked))
	}
	return share, nil
}

// AnswerKept is the share of an answer in what a mask of tokens keeps: all of it where it stands whole anywhere, else what
// is left of its first place, by rarity.
func AnswerKept(language *agent.Statistics, text token.Text, p probe.Probe, mask []bool) float64 {
	if strings.Contains(string(text.Kept(mask)), p.Target) {
		return 1
	}
	kept, all := 0.0, 0.0
	answer, _ := probe.First(string(text.Bytes), p.Target)
	for _, i := range overlapping(text.Tokens, answer) {
		rarity := float64(language.Rarity(text.Tokens[i].ID))
		all += rarity
		if mask[i] {
			kept += rarity
		}
	}
	if all == 0 {
		return 0
	}
	return kept / all
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
