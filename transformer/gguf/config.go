package gguf

import (
	"errors"
	"fmt"
)

// sizes reads metadata of one architecture and remembers the first key that is missing or out of range.
type sizes struct {
	file   *File
	prefix string
	err    error
}

// maxSize is more than any dimension of a real model.
const maxSize = 1 << 24

func (s *sizes) size(key string) int {
	n, ok := s.file.Uint(s.prefix + key)
	if (!ok || n == 0 || n > maxSize) && s.err == nil {
		s.err = fmt.Errorf("metadata %s%s is missing or out of range", s.prefix, key)
	}
	return int(n)
}

func (s *sizes) sizeOr(key string, otherwise int) int {
	if _, ok := s.file.Uint(s.prefix + key); !ok {
		return otherwise
	}
	return s.size(key)
}

func (s *sizes) float(key string, otherwise float64) float64 {
	if v, ok := s.file.Float(s.prefix + key); ok {
		return shortest(v)
	}
	return otherwise
}

// shortest drops the digits that a float of 32 bits got when it was widened: 9.99999974737875e-06 is 1e-05.
func shortest(v float64) float64 {
	var out float64
	if _, err := fmt.Sscan(fmt.Sprint(float32(v)), &out); err != nil {
		return v
	}
	return out
}

// llama fills in config.json and the weights of a Llama.
func (m *Model) llama() error {
	f := m.file
	if _, scaled := f.tensors["rope_freqs.weight"]; scaled {
		return errors.New("scaled rotary frequencies are not read")
	}
	if kind, ok := f.Str("llama.rope.scaling.type"); ok && kind != "none" {
		return fmt.Errorf("rotary scaling %q is not read", clip(kind))
	}
	s := &sizes{file: f, prefix: "llama."}
	width, heads := s.size("embedding_length"), s.size("attention.head_count")
	grouped := s.sizeOr("attention.head_count_kv", heads)
	head := s.sizeOr("attention.key_length", 0)
	if head == 0 {
		head = s.sizeOr("rope.dimension_count", width/max(heads, 1))
	}
	_, untied := f.tensors["output.weight"]
	m.Config = map[string]any{
		"model_type": "llama", "architectures": []string{"LlamaForCausalLM"}, "vocab_size": f.rows("token_embd.weight"),
		"hidden_size": width, "intermediate_size": s.size("feed_forward_length"), "num_hidden_layers": s.size("block_count"),
		"num_attention_heads": heads, "num_key_value_heads": grouped, "head_dim": head,
		"max_position_embeddings": s.size("context_length"), "rms_norm_eps": s.float("attention.layer_norm_rms_epsilon", 1e-6),
		"rope_theta": s.float("rope.freq_base", 10000), "tie_word_embeddings": !untied, "hidden_act": "silu",
		"attention_bias": false, "mlp_bias": false, "torch_dtype": "float32",
	}
	if s.err != nil {
		return s.err
	}
	m.special()
	return m.rename(llamaOuter, llamaParts, "model.layers", func(part, _ string, w *weight) error {
		switch part {
		case "attn_q":
			w.heads = heads
		case "attn_k":
			w.heads = grouped
		}
		if w.heads > 0 && f.rows(w.name) != w.heads*head {
			return fmt.Errorf("%d rows for %d heads of %d", f.rows(w.name), w.heads, head)
		}
		return nil
	})
}

// gpt2 fills in config.json and the weights of a GPT-2.
func (m *Model) gpt2() error {
	f := m.file
	s := &sizes{file: f, prefix: "gpt2."}
	m.Config = map[string]any{
		"model_type": "gpt2", "architectures": []string{"GPT2LMHeadModel"}, "vocab_size": f.rows("token_embd.weight"),
		"n_embd": s.size("embedding_length"), "n_layer": s.size("block_count"), "n_head": s.size("attention.head_count"),
		"n_inner": s.size("feed_forward_length"), "n_positions": s.size("context_length"),
		"layer_norm_epsilon": s.float("attention.layer_norm_epsilon", 1e-5), "activation_function": "gelu_new",
		"tie_word_embeddings": true, "torch_dtype": "float32",
	}
	if s.err != nil {
		return s.err
	}
	m.special()
	return m.rename(gpt2Outer, gpt2Parts, "transformer.h", func(part, leaf string, w *weight) error {
		w.transposed = leaf == "weight" && (part == "attn_qkv" || part == "attn_output" || part == "ffn_up" || part == "ffn_down")
		return nil
	})
}

// rows is the first dimension of a tensor, 0 if it is not there.
func (f *File) rows(name string) int {
	if i, ok := f.tensors[name]; ok {
		return int(i.Shape[0])
	}
	return 0
}

// special copies the ids of the special tokens.
func (m *Model) special() {
	for key, to := range map[string]string{"bos": "bos_token_id", "eos": "eos_token_id", "padding": "pad_token_id"} {
		if id, ok := m.file.Uint("tokenizer.ggml." + key + "_token_id"); ok {
			m.Config[to] = int(id)
		}
	}
}
