package agent

import (
	"cmp"
	"fmt"

	"github.com/project-sputnik/sputnik/token"
)

// Config is the shape of a policy and the tokenizer it reads with.
type Config struct {
	Tokenizer     string `json:"tokenizer"`
	Vocabulary    int    `json:"vocab_size"`
	Embedding     int    `json:"embedding_dim"`
	Hidden        int    `json:"policy_hidden_dim"`
	ContextWindow int    `json:"context_window"` // tokens on each side that a logit depends on, at the least
	Layers        int    `json:"layers"`
	Growth        int    `json:"dilation_growth,omitempty"`   // of the dilation from layer to layer; 0 doubles it
	Rows          int    `json:"embedding_rows,omitempty"`    // of the embedding, which rare tokens share; 0 gives each its own
	Question      int    `json:"question_features,omitempty"` // that say what a word has to do with a question; 0 takes none
}

// ModelType marks an agent's config.json.
const ModelType = "sputnik-agent"

// Check says what is wrong with the shape.
func (c Config) Check() error {
	switch {
	case min(c.Vocabulary, c.Embedding, c.Hidden, c.ContextWindow, c.Layers) < 1:
		return fmt.Errorf("a size of the agent is missing or below 1: %+v", c)
	case c.Growth < 0 || c.Growth > 8:
		return fmt.Errorf("the agent's dilations grow by %d from layer to layer; want 1 to 8", c.Growth)
	case max(c.Embedding, c.Hidden) > 1<<13 || c.Vocabulary > 1<<21 || c.Layers > 64 || c.reach() > 4096:
		return fmt.Errorf("a size of the agent is beyond all reason: %+v", c)
	case c.Rows < 0 || c.Rows > c.Vocabulary:
		return fmt.Errorf("the agent has %d rows of an embedding for %d tokens; want at most as many", c.Rows, c.Vocabulary)
	case c.Question != 0 && c.Question != QuestionFeatures:
		return fmt.Errorf("the agent has %d features of a question; this program knows %d", c.Question, QuestionFeatures)
	}
	return nil
}

// rows is how many embeddings there are.
func (c Config) rows() int {
	if c.Rows == 0 {
		return c.Vocabulary
	}
	return c.Rows
}

// row is the embedding of a token. Where rows are fewer than tokens, the first half are of the first tokens, which merges
// make the most frequent, and the others share the rest by a hash.
func (c Config) row(id int32) int {
	own := c.Rows / 2
	if c.Rows == 0 || int(id) < own {
		return int(id)
	}
	return own + int(uint64(uint32(id)*0x9e3779b1)*uint64(c.Rows-own)>>32)
}

// dynamics is how many features say where a token stands, and what it has to do with a question.
func (c Config) dynamics() int { return dynamicFeatures + c.Question }

// dilations of the convolutions: so many times as large from layer to layer while the field still has to grow, and 1 after
// that. Three times is as far as taps at -1, 0 and 1 can go and leave no token out.
func (c Config) dilations() []int {
	dilations := make([]int, c.Layers)
	reach := 0
	dilation := 1
	for i := range dilations {
		dilations[i] = min(dilation, max(1, c.ContextWindow-reach))
		reach += dilations[i]
		dilation = min(dilation*cmp.Or(c.Growth, 2), c.ContextWindow)
	}
	if short := c.ContextWindow - reach; short > 0 { // few layers and a wide window: the last reaches out
		dilations[c.Layers-1] += short
	}
	return dilations
}

// reach is how far on each side a logit looks through the convolutions.
func (c Config) reach() int {
	reach := 0
	for _, d := range c.dilations() {
		reach += d
	}
	return reach
}

// Matches says whether tokens of t mean to the agent what they meant in training.
func (c Config) Matches(t token.Tokenizer) error {
	if t.Name() != c.Tokenizer || t.VocabSize() != c.Vocabulary {
		return fmt.Errorf("the agent reads tokens of %s (%d), not of %s (%d)", c.Tokenizer, c.Vocabulary, t.Name(), t.VocabSize())
	}
	return nil
}
