package transformer

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

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

func (g *ggufSource) Has(name string) bool { return g.names[name] }

func (g *ggufSource) Load(s *torch.Scope, name string) (torch.Tensor, error) {
	values, shape, err := g.model.Float32s(name)
	if err != nil {
		return torch.Tensor{}, err
	}
	return torch.From(s, values, shape...), nil
}

func (g *ggufSource) Close() { g.file.Close() }

// Tokenizer finds the tokenizer of a model's folder or GGUF file, or is that of a tokenizer.json: what the folder holds
// of tokenizer.json and GPT-2's two files, or what the GGUF file holds.
func Tokenizer(path string) (token.Tokenizer, error) {
	file, err := ggufOf(path)
	if err != nil {
		return nil, err
	}
	if file == "" {
		return token.Open(path)
	}
	f, err := gguf.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.Tokenizer()
}

// TokenizerFiles is what a folder must hold, by file name, so that Tokenizer finds in it the tokenizer that it finds in
// path. That of a GGUF file becomes a tokenizer.json.
func TokenizerFiles(path string) (map[string][]byte, error) {
	file, err := ggufOf(path)
	if err != nil {
		return nil, err
	}
	if file != "" {
		return ggufTokenizer(file)
	}
	if stat, err := os.Stat(path); err == nil && !stat.IsDir() {
		raw, err := os.ReadFile(path)
		return map[string][]byte{"tokenizer.json": raw}, err
	}
	for _, names := range [][]string{{"tokenizer.json"}, {"encoder.json", "vocab.bpe"}, {"vocab.json", "merges.txt"}} {
		files := map[string][]byte{}
		for _, name := range names {
			if raw, err := os.ReadFile(filepath.Join(path, name)); err == nil {
				files[name] = raw
			}
		}
		if len(files) == len(names) {
			return files, nil
		}
	}
	return nil, fmt.Errorf("%s holds no tokenizer", path)
}

func ggufTokenizer(file string) (map[string][]byte, error) {
	f, err := gguf.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	v, err := f.Vocabulary()
	if err != nil {
		return nil, err
	}
	raw, err := v.JSON()
	return map[string][]byte{"tokenizer.json": raw}, err
}

// ggufOf is the GGUF file that holds the tokenizer of a path, or "" where its own files do.
func ggufOf(path string) (string, error) {
	if stat, err := os.Stat(path); err != nil || !stat.IsDir() {
		if err == nil && strings.HasSuffix(path, ".gguf") {
			return path, nil
		}
		return "", nil // token.Open says what is wrong with it
	}
	for _, own := range []string{"tokenizer.json", "vocab.bpe", "merges.txt"} {
		if _, err := os.Stat(filepath.Join(path, own)); err == nil {
			return "", nil
		}
	}
	files, err := filepath.Glob(filepath.Join(path, "*.gguf"))
	if err == nil && len(files) != 1 {
		err = fmt.Errorf("%s has neither tokenizer.json nor one GGUF file", path)
	}
	if err != nil {
		return "", err
	}
	return files[0], nil
}
