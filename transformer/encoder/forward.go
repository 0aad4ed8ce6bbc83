package encoder

import (
	"fmt"
	"math"

	"github.com/project-sputnik/sputnik/torch"
)

// Words looks up the word embeddings, from which Trace goes on: ids [batch, length] -> [batch, length, width].
func (m *Model) Words(s *torch.Scope, ids torch.Tensor) torch.Tensor {
	torch.AssertShape(ids, -1, -1)
	return s.Embedding(m.words, ids)
}

// Hidden runs the encoder: ids [batch, length], mask [batch, length] with 1 at tokens and 0 at the padding that follows
// them, or not defined where nothing is padded -> the hidden states of the last layer [batch, length, width].
func (m *Model) Hidden(s *torch.Scope, ids, mask torch.Tensor) torch.Tensor {
	return m.run(s, m.Words(s, ids), mask, func(s *torch.Scope, _ int, q, k, v, bias torch.Tensor) torch.Tensor {
		return s.Attention(q, k, v, bias)
	})
}

// Trace is Hidden from the word embeddings [batch, length, width] on, with what every layer attended to [batch, heads,
// length, length]: row i is how token i weighs the tokens that it reads. Gradients with respect to the words (Simonyan,
// arXiv 1312.6034) flow if they are a leaf:
//
//	words := torch.RequireGrad(s.Detach(m.Words(s, ids)))
//	hidden, attention := m.Trace(s, words, mask)
//	s.Backward(score(hidden))
//	gradient := s.Grad(words)
func (m *Model) Trace(s *torch.Scope, words, mask torch.Tensor) (hidden torch.Tensor, attention []torch.Tensor) {
	attention = make([]torch.Tensor, m.Config.Layers)
	hidden = m.run(s, words, mask, func(inner *torch.Scope, layer int, q, k, v, bias torch.Tensor) torch.Tensor {
		scores := inner.Scale(inner.MatMul(q, inner.Transpose(k, -1, -2)), 1/math.Sqrt(float64(q.Size(-1))))
		if bias.Defined() {
			scores = inner.Add(scores, bias)
		}
		weights := inner.Softmax(scores, -1)
		attention[layer] = s.Own(inner.Keep(weights))
		return inner.MatMul(weights, v)
	})
	return hidden, attention
}

// attend is a layer's attention: q, k and v [batch, heads, length, d], bias [batch, 1, 1, length] or not defined -> the
// shape of v. Its result and what it needs on the way live in s.
type attend func(s *torch.Scope, layer int, q, k, v, bias torch.Tensor) torch.Tensor

// unseen is added to the scores of padding; finite, so that a row of nothing else is no NaN.
const unseen = 1e30

func (m *Model) run(s *torch.Scope, words, mask torch.Tensor, attend attend) torch.Tensor {
	torch.AssertShape(words, -1, -1, int64(m.Config.Width))
	batch, length := words.Size(0), words.Size(1)
	if length > int64(m.Config.Positions) {
		panic(&torch.Error{Op: "encoder", Shapes: [][]int64{words.Shape()}, Reason: fmt.Sprintf("the model reads %d tokens at once", m.Config.Positions)})
	}
	var bias torch.Tensor
	if mask.Defined() {
		torch.AssertShape(mask, batch, length)
		bias = s.Reshape(s.Scale(s.Shift(s.To(mask, torch.Float32), -1), unseen), batch, 1, 1, length)
	}
	x := m.embed(s, words)
	for i, l := range m.layers { // each in a scope of its own, or all layers' intermediates would live at once
		x = s.Within(func(inner *torch.Scope) torch.Tensor {
			f := forward{s: inner, epsilon: m.Config.Epsilon}
			q, k, v := f.heads(f.linear(l.attention, x), int64(m.Config.Heads))
			x := f.add(l.attentionNorm, x, f.linear(l.mixed, f.joined(attend(inner, i, q, k, v, bias))))
			return f.add(l.outputNorm, x, f.linear(l.down, m.gelu(inner, f.linear(l.up, x))))
		})
	}
	return x
}

// embed adds to every word its place and its type, and norms the sum.
func (m *Model) embed(s *torch.Scope, words torch.Tensor) torch.Tensor {
	places := s.Narrow(m.positions, 0, int64(m.Config.Skipped), words.Size(1)) // [length, width]
	if m.types.Defined() {
		places = s.Add(places, s.Narrow(m.types, 0, 0, 1))
	}
	return forward{s, m.Config.Epsilon}.add(m.norm, words, places)
}

func (m *Model) gelu(s *torch.Scope, x torch.Tensor) torch.Tensor {
	if m.Config.TanhGELU {
		return s.GELUTanh(x)
	}
	return s.GELU(x)
}

// forward is the steps that layers are made of.
type forward struct {
	s       *torch.Scope
	epsilon float64
}

func (f forward) linear(w affine, x torch.Tensor) torch.Tensor {
	return f.s.Linear(x, w.weight, w.bias)
}

// add is norm(x + change).
func (f forward) add(norm affine, x, change torch.Tensor) torch.Tensor {
	return f.s.LayerNorm(f.s.Add(x, change), norm.weight, norm.bias, f.epsilon)
}

// heads cuts [batch, length, 3 width] into queries, keys and values [batch, heads, length, d].
func (f forward) heads(x torch.Tensor, heads int64) (q, k, v torch.Tensor) {
	shape := x.Shape()
	split := f.s.Permute(f.s.Reshape(x, shape[0], shape[1], 3, heads, shape[2]/(3*heads)), 2, 0, 3, 1, 4)
	part := func(i int64) torch.Tensor { return f.s.Squeeze(f.s.Narrow(split, 0, i, 1), 0) }
	return part(0), part(1), part(2)
}

// joined: [batch, heads, length, d] -> [batch, length, width].
func (f forward) joined(x torch.Tensor) torch.Tensor {
	shape := x.Shape()
	return f.s.Reshape(f.s.Transpose(x, 1, 2), shape[0], shape[2], shape[1]*shape[3])
}
