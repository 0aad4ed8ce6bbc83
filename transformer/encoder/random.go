package encoder

import (
	"fmt"

	"github.com/project-sputnik/sputnik/torch"
)

// New makes a model of a shape with random weights, drawn from libtorch's generator (torch.Seed): to measure what a
// forward pass costs.
func New(c Config) (*Model, error) {
	if err := c.Check(); err != nil {
		return nil, fmt.Errorf("new encoder: %w", err)
	}
	m := &Model{Config: c}
	err := torch.NoGrad(func(s *torch.Scope) error {
		m.build(func(shape []int64, parts ...string) torch.Tensor {
			shape[0] *= int64(len(parts))
			t := s.Keep(s.Scale(s.Randn(torch.Float32, shape...), 0.02)) // as BERT is initialised
			m.owned = append(m.owned, t)
			return t
		})
		return nil
	})
	if err != nil {
		m.Close()
		return nil, fmt.Errorf("new encoder: %w", err)
	}
	return m, nil
}
