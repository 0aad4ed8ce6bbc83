package agent

import (
	"math/rand/v2"

	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
)

// Batch is texts as the graph reads them, padded on the right.
type Batch struct {
	Rows, Length int
	ids          []int64 // [rows, length]
	rows         []int64 // [rows, length]: of the embedding
	dynamics     int
	features     []float32 // [rows, length, dynamics]
	present      []float32 // [rows, length, 1]: 0 at padding
	known        []float32 // [rows, length, 1]: 0 where the token's embedding is hidden; nil for nowhere
}

// HideTokens takes the embedding of each token away with a probability, as a regulariser: what is left to go by are the
// features, which hold for words that training never saw.
func (b *Batch) HideTokens(probability float64, random *rand.Rand) {
	if probability == 0 {
		return
	}
	b.known = make([]float32, len(b.ids))
	for i := range b.known {
		if random.Float64() >= probability {
			b.known[i] = 1
		}
	}
}

// HideFeatures takes each dynamic feature but the rate away from a whole text with a probability, so that none is leaned
// on alone.
func (b *Batch) HideFeatures(probability float64, random *rand.Rand) {
	for row := 0; row < b.Rows && probability > 0; row++ {
		for feature := range b.dynamics {
			if feature == rateFeature || random.Float64() >= probability {
				continue
			}
			for i := range b.Length {
				b.features[(row*b.Length+i)*b.dynamics+feature] = 0
			}
		}
	}
}

// NewBatch lays out texts at the rates that each is to be cut to.
func (a *Agent) NewBatch(texts []token.Text, rates []float64) Batch {
	return a.lay(texts, rates, nil, nil)
}

// NewAskedBatch lays out texts with what is asked about each; an empty question is none. An agent whose configuration has
// no features of a question passes over what is asked.
func (a *Agent) NewAskedBatch(s *torch.Scope, texts []token.Text, rates []float64, questions []string) Batch {
	if a.Question == 0 {
		return a.lay(texts, rates, nil, nil)
	}
	return a.lay(texts, rates, questions, torch.Values[float32](s, a.weights[0].Tensor))
}

func (a *Agent) lay(texts []token.Text, rates []float64, questions []string, embedding []float32) Batch {
	b := Batch{Rows: len(texts), dynamics: a.dynamics()}
	for _, t := range texts {
		b.Length = max(b.Length, len(t.Tokens), 1)
	}
	b.ids, b.rows = make([]int64, b.Rows*b.Length), make([]int64, b.Rows*b.Length)
	b.features = make([]float32, b.Rows*b.Length*b.dynamics)
	b.present = make([]float32, b.Rows*b.Length)
	for row, t := range texts {
		at := row * b.Length
		for i, each := range t.Tokens {
			b.ids[at+i], b.rows[at+i], b.present[at+i] = int64(each.ID), int64(a.row(each.ID)), 1
		}
		features := b.features[at*b.dynamics:]
		a.statistics.place(t, rates[row]).write(0, len(t.Tokens), features, b.dynamics)
		if questions == nil || questions[row] == "" {
			continue
		}
		if asked := a.asked(t, a.ask(questions[row], embedding), embedding); asked != nil {
			asked.write(0, len(t.Tokens), features[dynamicFeatures:], b.dynamics)
		}
	}
	return b
}

// Present is 1 at tokens and 0 at padding: [rows, length].
func (b Batch) Present(s *torch.Scope) torch.Tensor {
	return torch.From(s, b.present, int64(b.Rows), int64(b.Length))
}

// Logits is the policy as an autograd graph: [rows, length]; what it says of padding means nothing.
func (a *Agent) Logits(s *torch.Scope, b Batch) torch.Tensor { return a.Head(s, a.States(s, b)) }

// Head is the logits of hidden states.
func (a *Agent) Head(s *torch.Scope, states torch.Tensor) torch.Tensor {
	weight, bias := a.weights[len(a.weights)-2].Tensor, a.weights[len(a.weights)-1].Tensor
	return s.Squeeze(s.Linear(states, weight, bias), -1)
}

// States are the hidden states that the head reads: [rows, length, hidden].
func (a *Agent) States(s *torch.Scope, b Batch) torch.Tensor {
	rows, length := int64(b.Rows), int64(b.Length)
	weights := a.weights
	next := func() torch.Tensor {
		w := weights[0].Tensor
		weights = weights[1:]
		return w
	}
	ids := torch.From(s, b.ids, rows, length)
	features := torch.From(s, b.features, rows, length, int64(b.dynamics))
	present := torch.From(s, b.present, rows, length, 1)

	embedded := s.Embedding(next(), torch.From(s, b.rows, rows, length))
	if b.known != nil {
		embedded = s.Mul(embedded, torch.From(s, b.known, rows, length, 1))
	}
	x := s.Cat(-1, embedded, s.Embedding(a.static, ids), features)
	inputWeight := next()
	x = s.Linear(x, inputWeight, next()) // [rows, length, hidden]
	for _, dilation := range a.dilations() {
		normWeight := next()
		h := s.Mul(s.LayerNorm(x, normWeight, next(), 1e-5), present)
		taps := next()
		x = s.Add(x, s.GELU(convolve(s, h, taps, next(), int64(dilation))))
	}
	return x
}

// convolve sees each row's tokens at -dilation, 0 and +dilation: x [rows, length, width], taps [width, 3 width].
func convolve(s *torch.Scope, x, taps, bias torch.Tensor, dilation int64) torch.Tensor {
	before := s.Pad(x, 0, 0, 0, dilation, -dilation)
	after := s.Pad(x, 0, 0, 0, -dilation, dilation)
	return s.Linear(s.Cat(-1, before, x, after), taps, bias)
}
