package gguf

import (
	"fmt"
	"strconv"
	"strings"
)

// Model is a file seen as the Hugging Face folder it was made from.
type Model struct {
	Config map[string]any // config.json
	Names  []string       // of the weights, in the order of the file
	file   *File
	from   map[string]weight
}

// weight says where a weight lies in the file and what its layout there needs.
type weight struct {
	name       string
	transposed bool // GPT-2 keeps its projections as [in, out]
	heads      int  // rows of each head interleave the halves that the rotary embedding pairs; 0 for no head
}

// The parts of a block, by the file's names.
var (
	llamaParts = map[string]string{
		"attn_norm": "input_layernorm", "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj",
		"attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj", "ffn_norm": "post_attention_layernorm",
		"ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
	}
	llamaOuter = map[string]string{"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}
	gpt2Parts  = map[string]string{
		"attn_norm": "ln_1", "attn_qkv": "attn.c_attn", "attn_output": "attn.c_proj", "ffn_norm": "ln_2",
		"ffn_up": "mlp.c_fc", "ffn_down": "mlp.c_proj",
	}
	gpt2Outer = map[string]string{"token_embd": "transformer.wte", "position_embd": "transformer.wpe",
		"output_norm": "transformer.ln_f", "output": "lm_head"}
)

// HuggingFace names the weights and writes the configuration of a GPT-2 or Llama file as Hugging Face does.
func (f *File) HuggingFace() (*Model, error) {
	m := &Model{file: f, from: map[string]weight{}}
	arch, _ := f.Str("general.architecture")
	var err error
	switch arch {
	case "llama":
		err = m.llama()
	case "gpt2":
		err = m.gpt2()
	default:
		return nil, fmt.Errorf("architecture %q; llama and gpt2 can be read", clip(arch))
	}
	if err != nil {
		return nil, fmt.Errorf("%s model: %w", arch, err)
	}
	return m, nil
}

// Float32s returns a weight under its Hugging Face name, in the layout it has there.
func (m *Model) Float32s(name string) ([]float32, []int64, error) {
	w, ok := m.from[name]
	if !ok {
		return nil, nil, fmt.Errorf("no weight %q", name)
	}
	values, shape, err := m.file.Float32s(w.name)
	if err != nil {
		return nil, nil, err
	}
	if w.heads > 0 {
		values = pairHalves(values, int(shape[0]), w.heads)
	}
	if w.transposed && len(shape) == 2 {
		values = transpose(values, int(shape[0]), int(shape[1]))
		shape = []int64{shape[1], shape[0]}
	}
	return values, shape, nil
}

// pairHalves undoes the interleaving of each head's rows: row 2i goes to i, row 2i+1 to i + half a head.
func pairHalves(values []float32, rows, heads int) []float32 {
	out := make([]float32, len(values))
	width, head := len(values)/rows, rows/heads
	for row := range rows {
		i := row % head
		to := row - i + i/2 + i%2*(head/2)
		copy(out[to*width:(to+1)*width], values[row*width:(row+1)*width])
	}
	return out
}

func transpose(values []float32, rows, columns int) []float32 {
	out := make([]float32, len(values))
	for r := range rows {
		for c := range columns {
			out[c*rows+r] = values[r*columns+c]
		}
	}
	return out
}

// rename fills the names of the weights; a name it does not know is an error, since a weight would be left out.
func (m *Model) rename(outer, parts map[string]string, block string, adjust func(part, leaf string, w *weight) error) error {
	for _, name := range m.file.order {
		stem, leaf := cutLast(name)
		w := weight{name: name}
		to, ok := outer[stem]
		if number, part, isBlock := cutBlock(stem); isBlock {
			stem = part
			if to, ok = parts[part]; ok {
				to = block + "." + number + "." + to
			}
		}
		if !ok {
			return fmt.Errorf("tensor %q is not part of such a model", clip(name))
		}
		if err := adjust(stem, leaf, &w); err != nil {
			return fmt.Errorf("tensor %q: %w", name, err)
		}
		to += "." + leaf
		m.Names = append(m.Names, to)
		m.from[to] = w
	}
	return nil
}

func cutLast(name string) (stem, leaf string) {
	i := strings.LastIndexByte(name, '.')
	return name[:max(i, 0)], name[i+1:]
}

// cutBlock takes "blk.3.attn_q" apart.
func cutBlock(stem string) (number, part string, ok bool) {
	rest, ok := strings.CutPrefix(stem, "blk.")
	if !ok {
		return "", "", false
	}
	number, part, ok = strings.Cut(rest, ".")
	if _, err := strconv.ParseUint(number, 10, 16); err != nil {
		return "", "", false
	}
	return number, part, ok
}

// Shape returns the shape of a weight under its Hugging Face name.
func (m *Model) Shape(name string) ([]int64, error) {
	w, ok := m.from[name]
	if !ok {
		return nil, fmt.Errorf("no weight %q", name)
	}
	shape := m.file.tensors[w.name].Shape
	if w.transposed && len(shape) == 2 {
		return []int64{shape[1], shape[0]}, nil
	}
	return shape, nil
}
