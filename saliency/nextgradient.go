package saliency

import (
	"cmp"
	"context"
	"slices"

	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/transformer"
	"github.com/project-sputnik/sputnik/transformer/encoder"
)

// gradientWindow is how many tokens a causal model reads at once where gradients are wanted: all activations of a
// window are held for them.
const gradientWindow = 384

// NextGradient scores a token by how much a causal model's prediction depends on it: the gradient of the mean -log p of
// the tokens of a text, or, with a question, of the question behind it.
type NextGradient struct {
	causal
	options  GradientOptions
	question string
}

// NewNextGradient ranks by a causal model. Both stay the caller's.
func NewNextGradient(m *transformer.Model, t token.Tokenizer, o GradientOptions) *NextGradient {
	return &NextGradient{causal: newCausal(m, t), options: o}
}

// Name says how it goes.
func (*NextGradient) Name() string { return "gradient" }

// Asked ranks by a question.
func (g *NextGradient) Asked(question string) *NextGradient {
	asked := *g
	asked.question = question
	return &asked
}

// Score gives every token its part in the prediction.
func (g *NextGradient) Score(ctx context.Context, text token.Text, _ float64) ([]float32, error) {
	own := g.tokenizer.Encode(nil, text.Bytes)
	var behind []int32
	size := min(gradientWindow, g.model.Config.Positions)
	if g.question != "" {
		behind = token.IDs(nil, g.tokenizer.Encode(nil, []byte("\n"+g.question)))
		behind = behind[:min(len(behind), size/2)]
	}
	ids, room := token.IDs(nil, own), size-len(g.start)-len(behind)
	all := sums{make([]float32, len(ids)), make([]float32, len(ids))}
	for _, at := range encoder.Spread(len(ids), room) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		part := ids[at:min(at+room, len(ids))]
		values, err := g.read(part, behind)
		if err != nil {
			return nil, err
		}
		all.add(at, values)
	}
	return Means(text, own, all.means()), nil
}

// read returns a number for every id of a window.
func (g *NextGradient) read(part, behind []int32) (values []float32, err error) {
	ids := slices.Concat(g.start, part, behind)
	first := max(1, len(g.start)) // of what is predicted
	if len(behind) > 0 {
		first = len(ids) - len(behind)
	}
	if len(part) == 0 || first < 1 || first >= len(ids) {
		return make([]float32, len(part)), nil
	}
	err = torch.Do(func(s *torch.Scope) error {
		n, targets := int64(len(ids)), int64(len(ids)-first)
		in := row(s, ids)
		words := torch.RequireGrad(s.Detach(g.model.Words(s, in)))
		hidden := g.model.Graph(s, transformer.Context{IDs: in, Words: words})
		hidden = s.Squeeze(s.Narrow(hidden, 1, int64(first)-1, targets), 0)
		logits := s.To(g.model.FrozenLogits(s, hidden), torch.Float32)
		next := s.Squeeze(s.Narrow(in, 1, n-targets, targets), 0)
		s.Backward(s.Mean(s.CrossEntropy(logits, next)))
		width := g.model.Config.Width
		gradients := torch.Values[float32](s, s.To(s.Grad(words), torch.Float32))
		inputs := torch.Values[float32](s, s.To(s.Detach(words), torch.Float32))
		values = g.options.reduce(gradients, inputs, len(ids), width)[len(g.start):][:len(part)]
		return nil
	})
	return values, err
}

// sums are, by token, of what the windows that hold it say.
type sums struct{ total, count []float32 }

func (s sums) add(at int, values []float32) {
	for i, v := range values {
		s.total[at+i] += v
		s.count[at+i]++
	}
}

func (s sums) means() []float32 {
	for i := range s.total {
		s.total[i] /= cmp.Or(s.count[i], 1)
	}
	return s.total
}
