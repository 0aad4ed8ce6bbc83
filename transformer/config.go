package transformer

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/project-sputnik/sputnik/torch"
)

// The families that are known.
const (
	GPT2  = "gpt2"
	Llama = "llama"
)

// Config is a model's shape.
type Config struct {
	Family      string
	Vocabulary  int
	Width       int // of the residual stream
	Layers      int
	Heads       int
	KVHeads     int // fewer than Heads: grouped-query attention (arXiv 2305.13245)
	HeadDim     int
	FeedForward int
	Positions   int // longest context
	Epsilon     float64
	RopeTheta   float64
	Tied        bool         // the head is the embedding
	Pruned      []LayerShape // of each layer, where they are not alike (Model.Prune)
}

// Check says what is wrong with the shape, before anything of its size is allocated.
func (c Config) Check() error {
	switch {
	case c.Family != GPT2 && c.Family != Llama:
		return fmt.Errorf("model family %q: want %s or %s", c.Family, GPT2, Llama)
	case min(c.Vocabulary, c.Width, c.Layers, c.Heads, c.KVHeads, c.HeadDim, c.FeedForward, c.Positions) < 1:
		return fmt.Errorf("a size of the model is missing or below 1: %+v", c)
	case c.Heads%c.KVHeads != 0:
		return fmt.Errorf("%d heads do not share %d key-value heads evenly", c.Heads, c.KVHeads)
	case c.Family == GPT2 && c.Heads*c.HeadDim != c.Width:
		return fmt.Errorf("%d heads of %d are not the width %d", c.Heads, c.HeadDim, c.Width)
	case c.HeadDim%2 != 0:
		return fmt.Errorf("head size %d is odd", c.HeadDim)
	case c.Pruned != nil && (c.Family != Llama || len(c.Pruned) != c.Layers):
		return fmt.Errorf("%d shapes of layers for %d layers of a %s", len(c.Pruned), c.Layers, c.Family)
	}
	for i, layer := range c.Pruned {
		if min(layer.Heads, layer.KVHeads, layer.FeedForward) < 1 || layer.Heads*c.KVHeads != layer.KVHeads*c.Heads {
			return fmt.Errorf("layer %d has %d heads, %d key-value heads and %d neurons; want at least 1 of each, and %d heads to %d key-value heads",
				i, layer.Heads, layer.KVHeads, layer.FeedForward, c.Heads, c.KVHeads)
		}
	}
	return nil
}

// LayerShape is the shape of one layer.
type LayerShape struct {
	Heads       int `json:"num_attention_heads"`
	KVHeads     int `json:"num_key_value_heads"`
	FeedForward int `json:"intermediate_size"`
}

// layer is the shape of the i-th layer.
func (c Config) layer(i int) LayerShape {
	if c.Pruned != nil {
		return c.Pruned[i]
	}
	return LayerShape{c.Heads, c.KVHeads, c.FeedForward}
}

func (c Config) shape() torch.TransformerShape {
	return torch.TransformerShape{
		Layers: c.Layers, Heads: c.Heads, KVHeads: c.KVHeads, HeadDim: c.HeadDim,
		GPT2: c.Family == GPT2, Epsilon: c.Epsilon, RopeTheta: c.RopeTheta,
	}
}

