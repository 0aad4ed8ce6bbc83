package torch

import "unsafe"

// Policy is the weights of a policy laid out for its fused forward at inference. Any number of goroutines may use it.
type Policy struct{ at unsafe.Pointer }

// NewPolicy lays out weights in the order of agent's checkpoint, the static features after the embedding, a dilation a
// convolution. It goes on using the memory of those that need no layout.
func NewPolicy(weights []Tensor, dilations []int) (*Policy, error) {
	wide := make([]int64, len(dilations))
	for i, d := range dilations {
		wide[i] = int64(d)
	}
	at, err := cPolicyNew(pointers(weights), wide)
	if err != nil {
		return nil, &Error{Op: "policy", Reason: err.Error()}
	}
	return &Policy{at}, nil
}

// Scores runs the policy over rows: ids [rows], -1 where there is no token, features [rows, dynamic], of which the last may
// be left out -> scores [rows]. A row's score depends on the rows in its reach alone, not on how many there are.
func (p *Policy) Scores(ids []int32, features []float32, dynamic int, scores []float32) error {
	return cPolicyScores(p.at, ids, features, dynamic, scores)
}

// Close frees the layout; nobody may be using it.
func (p *Policy) Close() {
	if p.at != nil {
		cPolicyFree(p.at)
		p.at = nil
	}
}

// TransformerShape is what the fused forward must know beyond the weights.
type TransformerShape struct {
	Layers, Heads, KVHeads, HeadDim int
	GPT2                            bool // else Llama
	Epsilon, RopeTheta              float64
}

// Cache holds keys and values of what was read so far; it belongs to one goroutine and is closed once.
type Cache struct{ at unsafe.Pointer }

// NewCache makes an empty cache for a model of so many layers.
func NewCache(layers int) *Cache { return &Cache{cCacheNew(layers)} }

// Length returns how many tokens a row holds.
func (c *Cache) Length() int { return cCacheLength(c.at) }

// Close frees the cache.
func (c *Cache) Close() {
	if c.at != nil {
		cCacheFree(c.at)
		c.at = nil
	}
}

// TransformerHidden runs a causal transformer: ids [batch, length], pads [batch] (ids of padding on the left of each
// row) or not defined, cache or nil -> the normed hidden states [batch, length, width].
func (s *Scope) TransformerHidden(shape TransformerShape, weights []Tensor, ids, pads Tensor, cache *Cache) Tensor {
	var padding, store unsafe.Pointer
	if pads.Defined() {
		padding = pads.at()
	}
	if cache != nil {
		store = cache.at
	}
	hidden, err := cTransformerHidden(shape, pointers(weights), ids.at(), padding, store)
	if err != nil {
		panic(&Error{Op: "transformer", Shapes: [][]int64{ids.Shape()}, Reason: err.Error()})
	}
	return s.adopt(hidden)
}

// TransformerForest runs a causal transformer over texts that share beginnings, those of a row with one another: ids
// [rows, tokens], parents [rows, tokens] (the token before each in its text, -1 where a text begins), in depth-first order,
// picked [n] of the tokens, counted through all rows -> their normed hidden states [n, width].
func (s *Scope) TransformerForest(shape TransformerShape, weights []Tensor, ids, parents, picked Tensor) Tensor {
	hidden, err := cTransformerForest(shape, pointers(weights), ids.at(), parents.at(), picked.at())
	if err != nil {
		panic(&Error{Op: "transformer forest", Shapes: [][]int64{ids.Shape(), parents.Shape(), picked.Shape()}, Reason: err.Error()})
	}
	return s.adopt(hidden)
}

// HeadLosses returns -log softmax(hidden head^T)[target] a row, float32: hidden [n, width], head [vocabulary, width],
// targets [n] -> [n].
func (s *Scope) HeadLosses(hidden, head, targets Tensor) Tensor {
	losses, err := cHeadLosses(hidden.at(), head.at(), targets.at())
	if err != nil {
		panic(&Error{Op: "head losses", Shapes: shapesOf([]any{hidden, head, targets}), Reason: err.Error()})
	}
	return s.adopt(losses)
}
