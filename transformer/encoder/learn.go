package encoder

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/torch/safetensors"
)

// Cut leaves the first layers of a model and frees the others.
func (m *MaskedLM) Cut(layers int) error {
	c := &m.model.Config
	if layers < 1 || layers > c.Layers {
		return fmt.Errorf("cut to %d layers: the model has %d", layers, c.Layers)
	}
	prefixed := make([]string, 0, c.Layers-layers)
	for i := layers; i < c.Layers; i++ {
		prefixed = append(prefixed, fmt.Sprintf(c.names().layer, i))
	}
	var owned []torch.Tensor
	var files [][]string
	for i, t := range m.model.owned {
		if slices.ContainsFunc(prefixed, func(layer string) bool { return strings.Contains(m.model.files[i][0], layer) }) {
			t.Close()
			continue
		}
		owned, files = append(owned, t), append(files, m.model.files[i])
	}
	m.model.owned, m.model.files, m.model.layers, c.Layers = owned, files, m.model.layers[:layers], layers
	return nil
}

// RequireGrad makes every weight, those of a head too, a leaf of the autograd graph.
func (e *Encoder) RequireGrad() error {
	return torch.Do(func(*torch.Scope) error {
		for _, t := range e.model.owned {
			torch.RequireGrad(t)
		}
		return nil
	})
}

// Parameters are all weights, those of a head too, by the first of their names in the files.
func (e *Encoder) Parameters() []torch.Named {
	named := make([]torch.Named, len(e.model.owned))
	for i, t := range e.model.owned {
		named[i] = torch.Named{Name: e.model.files[i][0], Tensor: t}
	}
	return named
}

// tokenizerFiles are what Hugging Face folders call the parts of a tokenizer.
var tokenizerFiles = []string{"tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt", "vocab.txt", "sentencepiece.bpe.model"}

// Save writes the model to dir in Hugging Face form: its weights by the names that they were read by, and the tokenizer of
// the folder that they came from.
func (m *MaskedLM) Save(dir string) error { return m.save(dir, nil) }

// Save writes the classifier to dir, as OpenClassifier and transformers read it.
func (c *Classifier) Save(dir string) error {
	names, ids := map[string]string{}, map[string]int{}
	for i, label := range c.Labels {
		names[strconv.Itoa(i)], ids[label] = label, i
	}
	architecture := classifierNames[c.model.Config.Family] + classifying
	return c.save(dir, map[string]any{"architectures": []string{architecture}, "id2label": names, "label2id": ids})
}

// classifierNames are how transformers calls the families in the name of an architecture.
var classifierNames = map[string]string{BERT: "Bert", RoBERTa: "Roberta", XLMRoBERTa: "XLMRoberta", DistilBERT: "DistilBert"}

// save writes weights, configuration, with what differs from that of the folder they came from, and tokenizer.
func (e *Encoder) save(dir string, differs map[string]any) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("save encoder: %w", err)
	}
	err := torch.NoGrad(func(s *torch.Scope) error {
		var all []torch.Named
		for i, t := range e.model.owned {
			rows := t.Size(0) / int64(len(e.model.files[i]))
			for part, name := range e.model.files[i] {
				all = append(all, torch.Named{Name: name, Tensor: s.Contiguous(s.Narrow(t, 0, int64(part)*rows, rows))})
			}
		}
		return torch.Save(filepath.Join(dir, "model.safetensors"), all, map[string]string{"format": "pt"})
	})
	if err == nil {
		err = e.saveConfig(filepath.Join(dir, "config.json"), differs)
	}
	if err == nil {
		err = e.copyFiles(dir)
	}
	if err != nil {
		return fmt.Errorf("save encoder %s: %w", dir, err)
	}
	return nil
}

// saveConfig writes the folder's configuration with as many layers as are left.
func (e *Encoder) saveConfig(path string, differs map[string]any) error {
	raw, err := os.ReadFile(filepath.Join(e.dir, "config.json"))
	if err != nil {
		return err
	}
	said := map[string]any{}
	if err := json.Unmarshal(raw, &said); err != nil {
		return err
	}
	layers := "num_hidden_layers"
	if e.model.Config.Family == DistilBERT {
		layers = "n_layers"
	}
	said[layers] = e.model.Config.Layers
	maps.Copy(said, differs)
	return safetensors.WriteJSON(path, said)
}

func (e *Encoder) copyFiles(dir string) error {
	for _, name := range tokenizerFiles {
		raw, err := os.ReadFile(filepath.Join(e.dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = safetensors.Atomically(filepath.Join(dir, name), func(w io.Writer) error {
				_, err := w.Write(raw)
				return err
			})
		}
		if err != nil {
			return err
		}
	}
	return nil
}
