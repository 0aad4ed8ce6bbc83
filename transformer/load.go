package transformer

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

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
	kept, err := keptLayers(c.Layers, options)
	if err != nil {
		return nil, fmt.Errorf("load model %s: %w", path, err)
	}
	if c.Pruned != nil {
		c.Pruned = pick(c.Pruned, kept)
	}
	c.Layers, from = len(kept), renumbered{from, kept}
	m, err := build(c, options.Kind, func(s *torch.Scope, w weight) (torch.Tensor, error) { return gather(s, from, w) })
	if err != nil {
		return nil, fmt.Errorf("load model %s: %w", path, err)
	}
	return m, nil
}

// keptLayers are the layers of a file that a model is made of, in their order.
func keptLayers(layers int, options Options) ([]int, error) {
	if options.Layers > 0 {
		layers = min(layers, options.Layers)
	}
	var kept []int
	for i := range layers {
		if !slices.Contains(options.Without, i) {
			kept = append(kept, i)
		}
	}
	for _, i := range options.Without {
		if i < 0 || i >= layers {
			return nil, fmt.Errorf("no layer %d to leave out: there are %d, counted from 0", i, layers)
		}
	}
	if len(kept) == 0 {
		return nil, fmt.Errorf("none of %d layers is left", layers)
	}
	return kept, nil
}

// pick takes the places of a list.
func pick[T any](all []T, places []int) (picked []T) {
	for _, i := range places {
		picked = append(picked, all[i])
	}
	return picked
}

// renumbered is a source whose i-th layer is the kept[i]-th of another.
type renumbered struct {
	source
	kept []int
}

var layerName = regexp.MustCompile(`^((?:transformer\.)?h\.|model\.layers\.)(\d+)\.`)

func (r renumbered) name(name string) string {
	at := layerName.FindStringSubmatchIndex(name)
	if at == nil {
		return name
	}
	i, err := strconv.Atoi(name[at[4]:at[5]])
	if err != nil || i >= len(r.kept) {
		return name
	}
	return name[:at[4]] + strconv.Itoa(r.kept[i]) + name[at[5]:]
}

func (r renumbered) Load(s *torch.Scope, name string) (torch.Tensor, error) {
	return r.source.Load(s, r.name(name))
}

func (r renumbered) Has(name string) bool { return r.source.Has(r.name(name)) }

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
