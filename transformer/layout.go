package transformer

import "fmt"

// weight is one tensor as the forward passes use it, and the tensors of a Hugging Face file that it is made of: parts
// joined along the outputs, so that one product computes all of them.
type weight struct {
	parts      []part
	transposed bool // the file holds [in, out], as GPT-2's do
	ones       bool // a fresh model starts from 1: the scale of a norm
}

type part struct {
	name  string
	shape []int64 // as used: [out, in] or [n]
}

// layout lists the weights in the order of the fused forward; an untied head is last.
func (c Config) layout() []weight {
	if c.Family == GPT2 {
		return c.gpt2Layout()
	}
	return c.llamaLayout()
}

func single(name string, shape ...int64) weight {
	return weight{parts: []part{{name, shape}}}
}

func norm(name string, width int64) weight {
	w := single(name, width)
	w.ones = true
	return w
}

func (c Config) gpt2Layout() []weight {
	width, inner := int64(c.Width), int64(c.FeedForward)
	transposed := func(name string, out, in int64) weight {
		w := single(name, out, in)
		w.transposed = true
		return w
	}
	all := []weight{single("wte.weight", int64(c.Vocabulary), width), single("wpe.weight", int64(c.Positions), width)}
	for i := range c.Layers {
		at := fmt.Sprintf("h.%d.", i)
		all = append(all,
			norm(at+"ln_1.weight", width), single(at+"ln_1.bias", width),
			transposed(at+"attn.c_attn.weight", 3*width, width), single(at+"attn.c_attn.bias", 3*width),
			transposed(at+"attn.c_proj.weight", width, width), single(at+"attn.c_proj.bias", width),
			norm(at+"ln_2.weight", width), single(at+"ln_2.bias", width),
			transposed(at+"mlp.c_fc.weight", inner, width), single(at+"mlp.c_fc.bias", inner),
			transposed(at+"mlp.c_proj.weight", width, inner), single(at+"mlp.c_proj.bias", width))
	}
	return append(all, norm("ln_f.weight", width), single("ln_f.bias", width))
}

// The weights of a Llama's layer, in order.
const (
	attentionNorm = iota
	attentionIn
	attentionOut
	feedForwardNorm
	feedForwardIn
	feedForwardOut
	llamaWeights
)

// llamaWeight is where a layer's weight is in the layout.
func llamaWeight(layer, which int) int { return 1 + layer*llamaWeights + which }

func (c Config) llamaLayout() []weight {
	width := int64(c.Width)
	all := []weight{single("model.embed_tokens.weight", int64(c.Vocabulary), width)}
	for i := range c.Layers {
		at, layer := fmt.Sprintf("model.layers.%d.", i), c.layer(i)
		q, kv, inner := int64(layer.Heads*c.HeadDim), int64(layer.KVHeads*c.HeadDim), int64(layer.FeedForward)
		var weights [llamaWeights]weight
		weights[attentionNorm] = norm(at+"input_layernorm.weight", width)
		weights[attentionIn] = weight{parts: []part{
			{at + "self_attn.q_proj.weight", []int64{q, width}},
			{at + "self_attn.k_proj.weight", []int64{kv, width}},
			{at + "self_attn.v_proj.weight", []int64{kv, width}},
		}}
		weights[attentionOut] = single(at+"self_attn.o_proj.weight", width, q)
		weights[feedForwardNorm] = norm(at+"post_attention_layernorm.weight", width)
		weights[feedForwardIn] = weight{parts: []part{
			{at + "mlp.gate_proj.weight", []int64{inner, width}},
			{at + "mlp.up_proj.weight", []int64{inner, width}},
		}}
		weights[feedForwardOut] = single(at+"mlp.down_proj.weight", width, inner)
		all = append(all, weights[:]...)
	}
	all = append(all, norm("model.norm.weight", width))
	if !c.Tied {
		all = append(all, single("lm_head.weight", int64(c.Vocabulary), width))
	}
	return all
}

// shape of the joined tensor.
func (w weight) shape() []int64 {
	joined := append([]int64(nil), w.parts[0].shape...)
	for _, p := range w.parts[1:] {
		joined[0] += p.shape[0]
	}
	return joined
}
