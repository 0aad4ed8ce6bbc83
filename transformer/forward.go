package transformer

import "github.com/project-sputnik/sputnik/torch"

// Hidden runs the model without gradients, as one call: ids [batch, length], pads [batch] (how many ids of padding each
// row begins with) or not defined, cache or nil -> the normed hidden states [batch, length, width].
func (m *Model) Hidden(s *torch.Scope, ids, pads torch.Tensor, cache *torch.Cache) torch.Tensor {
	weights := m.weights
	return s.TransformerHidden(m.Config.shape(), weights, ids, pads, cache)
}

// Logits returns the scores of the next token: hidden [..., width] -> [..., vocabulary].
func (m *Model) Logits(s *torch.Scope, hidden torch.Tensor) torch.Tensor {
	return s.Linear(hidden, m.head, torch.Tensor{})
}

// Words looks up the embeddings that Context.Words may hold: ids [batch, length] -> [batch, length, width].
func (m *Model) Words(s *torch.Scope, ids torch.Tensor) torch.Tensor {
	return s.Embedding(m.weights[0], ids)
}

// FrozenLogits are Logits from which no gradient flows to the weights.
func (m *Model) FrozenLogits(s *torch.Scope, hidden torch.Tensor) torch.Tensor {
	return s.Linear(hidden, s.Detach(m.head), torch.Tensor{})
}

// NewCache makes an empty key-value cache for Hidden; the caller closes it.
func (m *Model) NewCache() *torch.Cache { return torch.NewCache(m.Config.Layers) }

// Context is what the autograd graph reads.
type Context struct {
	IDs       torch.Tensor // [batch, length]
	Words     torch.Tensor // their embeddings [batch, length, width], that gradients may flow to; not defined: looked up
	Positions torch.Tensor // [batch, length]; not defined: 0, 1, 2, ...
	Bias      torch.Tensor // added to attention scores, broadcast to [batch, heads, length, length]; not defined: causal
	Frozen    bool         // no gradient flows to the weights, so that one to the bias costs less and leaves theirs alone
}

// Graph runs the model so that gradients flow to its weights and to in.Bias -> the normed hidden states [batch, length,
// width]. Without a bias rows are causal, so padding belongs on the right.
func (m *Model) Graph(s *torch.Scope, in Context) torch.Tensor {
	g := &graph{s: s, c: m.Config, weights: m.weights, bias: in.Bias}
	if in.Frozen {
		g.weights = make([]torch.Tensor, len(m.weights))
		for i, w := range m.weights {
			g.weights[i] = s.Detach(w)
		}
		m.read.Add(in.IDs.Size(0) * in.IDs.Size(1))
	}
	length := in.IDs.Size(1)
	if !g.bias.Defined() {
		g.bias = s.To(s.CausalBias(length, length), m.Kind)
	}
	positions := in.Positions
	if !positions.Defined() {
		positions = s.Unsqueeze(s.Arange(0, int(length)), 0)
	}
	x := in.Words
	if table := g.next(); !x.Defined() {
		x = s.Embedding(table, in.IDs)
	}
	if m.Config.Family == GPT2 {
		x = s.Add(x, s.Embedding(g.next(), positions))
	} else {
		g.rope(positions, m.Kind)
	}
	for i := range m.Config.Layers { // each in a scope of its own, or all layers' intermediates would live at once
		x = s.Within(func(inner *torch.Scope) torch.Tensor {
			g.s = inner
			if m.Config.Family == GPT2 {
				return g.gpt2Layer(x)
			}
			return g.llamaLayer(x, m.Config.layer(i))
		})
	}
	g.s = s
	if m.Config.Family == GPT2 {
		return g.layerNorm(x)
	}
	return s.RMSNorm(x, g.next(), m.Config.Epsilon)
}

// graph walks through the weights in the order of Config.layout.
type graph struct {
	s        *torch.Scope
	c        Config
	weights  []torch.Tensor
	bias     torch.Tensor
	cos, sin torch.Tensor // [batch, 1, length, head]
}

func (g *graph) next() torch.Tensor {
	w := g.weights[0]
	g.weights = g.weights[1:]
	return w
}

func (g *graph) layerNorm(x torch.Tensor) torch.Tensor {
	weight := g.next()
	return g.s.LayerNorm(x, weight, g.next(), g.c.Epsilon)
}

