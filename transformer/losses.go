package transformer

import (
	"context"
	"math"

	"github.com/project-sputnik/sputnik/torch"
)

// Sequence is a prompt and what follows it.
type Sequence struct {
	Prompt, Target []int32
}

// ropeFrequencies are theta^(-2i/d) for i = 0 .. d/2-1, in radians a position.
func ropeFrequencies(c Config) []float32 {
	frequencies := make([]float32, c.HeadDim/2)
	for i := range frequencies {
		frequencies[i] = float32(math.Pow(c.RopeTheta, -2*float64(i)/float64(c.HeadDim)))
	}
	return frequencies
}

// Losses returns, for every sequence, the nats of each target token: -log p(target_i | prompt, target_<i). Sequences that
// begin alike share the reading of their beginning; what a sequence costs depends on it alone, up to rounding. One that is
// longer than the model's positions keeps the end of its prompt.
func (m *Model) Losses(ctx context.Context, sequences []Sequence) ([][]float32, error) {
	losses := make([][]float32, len(sequences))
	all := forests(sequences, m.Config.Positions)
	err := m.batch.each(len(all), m.room(all), func(from, to int) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		flat, err := m.forestLosses(all[from:to])
		if err != nil {
			return err
		}
		for _, f := range all[from:to] {
			m.read.Add(int64(len(f.ids)))
			for _, r := range f.readings {
				losses[r.sequence], flat = flat[:r.targets:r.targets], flat[r.targets:]
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return losses, nil
}

// TokensRead counts the tokens that Losses and frozen graphs have read, those of a shared beginning once.
func (m *Model) TokensRead() int64 { return m.read.Load() }

// forestLosses are those of the targets, in their order.
func (m *Model) forestLosses(forests []*forest) (losses []float32, err error) {
	all := newStand(forests)
	n := int64(len(all.targets))
	if n == 0 {
		return nil, nil
	}
	err = torch.NoGrad(func(s *torch.Scope) error {
		rows := func(values []int64) torch.Tensor { return torch.From(s, values, int64(all.rows), int64(all.length)) }
		picked := torch.From(s, all.picked, int64(len(all.picked)))
		hidden := s.TransformerForest(m.Config.shape(), m.weights, rows(all.ids), rows(all.parents), picked)
		losses = torch.Values[float32](s, s.HeadLosses(s.Narrow(hidden, 0, 0, n), m.head, torch.From(s, all.targets, n)))
		return nil
	})
	return losses, err
}
