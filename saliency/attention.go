package saliency

import (
	"bytes"
	"context"
	"fmt"
	"unicode"

	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/transformer/encoder"
)

// Attention scores a token by how much the others attend to it, without what goes to the sinks:
//
//	A = mean over heads and layers; a_j = mean_i A_ij / sum_k A_ik, where i, j and k leave the two marks out
//
// and where signs draw more than words on the mean, that excess is taken from each of them (Xiao et al., arXiv 2309.17453,
// and Clark et al., arXiv 1906.04341, on marks and signs as sinks).
type Attention struct {
	encoder *encoder.Encoder
	options AttentionOptions
}

// AttentionOptions choose what is read.
type AttentionOptions struct {
	Rollout     bool // A is the product over layers of (mean over heads + identity)/2 (arXiv 2005.00928)
	First, Last int  // layers, counted from 1; 0 and 0 take all
}

// NewAttention ranks by an encoder, which stays the caller's.
func NewAttention(e *encoder.Encoder, o AttentionOptions) (*Attention, error) {
	layers := e.Model().Config.Layers
	if o.First == 0 && o.Last == 0 {
		o.First, o.Last = 1, layers
	}
	if o.First < 1 || o.Last < o.First || o.Last > layers {
		return nil, fmt.Errorf("layers %d-%d of an encoder that has 1-%d", o.First, o.Last, layers)
	}
	return &Attention{e, o}, nil
}

// Name says how it goes.
func (*Attention) Name() string { return "attention" }

// Score gives every token the attention that it receives.
func (a *Attention) Score(ctx context.Context, text token.Text, _ float64) ([]float32, error) {
	own := a.encoder.Encode(text.Bytes)
	values, err := a.encoder.Average(ctx, own, 0, a.received)
	if err != nil {
		return nil, err
	}
	levelSigns(text.Bytes, own, values)
	return Means(text, own, values), nil
}

// received is a_j of a window, 0 for its marks, times the tokens that share it: 1 is what each has on the mean, so that
// windows of different lengths are alike.
func (a *Attention) received(ids []int32) (shares []float32, err error) {
	err = torch.NoGrad(func(s *torch.Scope) error {
		n := len(ids)
		matrix := torch.Values[float32](s, a.matrix(s, row(s, ids)))
		shares = make([]float32, n)
		for i := 1; i < n-1; i++ {
			sum := 0.0
			for _, v := range matrix[i*n+1 : i*n+n-1] {
				sum += float64(v)
			}
			for j := 1; j < n-1 && sum > 0; j++ {
				shares[j] += float32(float64(matrix[i*n+j]) / sum)
			}
		}
		return nil
	})
	return shares, err
}

// matrix is A: ids [1, length] -> [1, length, length].
func (a *Attention) matrix(s *torch.Scope, ids torch.Tensor) torch.Tensor {
	m := a.encoder.Model()
	_, layers := m.Trace(s, m.Words(s, ids), torch.Tensor{})
	layers = layers[a.options.First-1 : a.options.Last]
	if a.options.Rollout {
		return rollout(s, layers)
	}
	sum := s.MeanDim(layers[0], 1)
	for _, layer := range layers[1:] {
		sum = s.Add(sum, s.MeanDim(layer, 1))
	}
	return s.Scale(sum, 1/float64(len(layers)))
}

// rollout follows attention through layers [1, heads, length, length], of which half stays where it is.
func rollout(s *torch.Scope, layers []torch.Tensor) (flow torch.Tensor) {
	n := layers[0].Size(-1)
	eye := make([]float32, n*n)
	for i := range n {
		eye[i*n+i] = 0.5
	}
	half := torch.From(s, eye, 1, n, n)
	for i, layer := range layers {
		mixed := s.Add(s.Scale(s.MeanDim(layer, 1), 0.5), half)
		if i == 0 {
			flow = mixed
		} else {
			flow = s.MatMul(mixed, flow)
		}
	}
	return flow
}

// levelSigns takes from tokens without a letter or digit what they have more than others on the mean.
func levelSigns(text []byte, tokens []token.Token, values []float32) {
	var sums, counts [2]float64 // of words, of signs
	sign := make([]int, len(tokens))
	for i, t := range tokens {
		if !bytes.ContainsFunc(text[t.Start:t.End], func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) {
			sign[i] = 1
		}
		sums[sign[i]] += float64(values[i])
		counts[sign[i]]++
	}
	if counts[0] == 0 || counts[1] == 0 {
		return
	}
	excess := max(0, sums[1]/counts[1]-sums[0]/counts[0])
	for i := range tokens {
		values[i] -= float32(excess * float64(sign[i]))
	}
}
