package saliency

import (
	"context"
	"math"
	"slices"

	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/transformer/encoder"
)

// GradientOptions choose what is made of a gradient g with respect to the embedding x of a token.
type GradientOptions struct {
	Input bool // |g . x| (gradient x input, arXiv 1704.02685), else the norm |g| (arXiv 1312.6034)
}

// reduce makes a number of every token of gradients and inputs [rows, length, width], summed over rows.
func (o GradientOptions) reduce(gradients, inputs []float32, length, width int) []float32 {
	values := make([]float32, length)
	rows := len(gradients) / (length * width)
	for i := range values {
		square, product := 0.0, 0.0
		for d := range width {
			sum := 0.0
			for r := range rows {
				at := (r*length+i)*width + d
				sum += float64(gradients[at])
				product += float64(gradients[at]) * float64(inputs[at])
			}
			square += sum * sum
		}
		values[i] = float32(math.Sqrt(square))
		if o.Input {
			values[i] = float32(math.Abs(product))
		}
	}
	return values
}

// EmbeddingGradient scores a token by what an encoder's embedding of the text owes to it: the gradient of
//
//	|e|                 without a question, where e is the mean hidden state
//	1 - cos(e, e_q)     with one, whose own mean hidden state is e_q
type EmbeddingGradient struct {
	encoder  *encoder.Encoder
	options  GradientOptions
	question string
}

// NewEmbeddingGradient ranks by an encoder, which stays the caller's.
func NewEmbeddingGradient(e *encoder.Encoder, o GradientOptions) *EmbeddingGradient {
	return &EmbeddingGradient{encoder: e, options: o}
}

// Name says how it goes.
func (*EmbeddingGradient) Name() string { return "gradient" }

// Asked ranks by a question.
func (g *EmbeddingGradient) Asked(question string) *EmbeddingGradient {
	asked := *g
	asked.question = question
	return &asked
}

// Score gives every token its share in the embedding.
func (g *EmbeddingGradient) Score(ctx context.Context, text token.Text, _ float64) ([]float32, error) {
	asked, err := g.asked()
	if err != nil {
		return nil, err
	}
	own := g.encoder.Encode(text.Bytes)
	values, err := g.encoder.Average(ctx, own, 0, func(ids []int32) (values []float32, err error) {
		err = torch.Do(func(s *torch.Scope) error {
			m := g.encoder.Model()
			words := torch.RequireGrad(s.Detach(m.Words(s, row(s, ids))))
			hidden, _ := m.Trace(s, words, torch.Tensor{})
			s.Backward(embeddingLoss(s, s.MeanDim(hidden, 1), asked))
			values = g.options.reduce(torch.Values[float32](s, s.Grad(words)), torch.Values[float32](s, s.Detach(words)), len(ids), m.Config.Width)
			return nil
		})
		return values, err
	})
	if err != nil {
		return nil, err
	}
	return Means(text, own, values), nil
}

// asked is e_q, of the question's beginning if it is too long to be read at once; nil where there is no question.
func (g *EmbeddingGradient) asked() (mean []float32, err error) {
	if g.question == "" {
		return nil, nil
	}
	m := g.encoder.Model()
	before, behind := g.encoder.Marks()
	ids := token.IDs([]int32{before}, g.encoder.Encode([]byte(g.question)))
	ids = append(ids[:min(len(ids), m.Config.Positions-1)], behind)
	err = torch.NoGrad(func(s *torch.Scope) error {
		mean = torch.Values[float32](s, s.MeanDim(m.Hidden(s, row(s, ids), torch.Tensor{}), 1))
		return nil
	})
	return mean, err
}

