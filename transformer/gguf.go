package transformer

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/transformer/gguf"
)

// ggufSource is a GGUF file seen as the Hugging Face folder that it was made from.
type ggufSource struct {
	file  *gguf.File
	model *gguf.Model
	names map[string]bool
}

func openGGUF(path string) (Config, source, error) {
	file, err := gguf.Open(path)
	if err != nil {
		return Config{}, nil, err
	}
	from := &ggufSource{file: file, names: map[string]bool{}}
	c, err := from.read()
	if err != nil {
		file.Close()
		return Config{}, nil, err
	}
	return c, from, nil
}

func (g *ggufSource) read() (c Config, err error) {
	if g.model, err = g.file.HuggingFace(); err != nil {
		return c, err
	}
	for _, name := range g.model.Names {
		g.names[name] = true
	}
	raw, err := json.Marshal(g.model.Config)
	if err != nil {
		return c, err
	}
	var hf hfConfig
	if err := json.Unmarshal(raw, &hf); err != nil {
		return c, fmt.Errorf("configuration: %w", err)
	}
	c = hf.config()
	return c, c.Check()
}

func (g *ggufSource) has(name string) bool { return g.names[name] }

func (g *ggufSource) load(s *torch.Scope, name string) (torch.Tensor, error) {
	values, shape, err := g.model.Float32s(name)
	if err != nil {
		return torch.Tensor{}, err
	}
	return torch.From(s, values, shape...), nil
}

func (g *ggufSource) close() { g.file.Close() }

// Tokenizer finds the tokenizer of a model's folder or GGUF file: its tokenizer.json, GPT-2's two files, or what the
// GGUF file holds.
func Tokenizer(path string) (token.Tokenizer, error) {
	if file := filepath.Join(path, "tokenizer.json"); exists(file) {
		return token.Open(file)
	}
	files, _ := filepath.Glob(filepath.Join(path, "*.gguf"))
	if stat, err := os.Stat(path); err == nil && !stat.IsDir() {
		files = []string{path}
	}
	if len(files) != 1 {
		return nil, fmt.Errorf("%s has neither tokenizer.json nor one GGUF file", path)
	}
	file, err := gguf.Open(files[0])
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return file.Tokenizer()
}
