package agent

import (
	"fmt"
	"math"

	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
)

// Agent is a policy with its weights, tokenizer and statistics.
type Agent struct {
	Config
	tokenizer  token.Tokenizer
	statistics *Statistics
	plain      *plain // the weights in Go's memory, for scoring without libtorch
	weights    []torch.Named
	static     torch.Tensor
	fused      *torch.Policy // the weights as libtorch's forward reads them; nil in training, and without libtorch
	pool       pool
	quality    *Quality // nil where nobody calibrated the agent
}

// weightShapes lists the trained weights in the order of the fused forward, without the static features, which follow
// the embedding there.
func (c Config) weightShapes() (names []string, shapes [][]int64) {
	hidden := int64(c.Hidden)
	add := func(name string, shape ...int64) { names, shapes = append(names, name), append(shapes, shape) }
	add("embedding.weight", int64(c.rows()), int64(c.Embedding))
	add("input.weight", hidden, int64(c.Embedding+staticFeatures+c.dynamics()))
	add("input.bias", hidden)
	for i := range c.Layers {
		at := fmt.Sprintf("blocks.%d.", i)
		add(at+"norm.weight", hidden)
		add(at+"norm.bias", hidden)
		add(at+"conv.weight", hidden, 3*hidden) // taps before, at and after the token
		add(at+"conv.bias", hidden)
	}
	add("head.weight", 1, hidden)
	add("head.bias", 1)
	return names, shapes
}

// New makes an agent with fresh weights, drawn from libtorch's generator (torch.Seed).
func New(c Config, t token.Tokenizer, statistics *Statistics) (*Agent, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	if err := c.Matches(t); err != nil {
		return nil, err
	}
	a := &Agent{Config: c, tokenizer: t, statistics: statistics}
	names, shapes := c.weightShapes()
	err := torch.NoGrad(func(s *torch.Scope) error {
		for i, shape := range shapes {
			a.weights = append(a.weights, torch.Named{Name: names[i], Tensor: s.Keep(initial(s, names[i], shape))})
		}
		a.static = s.Keep(torch.From(s, statics(t, statistics), int64(c.Vocabulary), staticFeatures))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("new agent: %w", err)
	}
	return a, nil
}

// initial is normal with deviation 1/sqrt(inputs) for matrices, 1 for the scale of a norm, 0 for biases and the head,
// so that a fresh policy is indifferent.
func initial(s *torch.Scope, name string, shape []int64) torch.Tensor {
	switch {
	case name == "head.weight" || len(shape) == 1 && name[len(name)-4:] == "bias":
		return s.Zeros(torch.Float32, shape...)
	case len(shape) == 1:
		return s.Full(1, torch.Float32, shape...)
	case name == "embedding.weight":
		return s.Scale(s.Randn(torch.Float32, shape...), 0.3)
	default:
		return s.Scale(s.Randn(torch.Float32, shape...), 1/math.Sqrt(float64(shape[1])))
	}
}

// Name is what a result says made its scores.
func (a *Agent) Name() string { return "agent" }

// Tokenizer is the one whose tokens Score takes.
func (a *Agent) Tokenizer() token.Tokenizer { return a.tokenizer }

// Statistics is what the agent knows of the language.
func (a *Agent) Statistics() *Statistics { return a.statistics }

// Parameters lists the trained weights.
func (a *Agent) Parameters() []torch.Named { return a.weights }

// Size is the number of trained parameters.
func (a *Agent) Size() int64 {
	total := int64(0)
	_, shapes := a.weightShapes()
	for _, shape := range shapes {
		n := int64(1)
		for _, d := range shape {
			n *= d
		}
		total += n
	}
	return total
}

// RequireGrad makes every weight a leaf of the autograd graph.
func (a *Agent) RequireGrad() error {
	return torch.Do(func(*torch.Scope) error {
		for _, w := range a.weights {
			torch.RequireGrad(w.Tensor)
		}
		return nil
	})
}

// Close frees the weights once nobody scores.
func (a *Agent) Close() {
	a.pool.wait()
	if a.fused != nil {
		a.fused.Close()
	}
	for _, w := range a.weights {
		w.Tensor.Close()
	}
	a.static.Close()
}