// hfConfig is config.json of a Hugging Face folder, both families' names.
type hfConfig struct {
	ModelType     string   `json:"model_type"`
	Architectures []string `json:"architectures,omitempty"`
	VocabSize     int      `json:"vocab_size"`
	TorchDtype    string   `json:"torch_dtype,omitempty"`

	NEmbd            int     `json:"n_embd,omitempty"`
	NLayer           int     `json:"n_layer,omitempty"`
	NHead            int     `json:"n_head,omitempty"`
	NInner           *int    `json:"n_inner,omitempty"`
	NPositions       int     `json:"n_positions,omitempty"`
	LayerNormEpsilon float64 `json:"layer_norm_epsilon,omitempty"`

	HiddenSize            int     `json:"hidden_size,omitempty"`
	NumHiddenLayers       int     `json:"num_hidden_layers,omitempty"`
	NumAttentionHeads     int     `json:"num_attention_heads,omitempty"`
	NumKeyValueHeads      int     `json:"num_key_value_heads,omitempty"`
	HeadDim               *int    `json:"head_dim,omitempty"`
	IntermediateSize      int     `json:"intermediate_size,omitempty"`
	MaxPositionEmbeddings int     `json:"max_position_embeddings,omitempty"`
	RMSNormEps            float64 `json:"rms_norm_eps,omitempty"`
	RopeTheta             float64 `json:"rope_theta,omitempty"`
	RopeParameters        *struct {
		RopeTheta float64 `json:"rope_theta"`
	} `json:"rope_parameters,omitempty"`
	TieWordEmbeddings *bool `json:"tie_word_embeddings,omitempty"`

	PrunedLayers []LayerShape `json:"pruned_layers,omitempty"` // ours: nobody else's Llama has layers that differ
}

func readConfig(dir string) (Config, error) {
	path := filepath.Join(dir, "config.json")
	raw, err := os.ReadFile(path)
	if err != nil {
		return Config{}, err
	}
	var hf hfConfig
	if err := json.Unmarshal(raw, &hf); err != nil {
		return Config{}, fmt.Errorf("%s: %w", path, err)
	}
	c := hf.config()
	if err := c.Check(); err != nil {
		return Config{}, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

func (hf hfConfig) config() Config {
	if hf.ModelType == GPT2 {
		c := Config{
			Family: GPT2, Vocabulary: hf.VocabSize, Width: hf.NEmbd, Layers: hf.NLayer, Heads: hf.NHead, KVHeads: hf.NHead,
			FeedForward: 4 * hf.NEmbd, Positions: hf.NPositions, Epsilon: hf.LayerNormEpsilon, Tied: true,
		}
		if hf.NInner != nil {
			c.FeedForward = *hf.NInner
		}
		if c.Heads > 0 {
			c.HeadDim = c.Width / c.Heads
		}
		return c
	}
	c := Config{
		Family: hf.ModelType, Vocabulary: hf.VocabSize, Width: hf.HiddenSize, Layers: hf.NumHiddenLayers,
		Heads: hf.NumAttentionHeads, KVHeads: hf.NumKeyValueHeads, FeedForward: hf.IntermediateSize,
		Positions: hf.MaxPositionEmbeddings, Epsilon: hf.RMSNormEps, RopeTheta: hf.RopeTheta,
		Tied: hf.TieWordEmbeddings != nil && *hf.TieWordEmbeddings, Pruned: hf.PrunedLayers,
	}
	if hf.RopeParameters != nil {
		c.RopeTheta = hf.RopeParameters.RopeTheta
	}
	if c.RopeTheta == 0 {
		c.RopeTheta = 10000
	}
	if c.KVHeads == 0 {
		c.KVHeads = c.Heads
	}
	if hf.HeadDim != nil {
		c.HeadDim = *hf.HeadDim
	} else if c.Heads > 0 {
		c.HeadDim = c.Width / c.Heads
	}
	return c
}

func (c Config) hf() hfConfig {
	if c.Family == GPT2 {
		inner := c.FeedForward
		return hfConfig{
			ModelType: GPT2, Architectures: []string{"GPT2LMHeadModel"}, VocabSize: c.Vocabulary, NEmbd: c.Width,
			NLayer: c.Layers, NHead: c.Heads, NInner: &inner, NPositions: c.Positions, LayerNormEpsilon: c.Epsilon,
		}
	}
	head, tied := c.HeadDim, c.Tied
	return hfConfig{
		ModelType: Llama, Architectures: []string{"LlamaForCausalLM"}, VocabSize: c.Vocabulary, HiddenSize: c.Width,
		NumHiddenLayers: c.Layers, NumAttentionHeads: c.Heads, NumKeyValueHeads: c.KVHeads, HeadDim: &head,
		IntermediateSize: c.FeedForward, MaxPositionEmbeddings: c.Positions, RMSNormEps: c.Epsilon,
		RopeTheta: c.RopeTheta, TieWordEmbeddings: &tied, PrunedLayers: c.Pruned,
	}
}
