package compress

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/project-sputnik/sputnik/token"
)

// A Predictor is a Scorer that knows what its scores are worth. Share is how much of a text's worth has to stay so that,
// over texts like those that it was calibrated on, a share of at least quality of what will be asked stands in what is
// kept; it is an error where nobody knows.
type Predictor interface {
	Scorer
	Worth(score float32) float64
	Share(quality float64) (float64, error)
}

// predictionRate is the rate that scores are taken at to predict with.
const predictionRate = 0.5

// rateFor is the least share of a text's tokens whose words have the worth that a quality takes: words are dropped, the
// least first, until the rest would fall below it.
func (c *Compressor) rateFor(ctx context.Context, text token.Text, quality float64, question string) (float64, error) {
	p, predicts := c.Scorer.(Predictor)
	switch {
	case !predicts:
		return 0, fmt.Errorf("min-quality: the scorer %s does not predict what is kept", c.Scorer.Name())
	case question != "":
		return 0, errors.New("min-quality is calibrated for texts whose question is not known: want one of min-quality and question")
	}
	share, err := p.Share(quality)
	if err != nil || len(text.Tokens) == 0 {
		return 1, err
	}
	scores, err := c.score(ctx, text, predictionRate, "")
	if err != nil {
		return 0, err
	}
	return KeptFor(share, text, scores, p.Worth), nil
}

// KeptFor is the share of a text's tokens that its best words take up, by their mean score, until they have a share of
// the worth of all.
func KeptFor(share float64, text token.Text, scores []float32, worth func(score float32) float64) float64 {
	type word struct {
		score, worth float64
		tokens       int
	}
	words, all := make([]word, len(text.Units)), 0.0
	for u, unit := range text.Units {
		w := word{tokens: int(unit.End - unit.First)}
		for _, s := range scores[unit.First:unit.End] {
			w.score += float64(s) / float64(w.tokens)
			w.worth += worth(s)
		}
		words[u] = w
		all += w.worth
	}
	slices.SortStableFunc(words, func(a, b word) int { return cmp.Compare(b.score, a.score) })
	kept, tokens := 0.0, 0
	for _, w := range words {
		if kept >= share*all {
			break
		}
		kept, tokens = kept+w.worth, tokens+w.tokens
	}
	return math.Min(1, float64(tokens)/float64(len(text.Tokens)))
}