// embeddingLoss is |e|, or 1 - cos(e, asked): e [1, width] -> one number.
func embeddingLoss(s *torch.Scope, e torch.Tensor, asked []float32) torch.Tensor {
	norm := s.Pow(s.Sum(s.Mul(e, e)), 0.5)
	if asked == nil {
		return norm
	}
	square := 0.0
	for _, v := range asked {
		square += float64(v) * float64(v)
	}
	dot := s.Sum(s.Mul(e, torch.From(s, asked, 1, int64(len(asked)))))
	return s.Shift(s.Scale(s.Div(dot, norm), -1/math.Sqrt(max(square, math.SmallestNonzeroFloat32))), 1)
}

// maskStride is one in how many tokens is masked at a time: the 15% of BERT's training.
const maskStride = 7

// MaskedGradient scores a token by how much it helps an encoder to fill in other words: the gradient of the mean
// -log p of masked words with respect to those that were not masked. Every word is masked once, in one of seven copies
// of a window. With a question it is the words of the question that are masked, behind the text.
type MaskedGradient struct {
	model    *encoder.MaskedLM
	options  GradientOptions
	question string
}

// NewMaskedGradient ranks by an encoder with its masked-LM head, which stays the caller's.
func NewMaskedGradient(m *encoder.MaskedLM, o GradientOptions) *MaskedGradient {
	return &MaskedGradient{model: m, options: o}
}

// Name says how it goes.
func (*MaskedGradient) Name() string { return "gradient" }

// Asked ranks by a question.
func (g *MaskedGradient) Asked(question string) *MaskedGradient {
	asked := *g
	asked.question = question
	return &asked
}

// Score gives every token its part in filling in others.
func (g *MaskedGradient) Score(ctx context.Context, text token.Text, _ float64) ([]float32, error) {
	own := g.model.Encode(text.Bytes)
	var behind []int32
	if g.question != "" {
		_, mark := g.model.Marks()
		behind = token.IDs(nil, g.model.Encode([]byte(g.question)))
		behind = append(behind[:min(len(behind), g.model.Model().Config.Positions/2-2)], mark)
	}
	values, err := g.model.Average(ctx, own, len(behind), func(ids []int32) ([]float32, error) {
		first, last := 1, len(ids)-1
		if len(behind) > 0 {
			first, last = len(ids), len(ids)+len(behind)-1
		}
		return g.fill(slices.Concat(ids, behind), first, last)
	})
	if err != nil {
		return nil, err
	}
	return Means(text, own, values), nil
}

// fill masks ids[first:last] in turns, and returns a number for every id: [length].
func (g *MaskedGradient) fill(ids []int32, first, last int) (values []float32, err error) {
	n := len(ids)
	var copies, places, targets []int64
	for turn := range maskStride {
		masked := false
		for i, id := range ids {
			copies = append(copies, int64(id))
			if i >= first && i < last && i%maskStride == turn {
				masked = true
				places, targets = append(places, int64(len(copies)-1)), append(targets, int64(id))
				copies[len(copies)-1] = int64(g.model.Mask)
			}
		}
		if !masked { // nothing to fill in
			copies = copies[:len(copies)-n]
		}
	}
	if len(targets) == 0 {
		return make([]float32, n), nil
	}
	err = torch.Do(func(s *torch.Scope) error {
		m := g.model.Model()
		width, rows := m.Config.Width, int64(len(copies)/n)
		words := torch.RequireGrad(s.Detach(m.Words(s, torch.From(s, copies, rows, int64(n)))))
		hidden, _ := m.Trace(s, words, torch.Tensor{})
		at := torch.From(s, places, int64(len(places)))
		picked := s.IndexSelect(s.Reshape(hidden, rows*int64(n), int64(width)), 0, at)
		s.Backward(s.Mean(s.CrossEntropy(g.model.Fill(s, picked), torch.From(s, targets, int64(len(targets))))))
		gradients := torch.Values[float32](s, s.Grad(words))
		for _, place := range places { // what reaches a mask says nothing about the word under it
			clear(gradients[int(place)*width:][:width])
		}
		values = g.options.reduce(gradients, torch.Values[float32](s, s.Detach(words)), n, width)
		return nil
	})
	return values, err
}