func (g *graph) linear(x torch.Tensor) torch.Tensor {
	weight := g.next()
	return g.s.Linear(x, weight, g.next())
}

func (g *graph) gpt2Layer(x torch.Tensor) torch.Tensor {
	width := int64(g.c.Width)
	qkv := g.linear(g.layerNorm(x))
	part := func(i int64) torch.Tensor { return g.heads(g.s.Narrow(qkv, -1, i*width, width), g.c.Heads) }
	x = g.s.Add(x, g.linear(g.attend(part(0), part(1), part(2))))
	return g.s.Add(x, g.linear(g.s.GELUTanh(g.linear(g.layerNorm(x)))))
}

func (g *graph) llamaLayer(x torch.Tensor, shape LayerShape) torch.Tensor {
	s := g.s
	q, kv := int64(shape.Heads*g.c.HeadDim), int64(shape.KVHeads*g.c.HeadDim)
	qkv := s.Linear(s.RMSNorm(x, g.next(), g.c.Epsilon), g.next(), torch.Tensor{})
	queries := g.rotate(g.heads(s.Narrow(qkv, -1, 0, q), shape.Heads))
	keys := g.rotate(g.heads(s.Narrow(qkv, -1, q, kv), shape.KVHeads))
	values := g.heads(s.Narrow(qkv, -1, q+kv, kv), shape.KVHeads)
	x = s.Add(x, s.Linear(g.attend(queries, keys, values), g.next(), torch.Tensor{}))

	inner := int64(shape.FeedForward)
	gateUp := s.Linear(s.RMSNorm(x, g.next(), g.c.Epsilon), g.next(), torch.Tensor{})
	h := s.Mul(s.SiLU(s.Narrow(gateUp, -1, 0, inner)), s.Narrow(gateUp, -1, inner, inner))
	return s.Add(x, s.Linear(h, g.next(), torch.Tensor{}))
}

// heads: [batch, length, n d] -> [batch, n, length, d].
func (g *graph) heads(x torch.Tensor, n int) torch.Tensor {
	shape := x.Shape()
	return g.s.Transpose(g.s.Reshape(x, shape[0], shape[1], int64(n), int64(g.c.HeadDim)), 1, 2)
}

// attend: q [batch, heads, length, d], k and v [batch, kv heads, length, d] -> [batch, length, heads d].
func (g *graph) attend(q, k, v torch.Tensor) torch.Tensor {
	shape := q.Shape()
	if groups := int64(g.c.Heads / g.c.KVHeads); groups > 1 {
		k, v = g.repeat(k, groups), g.repeat(v, groups)
	}
	out := g.s.Attention(q, k, v, g.bias)
	return g.s.Reshape(g.s.Transpose(out, 1, 2), shape[0], shape[2], shape[1]*shape[3])
}

// repeat gives every query head of a group its own copy of the group's keys or values.
func (g *graph) repeat(x torch.Tensor, groups int64) torch.Tensor {
	d := x.Shape()
	wide := g.s.Expand(g.s.Unsqueeze(x, 2), d[0], d[1], groups, d[2], d[3])
	return g.s.Reshape(wide, d[0], d[1]*groups, d[2], d[3])
}

// rope prepares the rotation of positions [batch, length] (arXiv 2104.09864).
func (g *graph) rope(positions torch.Tensor, kind torch.Kind) {
	s := g.s
	inverse := ropeFrequencies(g.c)
	frequencies := torch.From(s, inverse, 1, 1, int64(len(inverse)))
	angles := s.Mul(s.Unsqueeze(s.To(positions, torch.Float32), -1), frequencies)
	angles = s.Unsqueeze(s.Cat(-1, angles, angles), 1) // [batch, 1, length, d]
	g.cos, g.sin = s.To(s.Cos(angles), kind), s.To(s.Sin(angles), kind)
}

func (g *graph) rotate(x torch.Tensor) torch.Tensor {
	s, half := g.s, int64(g.c.HeadDim/2)
	turned := s.Cat(-1, s.Neg(s.Narrow(x, -1, half, half)), s.Narrow(x, -1, 0, half))
	return s.Add(s.Mul(x, g.cos), s.Mul(turned, g.sin))
}
