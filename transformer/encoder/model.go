package encoder

import (
	"fmt"

	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/transformer/weights"
)

// Model is an encoder with its weights, in float32.
type Model struct {
	Config Config

	words, positions, types torch.Tensor // [n, width] each; types is not defined for DistilBERT
	norm                    affine       // of their sum
	layers                  []layer
	owned                   []torch.Tensor // all of them
	files                   [][]string     // what each is called in the files that it was read from, a part each
}

// affine is the weight and the bias of a product, [out, in] and [out], or of a norm, [width] both.
type affine struct{ weight, bias torch.Tensor }

// layer is one block: attention and a feed-forward net, each added to what it read and normed after that.
type layer struct {
	attention     affine // to queries, keys and values: [3 width, width]
	mixed         affine // [width, width]
	attentionNorm affine
	up, down      affine // [inner, width], [width, inner]
	outputNorm    affine
}

// Load reads a Hugging Face folder; heads and poolers that its files may hold are left there.
func Load(dir string) (*Model, error) {
	c, err := readConfig(dir)
	if err != nil {
		return nil, fmt.Errorf("load encoder: %w", err)
	}
	from, err := weights.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("load encoder %s: %w", dir, err)
	}
	defer from.Close()
	m := &Model{Config: c}
	if err := m.read(from); err != nil {
		m.Close()
		return nil, fmt.Errorf("load encoder %s: %w", dir, err)
	}
	return m, nil
}

func (m *Model) read(from *weights.Folder) error {
	prefix, err := findPrefix(from)
	if err != nil {
		return err
	}
	r := reader{from: from, prefix: prefix, model: m}
	m.build(r.tensor)
	return r.err
}

// build puts the model together, as far as there are tensors: a configuration may lie about its layers.
func (m *Model) build(tensor tensors) {
	c := m.Config
	table := func(rows int, name string) torch.Tensor { return tensor([]int64{int64(rows), int64(c.Width)}, name) }
	m.words, m.positions = table(c.Vocabulary, wordsName), table(c.Skipped+c.Positions, positionsName)
	if c.Types > 0 {
		m.types = table(c.Types, typesName)
	}
	m.norm = tensor.norm(c.Width, normName)
	n := c.names()
	last := m.norm
	for i := 0; i < c.Layers && last.bias.Defined(); i++ {
		at := fmt.Sprintf(n.layer, i)
		m.layers = append(m.layers, layer{
			attention:     tensor.linear(c.Width, c.Width, at+n.query, at+n.key, at+n.value),
			mixed:         tensor.linear(c.Width, c.Width, at+n.mixed),
			attentionNorm: tensor.norm(c.Width, at+n.attentionNorm),
			up:            tensor.linear(c.Width, c.FeedForward, at+n.up),
			down:          tensor.linear(c.FeedForward, c.Width, at+n.down),
			outputNorm:    tensor.norm(c.Width, at+n.outputNorm),
		})
		last = m.layers[i].outputNorm
	}
}

// Close frees the weights.
func (m *Model) Close() {
	for _, t := range m.owned {
		t.Close()
	}
}

// Size is the number of parameters.
func (m *Model) Size() int64 {
	bytes := int64(0)
	for _, t := range m.owned {
		bytes += t.Bytes()
	}
	return bytes / 4
}
