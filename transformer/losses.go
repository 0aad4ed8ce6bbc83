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
	for _, f := range forests(sequences, m.Config.Positions) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		flat, err := m.forestLosses(f)
		if err != nil {
			return nil, err
		}
		for _, r := range f.readings {
			losses[r.sequence], flat = flat[:r.targets:r.targets], flat[r.targets:]
		}
	}
	return losses, nil
}

// forestLosses are those of the targets, in their order.
func (m *Model) forestLosses(f *forest) (losses []float32, err error) {
	if len(f.targets) == 0 {
		return nil, nil
	}
	f.fill()
	err = torch.NoGrad(func(s *torch.Scope) error {
		tensor := func(values []int64) torch.Tensor { return torch.From(s, values, int64(len(values))) }
		hidden := s.TransformerForest(m.Config.shape(), m.weights, tensor(f.ids), tensor(f.parents), tensor(f.picked))
		hidden = s.Narrow(hidden, 0, 0, int64(len(f.targets)))
		losses = torch.Values[float32](s, s.HeadLosses(hidden, m.head, tensor(f.targets)))
		return nil
	})
	return losses, err
}
