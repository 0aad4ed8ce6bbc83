package encoder

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/transformer/hub"
	"github.com/project-sputnik/sputnik/transformer/weights"
)

// Classifier is an encoder with a head that gives every token a class: BertForTokenClassification,
// XLMRobertaForTokenClassification and their kin.
type Classifier struct {
	*Encoder
	Labels []string // by class
	head   affine   // [labels, width]
}

// OpenClassifier loads a token classifier by name or from a folder.
func OpenClassifier(nameOrDir string) (*Classifier, error) {
	dir, err := hub.Find(nameOrDir)
	if err != nil {
		return nil, err
	}
	c := &Classifier{}
	if c.Labels, err = readLabels(dir); err != nil {
		return nil, fmt.Errorf("open token classifier %s: %w", nameOrDir, err)
	}
	if c.Encoder, err = Open(dir); err != nil {
		return nil, err
	}
	width := c.model.Config.Width
	err = c.model.readHead(dir, func(t tensors) { c.head = t.linear(width, len(c.Labels), "classifier") })
	if err != nil {
		c.Close()
		return nil, fmt.Errorf("open token classifier %s: %w", nameOrDir, err)
	}
	return c, nil
}

// NewClassifier gives an encoder, by name or from a folder, a head that knows nothing yet: with the given biases, one a
// label, and no weights it says the same of every token.
func NewClassifier(nameOrDir string, labels []string, biases []float32) (*Classifier, error) {
	e, err := Open(nameOrDir)
	if err != nil {
		return nil, err
	}
	c := &Classifier{Encoder: e, Labels: labels}
	e.model.prefixNames()
	width := int64(e.model.Config.Width)
	err = torch.Do(func(s *torch.Scope) error {
		own := func(name string, values []float32, shape ...int64) torch.Tensor {
			t := s.Keep(torch.From(s, values, shape...))
			e.model.owned, e.model.files = append(e.model.owned, t), append(e.model.files, []string{name})
			return t
		}
		n := int64(len(labels))
		c.head = affine{own("classifier.weight", make([]float32, n*width), n, width), own("classifier.bias", biases, n)}
		return nil
	})
	if err != nil {
		e.Close()
		return nil, err
	}
	return c, nil
}

// Logits are the scores of every class: ids [batch, length], mask as of Hidden -> [batch, length, labels].
func (c *Classifier) Logits(s *torch.Scope, ids, mask torch.Tensor) torch.Tensor {
	return s.Linear(c.model.Hidden(s, ids, mask), c.head.weight, c.head.bias)
}

// MaskedLM is an encoder with the head that it learned to fill in masked words with: BertForMaskedLM and its kin.
type MaskedLM struct {
	*Encoder
	Mask  int32 // the id that stands for a masked word
	dense affine
	norm  affine
	bias  torch.Tensor // [vocabulary]
}

// maskedNames are what the families call the parts of the head; the table of words is its last product.
var maskedNames = map[string]struct{ dense, norm, bias string }{
	BERT:       {"cls.predictions.transform.dense", "cls.predictions.transform.LayerNorm", "cls.predictions.bias"},
	RoBERTa:    {"lm_head.dense", "lm_head.layer_norm", "lm_head.bias"},
	XLMRoBERTa: {"lm_head.dense", "lm_head.layer_norm", "lm_head.bias"},
	DistilBERT: {"vocab_transform", "vocab_layer_norm", "vocab_projector.bias"},
}

// OpenMaskedLM loads an encoder with its masked-LM head by name or from a folder.
func OpenMaskedLM(nameOrDir string) (*MaskedLM, error) {
	e, err := Open(nameOrDir)
	if err != nil {
		return nil, err
	}
	m, c := &MaskedLM{Encoder: e}, e.model.Config
	var known bool
	if m.Mask, known = e.MaskID(); !known {
		err = errors.New("the tokenizer has neither [MASK] nor <mask>")
	}
	if err == nil {
		err = e.model.readHead(e.dir, func(t tensors) {
			n := maskedNames[c.Family]
			m.dense, m.norm = t.linear(c.Width, c.Width, n.dense), t.norm(c.Width, n.norm)
			m.bias = t([]int64{int64(c.Vocabulary)}, n.bias)
		})
	}
	if err != nil {
		e.Close()
		return nil, fmt.Errorf("open masked-LM head of %s: %w", nameOrDir, err)
	}
	return m, nil
}

// Fill scores every word for every place: hidden [..., width] -> [..., vocabulary].
func (m *MaskedLM) Fill(s *torch.Scope, hidden torch.Tensor) torch.Tensor {
	x := m.model.gelu(s, s.Linear(hidden, m.dense.weight, m.dense.bias))
	return s.Linear(s.LayerNorm(x, m.norm.weight, m.norm.bias, m.model.Config.Epsilon), m.model.words, m.bias)
}

// readHead reads tensors that are named without the model's prefix; the model owns them.
func (m *Model) readHead(dir string, read func(t tensors)) error {
	from, err := weights.Open(dir)
	if err != nil {
		return err
	}
	defer from.Close()
	r := reader{from: from, model: m}
	read(r.tensor)
	return r.err
}

const classifying = "ForTokenClassification"

// readLabels returns the classes of a folder whose architecture is a token classifier's.
func readLabels(dir string) ([]string, error) {
	path := filepath.Join(dir, "config.json")
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var hf struct {
		Architectures []string          `json:"architectures"`
		Names         map[string]string `json:"id2label"`
		Count         int               `json:"num_labels"`
	}
	if err := json.Unmarshal(raw, &hf); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if !slices.ContainsFunc(hf.Architectures, func(a string) bool { return strings.HasSuffix(a, classifying) }) {
		return nil, fmt.Errorf("%s: the architecture is %q; want one that ends in %s", path, strings.Join(hf.Architectures, ", "), classifying)
	}
	n := hf.Count
	if n == 0 {
		n = max(len(hf.Names), 2) // transformers leaves two unnamed classes out
	}
	if n < 1 || n > 1<<16 {
		return nil, fmt.Errorf("%s: %d labels", path, n)
	}
	labels := make([]string, n)
	for i := range labels {
		if labels[i] = hf.Names[strconv.Itoa(i)]; labels[i] == "" {
			labels[i] = fmt.Sprintf("LABEL_%d", i)
		}
	}
	return labels, nil
}
