package hub

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch/safetensors"
	"github.com/project-sputnik/sputnik/transformer/gguf"
)

// Description is what can be said of a model without running it.
type Description struct {
	Name         string           `json:"name"`
	Dir          string           `json:"dir"`
	Source       string           `json:"source,omitempty"`
	Revision     string           `json:"revision,omitempty"`
	License      string           `json:"license,omitempty"`
	Architecture string           `json:"architecture"`
	Parameters   int64            `json:"parameters"` // 0: the form of the weights does not say
	Types        map[string]int64 `json:"types,omitempty"`
	Bytes        int64            `json:"bytes"`
	Context      int64            `json:"context,omitempty"`
	Tokenizer    string           `json:"tokenizer,omitempty"`
	Vocabulary   int              `json:"vocabulary,omitempty"`
	ChatTemplate bool             `json:"chat_template,omitempty"`
}

// Describe says what the model of that name, or in that folder or file, is.
func Describe(name string) (Description, error) {
	at, err := Find(name)
	if err != nil {
		return Description{}, err
	}
	d := Description{Name: name, Dir: at, Types: map[string]int64{}}
	if m, err := readManifest(at); err == nil {
		d.Name, d.Source, d.Revision, d.License = m.Name, m.Source, m.Revision, m.License
	}
	info, err := os.Stat(at)
	if err != nil {
		return d, err
	}
	files := []string{at}
	if info.IsDir() {
		if files, err = filepath.Glob(filepath.Join(at, "*")); err != nil {
			return d, err
		}
	}
	for _, file := range files {
		if err := d.file(file); err != nil {
			return d, fmt.Errorf("model %s: %w", name, err)
		}
	}
	if d.Architecture == "" {
		return d, fmt.Errorf("model %s: neither config.json nor a GGUF file is there", name)
	}
	return d, nil
}

// file adds what one file tells.
func (d *Description) file(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	d.Bytes += info.Size()
	switch base := filepath.Base(path); {
	case base == "config.json":
		return d.config(path)
	case base == "tokenizer.json":
		return d.tokenizer(path)
	case strings.HasSuffix(base, ".safetensors"):
		return d.safetensors(path)
	case strings.HasSuffix(base, ".gguf"):
		return d.gguf(path)
	}
	return nil
}

func (d *Description) config(path string) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var c struct {
		Architectures []string `json:"architectures"`
		ModelType     string   `json:"model_type"`
		Positions     int64    `json:"max_position_embeddings"`
		NPositions    int64    `json:"n_positions"`
	}
	if err := json.Unmarshal(raw, &c); err != nil {
		return fmt.Errorf("config.json: %w", err)
	}
	d.Architecture, d.Context = c.ModelType, max(c.Positions, c.NPositions)
	if len(c.Architectures) > 0 {
		d.Architecture = c.Architectures[0]
	}
	return nil
}

func (d *Description) tokenizer(path string) error {
	t, err := token.Open(path)
	if err != nil {
		d.Tokenizer = "tokenizer.json, which cannot be read: " + err.Error()
		return nil // the model may still be of use with another
	}
	d.Vocabulary = t.VocabSize()
	d.Tokenizer = "byte-pair encoding"
	if _, ok := t.(*token.WordPiece); ok {
		d.Tokenizer = "WordPiece"
	}
	return nil
}

func (d *Description) safetensors(path string) error {
	f, err := safetensors.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	for _, name := range f.Names() {
		if info, ok := f.Info(name); ok {
			n := int64(1)
			for _, size := range info.Shape {
				n *= size
			}
			d.Parameters += n
			d.Types[info.DType] += n
		}
	}
	return nil
}

func (d *Description) gguf(path string) error {
	f, err := gguf.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	for _, name := range f.Names() {
		if info, ok := f.Info(name); ok {
			d.Parameters += info.Count()
			d.Types[info.Type.String()] += info.Count()
		}
	}
	arch, _ := f.Str("general.architecture")
	d.Architecture, d.ChatTemplate = arch, f.ChatTemplate() != ""
	if n, ok := f.Uint(arch + ".context_length"); ok {
		d.Context = int64(n)
	}
	if v, err := f.Vocabulary(); err == nil {
		d.Tokenizer, d.Vocabulary = strings.TrimSpace("byte-pair encoding "+v.Pre), len(v.Pieces)
	}
	return nil
}

// TypeNames lists the types of the weights, the most frequent first.
func (d Description) TypeNames() []string {
	var names []string
	for name := range d.Types {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if d.Types[a] != d.Types[b] {
			return int(min(1, max(-1, d.Types[b]-d.Types[a])))
		}
		return strings.Compare(a, b)
	})
	return names
}
