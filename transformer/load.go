package transformer

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/torch/pickle"
	"github.com/project-sputnik/sputnik/torch/safetensors"
)

// source is where weights come from, by their Hugging Face names.
type source interface {
	load(s *torch.Scope, name string) (torch.Tensor, error)
	has(name string) bool
	close()
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
	defer from.close()
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
		if !from.has(name) && from.has("transformer."+name) { // GPT-2 with its head
			name = "transformer." + name
		}
		t, err := from.load(s, name)
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
	if _, err := os.Stat(filepath.Join(dir, "model.safetensors.index.json")); err == nil {
		from, err := openShards(dir)
		return c, from, err
	}
	if path := filepath.Join(dir, "model.safetensors"); exists(path) {
		file, err := safetensors.Open(path)
		return c, shards{"": file}.all(), err
	}
	if path := filepath.Join(dir, "pytorch_model.bin"); exists(path) {
		tensors, err := pickle.Open(path)
		return c, pickled(tensors), err
	}
	return c, nil, fmt.Errorf("neither model.safetensors, its index, pytorch_model.bin nor one GGUF file is there")
}

func exists(path string) bool { _, err := os.Stat(path); return err == nil }

// shards is a set of safetensors files by file name.
type shards map[string]*safetensors.File

// sharded knows which file holds a tensor.
type sharded struct {
	files shards
	where map[string]*safetensors.File
}

func (f shards) all() *sharded {
	from := &sharded{f, map[string]*safetensors.File{}}
	for _, file := range f {
		if file == nil {
			continue
		}
		for _, name := range file.Names() {
			from.where[name] = file
		}
	}
	return from
}

func openShards(dir string) (*sharded, error) {
	path := filepath.Join(dir, "model.safetensors.index.json")
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var index struct {
		WeightMap map[string]string `json:"weight_map"`
	}
	if err := json.Unmarshal(raw, &index); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	files := shards{}
	for _, name := range index.WeightMap {
		if files[name] != nil {
			continue
		}
		if name != filepath.Base(name) || !strings.HasSuffix(name, ".safetensors") {
			files.all().close()
			return nil, fmt.Errorf("%s names %q, which is no file beside it", path, name)
		}
		if files[name], err = safetensors.Open(filepath.Join(dir, name)); err != nil {
			delete(files, name)
			files.all().close()
			return nil, err
		}
	}
	return files.all(), nil
}

func (f *sharded) has(name string) bool { return f.where[name] != nil }

func (f *sharded) load(s *torch.Scope, name string) (torch.Tensor, error) {
	file := f.where[name]
	if file == nil {
		return torch.Tensor{}, fmt.Errorf("no tensor %q", name)
	}
	return s.Load(file, name)
}

func (f *sharded) close() {
	for _, file := range f.files {
		if file != nil {
			file.Close()
		}
	}
}

// pickled is what a pytorch_model.bin held.
type pickled map[string]torch.Tensor

func (p pickled) has(name string) bool { return p[name].Defined() }

func (p pickled) load(s *torch.Scope, name string) (torch.Tensor, error) {
	if !p.has(name) {
		return torch.Tensor{}, fmt.Errorf("no tensor %q", name)
	}
	return p[name], nil
}

func (p pickled) close() {
	for _, t := range p {
		t.Close()
	}
}
