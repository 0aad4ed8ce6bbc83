package encoder

import (
	"fmt"
	"slices"
	"strings"

	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/transformer/weights"
)

// names are what a family calls the parts of a layer; each has a .weight and a .bias.
type names struct {
	layer                    string // what layer i begins with
	query, key, value, mixed string
	attentionNorm            string
	up, down                 string
	outputNorm               string
}

var bertNames = names{
	layer: "encoder.layer.%d.",
	query: "attention.self.query", key: "attention.self.key", value: "attention.self.value", mixed: "attention.output.dense",
	attentionNorm: "attention.output.LayerNorm",
	up:            "intermediate.dense", down: "output.dense",
	outputNorm: "output.LayerNorm",
}

var distilNames = names{
	layer: "transformer.layer.%d.",
	query: "attention.q_lin", key: "attention.k_lin", value: "attention.v_lin", mixed: "attention.out_lin",
	attentionNorm: "sa_layer_norm",
	up:            "ffn.lin1", down: "ffn.lin2",
	outputNorm: "output_layer_norm",
}

func (c Config) names() names {
	if c.Family == DistilBERT {
		return distilNames
	}
	return bertNames
}

const (
	wordsName     = "embeddings.word_embeddings.weight"
	positionsName = "embeddings.position_embeddings.weight"
	typesName     = "embeddings.token_type_embeddings.weight"
	normName      = "embeddings.LayerNorm"
)

// prefixes are what all names begin with in a file that was saved with a head.
var prefixes = []string{"", "bert.", "roberta.", "distilbert.", "model."}

// prefixNames has the names of a model that was saved without a head begin as they do in a file with one.
func (m *Model) prefixNames() {
	prefix := map[string]string{BERT: "bert.", RoBERTa: "roberta.", XLMRoBERTa: "roberta.", DistilBERT: "distilbert."}[m.Config.Family]
	for _, names := range m.files {
		for i, name := range names {
			if strings.HasPrefix(name, "embeddings.") || strings.HasPrefix(name, "encoder.") || strings.HasPrefix(name, "transformer.") {
				names[i] = prefix + name
			}
		}
	}
}

// reader takes a model's weights out of a folder; after the first error it reads nothing more.
type reader struct {
	from   *weights.Folder
	prefix string
	model  *Model // owns what was read
	err    error
}

// findPrefix finds out what the folder's names begin with.
func findPrefix(from *weights.Folder) (string, error) {
	for _, prefix := range prefixes {
		if from.Has(prefix + wordsName) {
			return prefix, nil
		}
	}
	return "", fmt.Errorf("no tensor %q, with or without %s before it", wordsName, strings.Join(prefixes[1:], ", "))
}

// tensor loads one tensor; parts are joined along the outputs, so that one product computes all of them.
func (r *reader) tensor(shape []int64, parts ...string) (joined torch.Tensor) {
	if r.err != nil {
		return joined
	}
	r.err = torch.NoGrad(func(s *torch.Scope) error {
		each, names := make([]torch.Tensor, len(parts)), make([]string, len(parts))
		for i, name := range parts {
			names[i] = r.prefix + r.spelled(name)
			t, err := r.from.Load(s, names[i])
			if err != nil {
				return err
			}
			if !slices.Equal(t.Shape(), shape) {
				return fmt.Errorf("tensor %q is %v, want %v", name, t.Shape(), shape)
			}
			each[i] = s.To(t, torch.Float32)
		}
		joined = each[0]
		if len(each) > 1 {
			joined = s.Cat(0, each...)
		}
		r.model.owned, r.model.files = append(r.model.owned, s.Keep(joined)), append(r.model.files, names)
		return nil
	})
	return joined
}

// spelled is the name as the file spells it: norms that were converted from TensorFlow have a gamma and a beta.
func (r *reader) spelled(name string) string {
	if r.from.Has(r.prefix + name) {
		return name
	}
	old := strings.NewReplacer("LayerNorm.weight", "LayerNorm.gamma", "LayerNorm.bias", "LayerNorm.beta").Replace(name)
	if r.from.Has(r.prefix + old) {
		return old
	}
	return name
}

// tensors provides the tensor that joins the named parts, all of one shape, along the outputs.
type tensors func(shape []int64, parts ...string) torch.Tensor

// linear are products of so many inputs and outputs, joined to one.
func (t tensors) linear(in, out int, parts ...string) affine {
	var weight, bias []string
	for _, p := range parts {
		weight, bias = append(weight, p+".weight"), append(bias, p+".bias")
	}
	return affine{t([]int64{int64(out), int64(in)}, weight...), t([]int64{int64(out)}, bias...)}
}

func (t tensors) norm(width int, name string) affine {
	shape := []int64{int64(width)}
	return affine{t(shape, name+".weight"), t(shape, name+".bias")}
}
