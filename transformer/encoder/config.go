package encoder

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// The families that are known, by their model_type. MiniLM is a BERT.
const (
	BERT       = "bert"
	RoBERTa    = "roberta"
	XLMRoBERTa = "xlm-roberta"
	DistilBERT = "distilbert"
)

// Config is a model's shape.
type Config struct {
	Family      string
	Vocabulary  int
	Width       int // of the hidden states
	Layers      int
	Heads       int
	FeedForward int
	Positions   int // most tokens that are read at once, marks included
	Skipped     int // rows of the position table before that of the first token: RoBERTa counts from behind the id of padding
	Types       int // of tokens; every text here is of the first. DistilBERT has none
	Epsilon     float64
	TanhGELU    bool // GELU by its tanh approximation, else exact
}

// Check says what is wrong with the shape, before anything of its size is allocated.
func (c Config) Check() error {
	switch {
	case c.Family != BERT && c.Family != RoBERTa && c.Family != XLMRoBERTa && c.Family != DistilBERT:
		return fmt.Errorf("model family %q is no encoder that can be read: want %s, %s, %s or %s", c.Family, BERT, RoBERTa, XLMRoBERTa, DistilBERT)
	case min(c.Vocabulary, c.Width, c.Layers, c.Heads, c.FeedForward) < 1 || c.Skipped < 0 || c.Types < 0:
		return fmt.Errorf("a size of the model is missing or below 1: %+v", c)
	case c.Positions < 3:
		return fmt.Errorf("%d positions: no room for a token between two marks", c.Positions)
	case c.Width%c.Heads != 0:
		return fmt.Errorf("width %d is not a multiple of %d heads", c.Width, c.Heads)
	}
	return nil
}

// hfConfig is config.json of a Hugging Face folder; DistilBERT has names of its own.
type hfConfig struct {
	ModelType        string  `json:"model_type"`
	Vocabulary       int     `json:"vocab_size"`
	Width            int     `json:"hidden_size"`
	Layers           int     `json:"num_hidden_layers"`
	Heads            int     `json:"num_attention_heads"`
	FeedForward      int     `json:"intermediate_size"`
	Positions        int     `json:"max_position_embeddings"`
	Types            int     `json:"type_vocab_size"`
	Padding          *int    `json:"pad_token_id"`
	Epsilon          float64 `json:"layer_norm_eps"`
	Activation       string  `json:"hidden_act"`
	PositionsAre     string  `json:"position_embedding_type"`
	Decoder          bool    `json:"is_decoder"`
	DistilWidth      int     `json:"dim"`
	DistilLayers     int     `json:"n_layers"`
	DistilHeads      int     `json:"n_heads"`
	DistilFeed       int     `json:"hidden_dim"`
	DistilActivation string  `json:"activation"`
}

func readConfig(dir string) (Config, error) {
	path := filepath.Join(dir, "config.json")
	raw, err := os.ReadFile(path)
	if err != nil {
		return Config{}, err
	}
	hf := hfConfig{Types: 2, Epsilon: 1e-12, Activation: "gelu", DistilActivation: "gelu"} // where the file is silent
	if err := json.Unmarshal(raw, &hf); err != nil {
		return Config{}, fmt.Errorf("%s: %w", path, err)
	}
	c, err := hf.config()
	if err != nil {
		return c, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

func (hf hfConfig) config() (Config, error) {
	c := Config{
		Family: hf.ModelType, Vocabulary: hf.Vocabulary, Width: hf.Width, Layers: hf.Layers, Heads: hf.Heads,
		FeedForward: hf.FeedForward, Positions: hf.Positions, Types: hf.Types, Epsilon: hf.Epsilon,
	}
	activation := hf.Activation
	switch c.Family {
	case DistilBERT:
		c.Width, c.Layers, c.Heads, c.FeedForward = hf.DistilWidth, hf.DistilLayers, hf.DistilHeads, hf.DistilFeed
		c.Types, c.Epsilon, activation = 0, 1e-12, hf.DistilActivation
	case RoBERTa, XLMRoBERTa:
		c.Skipped = 2
		if hf.Padding != nil {
			c.Skipped = *hf.Padding + 1
		}
		c.Positions -= c.Skipped
	}
	if err := c.Check(); err != nil {
		return c, err
	}
	switch activation {
	case "gelu":
	case "gelu_new", "gelu_pytorch_tanh":
		c.TanhGELU = true
	default:
		return c, fmt.Errorf("activation %q: want gelu, gelu_new or gelu_pytorch_tanh", activation)
	}
	if hf.PositionsAre != "" && hf.PositionsAre != "absolute" {
		return c, fmt.Errorf("position_embedding_type %q: want absolute", hf.PositionsAre)
	}
	if hf.Decoder {
		return c, errors.New("is_decoder: the model reads in one direction only")
	}
	return c, nil
}
