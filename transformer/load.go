package transformer

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/transformer/weights"
)

// source is where weights come from, by their Hugging Face names.
type source interface {
	Load(s *torch.Scope, name string) (torch.Tensor, error)
	Has(name string) bool
	Close()
}

// Load reads a Hugging Face folder or a GGUF file.
func Load(path string, options Options) (*Model, error) {
	stat, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("load model: %w", err)
	}
	var c Config
	var from source
	if stat.IsDir() {
		if gguf, _ := filepath.Glob(filepath.Join(path, "*.gguf")); len(gguf) == 1 {
			c, from, err = openGGUF(gguf[0])
		} else {
			c, from, err = openFolder(path)
		}
	} else {
		c, from, err = openGGUF(path)
	}
	if err != nil {
		return nil, fmt.Errorf("load model %s: %w", path, err)
	}
	defer from.Close()
	if options.Layers > 0 {
		c.Layers = min(c.Layers, options.Layers)
	}
	m, err := build(c, options.Kind, func(s *torch.Scope, w weight) (torch.Tensor, error) { return gather(s, from, w) })
	if err != nil {
		return nil, fmt.Errorf("load model %s: %w", path, err)
	}
	return m, nil
}

// gather loads the parts of a weight and joins them.
func gather(s *torch.Scope, from source, w weight) (torch.Tensor, error) {
	parts := make([]torch.Tensor, len(w.parts))
	for i, p := range w.parts {
		name := p.name
		if !from.Has(name) && from.Has("transformer."+name) { // GPT-2 with its head
			name = "transformer." + name
		}
		t, err := from.Load(s, name)
		if err != nil {
			return torch.Tensor{}, err
		}
		if w.transposed {
			t = s.Transpose(t, 0, 1)
		}
		parts[i] = t
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return s.Cat(0, parts...), nil
}

func openFolder(dir string) (Config, source, error) {
	c, err := readConfig(dir)
	if err != nil {
		return c, nil, err
	}
	from, err := weights.Open(dir)
	return c, from, err
}
