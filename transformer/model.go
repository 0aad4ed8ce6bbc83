package transformer

import (
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/torch/safetensors"
)

// Model is a causal language model with its weights.
type Model struct {
	Config  Config
	Kind    torch.Kind
	weights []torch.Tensor // in the order of Config.layout, without an untied head
	head    torch.Tensor   // [vocabulary, width]; the embedding when tied
	batch   batch          // of forests
	read    atomic.Int64   // tokens, as TokensRead has it
}

// Options choose how a model is loaded.
type Options struct {
	Kind    torch.Kind // Float32 when zero: the zero kind, UInt8, holds no weights
	Layers  int        // only the first so many; 0 keeps all
	Without []int      // layers that are left out of those, counted from 0
}

// New makes a model with normal weights of deviation .02, drawn from libtorch's generator (torch.Seed).
func New(c Config) (*Model, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	return build(c, torch.Float32, func(s *torch.Scope, w weight) (torch.Tensor, error) {
		shape := w.shape()
		switch {
		case w.ones:
			return s.Full(1, torch.Float32, shape...), nil
		case len(shape) == 1:
			return s.Zeros(torch.Float32, shape...), nil
		default:
			return s.Scale(s.Randn(torch.Float32, shape...), 0.02), nil
		}
	})
}

// build makes a model whose weights come from get.
func build(c Config, kind torch.Kind, get func(s *torch.Scope, w weight) (torch.Tensor, error)) (*Model, error) {
	if kind == torch.UInt8 {
		kind = torch.Float32
	}
	m := &Model{Config: c, Kind: kind}
	for _, w := range c.layout() {
		err := torch.NoGrad(func(s *torch.Scope) error {
			t, err := get(s, w)
			if err != nil {
				return err
			}
			torch.AssertShape(t, w.shape()...)
			m.weights = append(m.weights, s.Keep(s.Contiguous(s.To(t, kind))))
			return nil
		})
		if err != nil {
			m.Close()
			return nil, err
		}
	}
	m.head = m.weights[0]
	if !c.Tied {
		last := len(m.weights) - 1
		m.head, m.weights = m.weights[last], m.weights[:last]
	}
	return m, nil
}

// Close frees the weights.
func (m *Model) Close() {
	for _, w := range m.weights {
		w.Close()
	}
	m.head.Close()
}

// Parameters lists the weights, each under the name of its first part.
func (m *Model) Parameters() []torch.Named {
	layout := m.Config.layout()
	named := make([]torch.Named, len(layout))
	for i, w := range layout {
		named[i] = torch.Named{Name: w.parts[0].name, Tensor: m.weight(i)}
	}
	return named
}

// weight returns the tensor of layout entry i.
func (m *Model) weight(i int) torch.Tensor {
	if i < len(m.weights) {
		return m.weights[i]
	}
	return m.head
}

// Size is the number of parameters.
func (m *Model) Size() int64 {
	total := int64(0)
	for _, w := range m.Config.layout() {
		n := int64(1)
		for _, d := range w.shape() {
			n *= d
		}
		total += n
	}
	return total
}

// RequireGrad makes every weight a leaf of the autograd graph.
func (m *Model) RequireGrad() error {
	return torch.Do(func(*torch.Scope) error {
		for _, p := range m.Parameters() {
			torch.RequireGrad(p.Tensor)
		}
		return nil
	})
}

// Save writes config.json and model.safetensors to dir, in Hugging Face form.
func (m *Model) Save(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var files []torch.Named
	err := torch.NoGrad(func(s *torch.Scope) error {
		for i, w := range m.Config.layout() {
			start := int64(0)
			for _, p := range w.parts {
				t := m.weight(i)
				if len(w.parts) > 1 {
					t = s.Narrow(t, 0, start, p.shape[0])
				}
				if w.transposed {
					t = s.Transpose(t, 0, 1)
				}
				start += p.shape[0]
				files = append(files, torch.Named{Name: p.name, Tensor: s.Contiguous(t)})
			}
		}
		return torch.Save(filepath.Join(dir, "model.safetensors"), files, map[string]string{"format": "pt"})
	})
	if err != nil {
		return fmt.Errorf("save model %s: %w", dir, err)
	}
	return safetensors.WriteJSON(filepath.Join(dir, "config.json"), m.Config.hf())
}
