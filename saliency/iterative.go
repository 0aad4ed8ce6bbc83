package saliency

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/transformer"
)

// segment is how many tokens are ranked against each other, LLMLingua's own choice.
const segment = 200

// Iterative scores a token by the share of its segment that surprises less, where the model has read what was kept of
// the segments before: what repeats something that was kept is no news, and what repeats something that was dropped is.
// LLMLingua's coarse level, which drops whole demonstrations and gives parts of a prompt budgets of their own, is not
// in it: a text here is one part.
type Iterative struct{ causal }

// NewIterative ranks by a causal model. Both stay the caller's.
func NewIterative(m *transformer.Model, t token.Tokenizer) *Iterative {
	return &Iterative{newCausal(m, t)}
}

// Name says how it goes.
func (*Iterative) Name() string { return "iterative_surprisal" }

// Score ranks every token within its segment: 0 to 1.
func (s *Iterative) Score(ctx context.Context, text token.Text, rate float64) ([]float32, error) {
	own := s.tokenizer.Encode(nil, text.Bytes)
	ids := token.IDs(nil, own)
	ranks := make([]float32, 0, len(ids))
	var kept []int32
	for from := 0; from < len(ids); from += segment {
		part := ids[from:min(from+segment, len(ids))]
		prices, err := s.nats(ctx, kept, part)
		if err != nil {
			return nil, err
		}
		rank := quantiles(prices)
		for i, id := range part {
			if float64(rank[i]) >= 1-rate {
				kept = append(kept, id)
			}
		}
		ranks = append(ranks, rank...)
	}
	return Means(text, own, ranks), ctx.Err()
}

// quantiles is, for every value, the share of the values below it; equal ones in their order.
func quantiles(values []float32) []float32 {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(values[a], values[b]) })
	shares := make([]float32, len(values))
	for rank, i := range order {
		shares[i] = float32(rank) / float32(len(values))
	}
	return shares
}

// Means gives every token of a text the mean over its bytes of what the model's own tokens were given.
func Means(text token.Text, own []token.Token, values []float32) []float32 {
	whole := make([]float32, len(values))
	for i, t := range own {
		whole[i] = values[i] * float32(t.End-t.Start)
	}
	scores := gather(text, own, whole)
	for i, t := range text.Tokens {
		scores[i] /= float32(math.Max(1, float64(t.End-t.Start)))
	}
	return scores
}
