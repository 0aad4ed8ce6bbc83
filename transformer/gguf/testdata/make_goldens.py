"""Write the GGUF files that package gguf is tested with.

  pip install -r ../../testdata/requirements.txt
  python make_goldens.py             # in this folder; needs ../../testdata/tiny-* (make_fixtures.py tiny)

types.gguf holds a tensor of each type made of random blocks, and beside it under NAME.expected what the gguf package
dequantises it to. llama.gguf and gpt2.gguf are tiny-llama and tiny-gpt2 as the converters of the format lay them out;
the script checks that transformers reads the Hugging Face weights back from them.
"""
import glob
import os

import gguf
import numpy as np
import torch
from gguf import GGMLQuantizationType as T
from safetensors.torch import load_file
from transformers import AutoConfig, AutoModelForCausalLM

TINY = os.path.join("..", "..", "testdata")
TYPES = [T.F32, T.F16, T.BF16, T.Q8_0, T.Q4_0, T.Q4_1, T.Q5_0, T.Q5_1, T.Q4_K, T.Q5_K, T.Q6_K]
SCALES = {T.Q8_0: [0], T.Q4_0: [0], T.Q4_1: [0, 2], T.Q5_0: [0], T.Q5_1: [0, 2], T.Q4_K: [0, 2], T.Q5_K: [0, 2],
          T.Q6_K: [208]}  # where a block keeps its 16-bit floats


def random_blocks(rng, kind, rows, columns):
    if kind in (T.F32, T.F16):
        return rng.standard_normal((rows, columns)).astype(np.float32 if kind == T.F32 else np.float16).view(np.uint8)
    if kind == T.BF16:
        return gguf.quants.quantize(rng.standard_normal((rows, columns)).astype(np.float32), kind).view(np.uint8)
    size, width = gguf.GGML_QUANT_SIZES[kind]
    raw = rng.integers(0, 256, (rows, columns // size, width), dtype=np.uint8)
    for at in SCALES[kind]:
        scale = (rng.standard_normal((rows, columns // size, 1)) * 0.1).astype(np.float16)
        scale[0, 0, 0] = 3e-6  # a subnormal
        raw[:, :, at:at + 2] = scale.view(np.uint8)
    return raw.reshape(rows, -1)


def types():
    rng = np.random.default_rng(0)
    w = gguf.GGUFWriter("types.gguf", "test")
    w.add_string("a.text", "héllo")
    w.add_uint8("a.byte", 200)
    w.add_int32("a.negative", -5)
    w.add_float64("a.double", 0.1)
    w.add_bool("a.truth", True)
    w.add_array("a.words", ["x", "", "yz"])
    w.add_array("a.numbers", [1, 2, -3])
    for kind in TYPES:
        raw = random_blocks(rng, kind, 2, 512)
        want = gguf.quants.dequantize(raw, kind).astype(np.float32)
        assert want.shape == (2, 512), (kind, want.shape)
        w.add_tensor(kind.name, raw, raw_dtype=kind)
        w.add_tensor(kind.name + ".expected", want)
    save(w)


def save(w):
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()


def weights(folder):
    out = {}
    for path in sorted(glob.glob(os.path.join(TINY, folder, "model*.safetensors"))):
        out.update(load_file(path))
    return out


def permute(w, heads):
    """The order of rows that the format's rotary embedding pairs neighbours in; Hugging Face pairs halves."""
    return w.reshape(heads, 2, w.shape[0] // heads // 2, *w.shape[1:]).swapaxes(1, 2).reshape(w.shape)


LLAMA = {"input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
         "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output", "post_attention_layernorm": "ffn_norm",
         "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down"}
GPT2 = {"ln_1": "attn_norm", "attn.c_attn": "attn_qkv", "attn.c_proj": "attn_output", "ln_2": "ffn_norm",
        "mlp.c_fc": "ffn_up", "mlp.c_proj": "ffn_down"}
OUTER = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output",
         "transformer.wte": "token_embd", "transformer.wpe": "position_embd", "transformer.ln_f": "output_norm"}


def rename(name):
    stem, leaf = name.rsplit(".", 1)
    if stem in OUTER:
        return f"{OUTER[stem]}.{leaf}"
    _, _, layer, part = stem.split(".", 3)
    return f"blk.{layer}.{(LLAMA | GPT2)[part]}.{leaf}"


def llama():
    c = AutoConfig.from_pretrained(os.path.join(TINY, "tiny-llama"))
    w = gguf.GGUFWriter("llama.gguf", "llama")
    w.add_context_length(c.max_position_embeddings)
    w.add_embedding_length(c.hidden_size)
    w.add_block_count(c.num_hidden_layers)
    w.add_feed_forward_length(c.intermediate_size)
    w.add_head_count(c.num_attention_heads)
    w.add_head_count_kv(c.num_key_value_heads)
    w.add_layer_norm_rms_eps(c.rms_norm_eps)
    w.add_rope_freq_base(c.rope_theta)
    w.add_rope_dimension_count(c.hidden_size // c.num_attention_heads)
    w.add_vocab_size(c.vocab_size)
    for name, t in weights("tiny-llama").items():
        x = t.numpy()
        if "q_proj" in name:
            x = permute(x, c.num_attention_heads)
        if "k_proj" in name:
            x = permute(x, c.num_key_value_heads)
        w.add_tensor(rename(name), np.ascontiguousarray(x))
    finish(w, c)


def gpt2():
    c = AutoConfig.from_pretrained(os.path.join(TINY, "tiny-gpt2"))
    w = gguf.GGUFWriter("gpt2.gguf", "gpt2")
    w.add_context_length(c.n_positions)
    w.add_embedding_length(c.n_embd)
    w.add_block_count(c.n_layer)
    w.add_feed_forward_length(4 * c.n_embd)
    w.add_head_count(c.n_head)
    w.add_layer_norm_eps(c.layer_norm_epsilon)
    for name, t in weights("tiny-gpt2").items():
        x = t.numpy()
        if name.endswith("c_attn.weight") or name.endswith("c_proj.weight") or name.endswith("c_fc.weight"):
            x = x.T
        w.add_tensor(rename(name), np.ascontiguousarray(x))
    finish(w, c)


def finish(w, config):
    w.add_tokenizer_model("gpt2")
    w.add_tokenizer_pre("gpt-2")
    letters = [chr(c) for c in range(0x21, 0x7F)]
    tokens = letters + [f"<{i}>" for i in range(config.vocab_size - len(letters))]
    w.add_token_list(tokens)
    w.add_token_types([1] * len(letters) + [3] * (config.vocab_size - len(letters)))
    w.add_token_merges([])
    w.add_eos_token_id(config.vocab_size - 1)
    w.add_chat_template("{{ messages }}")
    save(w)


def check(file, folder):
    """transformers, reading the file, must find the weights it was made from. Its own name for a file is its folder."""
    from transformers.modeling_gguf_pytorch_utils import load_gguf_checkpoint

    model = AutoModelForCausalLM.from_pretrained(os.path.join(TINY, folder))
    read = load_gguf_checkpoint(file, return_tensors=True, model_to_load=model)["tensors"]
    for name, want in weights(folder).items():
        torch.testing.assert_close(torch.from_numpy(np.array(read[name])), want, rtol=0, atol=0)
    print(file, "is", folder, "to transformers")


types()
llama()
gpt2()
check("llama.gguf", "tiny-llama")
check("gpt2.gguf", "tiny-gpt2")
