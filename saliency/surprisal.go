package saliency

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/transformer"
)

// window is how many tokens of a text the model sees at once, where it can: a new half behind an old one.
const window = 1024

// causal is a model that tells what tokens cost.
type causal struct {
	model     *transformer.Model
	tokenizer token.Tokenizer
	start     []int32 // what stands before a text, so that its first token has a price
}

func newCausal(m *transformer.Model, t token.Tokenizer) causal {
	c := causal{model: m, tokenizer: t}
	for _, name := range []string{"<|endoftext|>", "<s>", "<bos>"} {
		if id, known := t.ID(name); known {
			c.start = []int32{id}
			return c
		}
	}
	return c
}

// nats is the price of every token behind context and those before it. A model that has no token for the start of a
// text prices its first one like the next.
func (c causal) nats(ctx context.Context, before, ids []int32) ([]float32, error) {
	return c.natsBehind(ctx, nil, slices.Concat(c.start, before), ids)
}

// natsBehind is nats with a front that every window begins with; what is before the ids moves out of it.
func (c causal) natsBehind(ctx context.Context, front, before, ids []int32) ([]float32, error) {
	half := min(window, c.model.Config.Positions) / 2
	front = front[:min(len(front), half/2)]
	all := slices.Concat(before, ids)
	var each [][]float32
	for from := 0; from < len(ids); from += half { // one by one, since a context may end between any two
		q := transformer.Sequence{Target: ids[from:min(from+half, len(ids))]}
		end := len(before) + from
		q.Prompt = slices.Concat(front, all[max(0, end-half+len(front)):end])
		losses, err := c.model.Losses(ctx, []transformer.Sequence{q})
		if err != nil {
			return nil, fmt.Errorf("read %d tokens: %w", len(ids), err)
		}
		each = append(each, losses...)
	}
	prices := slices.Concat(each...)
	if len(prices) == len(ids)-1 {
		prices = slices.Insert(prices, 0, prices[0:min(1, len(prices))]...)
	}
	if len(prices) != len(ids) { // a text of one token without a start
		prices = make([]float32, len(ids))
	}
	return prices, ctx.Err()
}

// gather sums up, for every token of a text, what its bytes cost by the model's own tokens.
func gather(text token.Text, own []token.Token, prices []float32) []float32 {
	bytes := make([]float32, len(text.Bytes))
	for i, t := range own {
		for at := t.Start; at < t.End; at++ {
			bytes[at] = prices[i] / float32(t.End-t.Start)
		}
	}
	scores := make([]float32, len(text.Tokens))
	for i, t := range text.Tokens {
		for at := t.Start; at < t.End; at++ {
			scores[i] += bytes[at]
		}
	}
	return scores
}

// Surprisal scores a token by -log p in nats.
type Surprisal struct {
	causal
	mutex sync.Mutex
	last  string // the text that was scored last: it is often asked for again, at another rate
	known []float32
}

// NewSurprisal ranks by a causal model. Both stay the caller's.
func NewSurprisal(m *transformer.Model, t token.Tokenizer) *Surprisal {
	return &Surprisal{causal: newCausal(m, t)}
}

// Name is the seed system's.
func (s *Surprisal) Name() string { return "transformer_based" }

// Score gives every token what the model pays for it.
func (s *Surprisal) Score(ctx context.Context, text token.Text, _ float64) ([]float32, error) {
	if known := s.recall(text); known != nil {
		return known, ctx.Err()
	}
	own := s.tokenizer.Encode(nil, text.Bytes)
	prices, err := s.nats(ctx, nil, token.IDs(nil, own))
	if err != nil {
		return nil, err
	}
	scores := gather(text, own, prices)
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.last, s.known = string(text.Bytes), scores
	return slices.Clone(scores), ctx.Err()
}

// recall returns the scores of the text that was scored last, if it is this one.
func (s *Surprisal) recall(text token.Text) []float32 {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.last != string(text.Bytes) || len(s.known) != len(text.Tokens) {
		return nil
	}
	return slices.Clone(s.known)
}
