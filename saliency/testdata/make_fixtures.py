"""Write what the Go scorers are compared with: tiny random models of each kind, and what transformers and autograd say.

  pip install -r requirements.txt
  python make_fixtures.py          # in this folder

classify-xlmr/ and classify-bert/ are token classifiers as LLMLingua-2's checkpoints are, the second in a
pytorch_model.bin; encoder-bert/ and encoder-roberta/ have a masked-LM head, causal/ is a GPT-2. Each is a Hugging Face
folder with its tokenizer, and fixture.json.gz holds texts with the ids and values of the reference.
"""
import gzip
import json
import os
import shutil
import sys

import numpy as np
import torch
from safetensors.torch import save_file
from tokenizers import AddedToken, BertWordPieceTokenizer, ByteLevelBPETokenizer, Tokenizer, models, pre_tokenizers, processors
from tokenizers.processors import BertProcessing, RobertaProcessing
from transformers import (BertConfig, BertForMaskedLM, BertForTokenClassification, GPT2Config, GPT2LMHeadModel, RobertaConfig,
                          RobertaForMaskedLM, XLMRobertaConfig, XLMRobertaForTokenClassification)

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "..", "token", "testdata"), os.path.join(HERE, "..", "..", "transformer", "encoder", "testdata")]
import make_fixtures as encoder_fixtures  # noqa: E402
import make_unigram  # noqa: E402

torch.set_num_threads(1)
SIZES = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48, initializer_range=0.3)
TEXTS = ["The harbour of the old town opened to ships in spring.", "Ada Byron, 1843: a speech!", "a", "Don't stop; it's fine (really).",
         "The ship has docked. The vessel is in port, and a dog chased the ball."]
QUESTION = "When did the harbour open?"


def write_gz(path, value):
    with open(path, "wb") as f, gzip.GzipFile("", "wb", 9, f, mtime=0) as g:
        g.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def rounded(values):
    return [float(f"{v:.8g}") for v in np.asarray(values, dtype=np.float64).ravel()]


def random_model(cls, config, seed):
    torch.manual_seed(seed)
    config._attn_implementation = "eager"
    model = cls(config).eval()
    with torch.no_grad():
        for p in model.parameters():
            if p.dim() == 1:
                p.add_(torch.randn_like(p) * 0.2)
    return model


def save(name, model, tok, pickled=False):
    path = os.path.join(HERE, name)
    shutil.rmtree(path, ignore_errors=True)
    model.config.architectures = [type(model).__name__]
    model.config.save_pretrained(path)
    state = {k: v.contiguous() for k, v in model.state_dict().items()
             if k not in ("cls.predictions.decoder.weight", "cls.predictions.decoder.bias", "lm_head.decoder.weight", "lm_head.decoder.bias",
                          "lm_head.weight")}
    if pickled:
        torch.save(state, os.path.join(path, "pytorch_model.bin"))
    else:
        save_file(state, os.path.join(path, "model.safetensors"), {"format": "pt"})
    tok.save(os.path.join(path, "tokenizer.json"))
    return path


def unigram():
    """XLM-R's kind, without its table, which would be larger than the model."""
    vocab = make_unigram.vocabulary(plain_texts(), 300)
    t = Tokenizer(models.Unigram(vocab, unk_id=3))
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    t.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    make_unigram.mask(t)
    return t


def plain_texts():
    return [t for t in encoder_fixtures.own_texts() if t.isascii()]


def word_pieces():
    t = BertWordPieceTokenizer({piece: i for i, piece in enumerate(encoder_fixtures.word_pieces(plain_texts(), 150))})
    t.post_processor = BertProcessing(("[SEP]", t.token_to_id("[SEP]")), ("[CLS]", t.token_to_id("[CLS]")))
    return t


def byte_pairs(special=("<s>", "<pad>", "</s>", "<unk>", "<mask>"), size=290):
    t = ByteLevelBPETokenizer()
    t.train_from_iterator(plain_texts(), vocab_size=size, show_progress=False, special_tokens=list(special))
    return t


@torch.no_grad()
def classify(name, model, tok, pickled=False):
    path = save(name, model, tok, pickled)
    rows = []
    for text in TEXTS:
        ids = tok.encode(text).ids
        logits = model(input_ids=torch.tensor([ids])).logits[0]
        rows.append({"text": text, "ids": ids, "logits": rounded(logits), "preserve": rounded(logits.softmax(-1)[:, 1])})
    write_gz(os.path.join(path, "fixture.json.gz"), rows)


def received(attention, layers):
    """attention [layers, heads, n, n] -> what each token between the marks is given by the others between them."""
    mean = attention[layers].mean((0, 1))[1:-1, 1:-1]
    return (mean / mean.sum(-1, keepdim=True)).mean(0)


def rollout(attention):
    """Abnar and Zuidema, arXiv 2005.00928, section 3."""
    n = attention.shape[-1]
    flow = torch.eye(n, dtype=attention.dtype)
    for layer in attention.mean(1):
        mixed = 0.5 * layer + 0.5 * torch.eye(n, dtype=attention.dtype)
        flow = mixed @ flow
    inner = flow[1:-1, 1:-1]
    return (inner / inner.sum(-1, keepdim=True)).mean(0)


def saliency_of(words, loss):
    g, = torch.autograd.grad(loss, words)
    return g, words.detach()


def both(g, x):
    """Of [rows, n, width], summed over rows: the norm of the gradient, and gradient x input."""
    return rounded(g.sum(0).norm(dim=-1)), rounded((g * x).sum(-1).sum(0).abs())


def pooled(base, words):
    return base(inputs_embeds=words).last_hidden_state[0].mean(0)


def masked_rows(ids, mask_id, stride=7):
    """A row a residue: every stride-th token between the marks is masked."""
    n = len(ids)
    rows = [[mask_id if 0 < i < n - 1 and i % stride == r else t for i, t in enumerate(ids)] for r in range(stride)]
    hidden = [[0 < i < n - 1 and i % stride == r for i in range(n)] for r in range(stride)]
    kept = [i for i in range(stride) if any(hidden[i])]
    return torch.tensor([rows[i] for i in kept]), torch.tensor([hidden[i] for i in kept])


def encode(name, model, tok, mask_id):
    path = save(name, model, tok)
    base, table = model.base_model, model.get_input_embeddings()
    asked = pooled(base, table(torch.tensor([tok.encode(QUESTION).ids]))).detach()
    rows = []
    for text in TEXTS:
        ids = tok.encode(text).ids
        row = {"text": text, "ids": ids}
        with torch.no_grad():
            attention = torch.stack(base(input_ids=torch.tensor([ids]), output_attentions=True).attentions)[:, 0].double()
        row["received"], row["last"], row["rollout"] = rounded(received(attention, [0, 1])), rounded(received(attention, [1])), rounded(rollout(attention))
        words = table(torch.tensor([ids])).detach().requires_grad_()
        row["norm"], row["input"] = both(*saliency_of(words, pooled(base, words).norm()))
        words = table(torch.tensor([ids])).detach().requires_grad_()
        row["asked"], _ = both(*saliency_of(words, 1 - torch.cosine_similarity(pooled(base, words), asked, dim=0)))
        masked, hidden = masked_rows(ids, mask_id)
        words = table(masked).detach().requires_grad_()
        logits = model(inputs_embeds=words).logits
        targets = torch.tensor([ids]).expand_as(masked)
        loss = torch.nn.functional.cross_entropy(logits[hidden], targets[hidden])
        g, x = saliency_of(words, loss)
        g = g * (~hidden)[..., None]
        row["mlm"], row["mlm_input"] = both(g, x)
        behind = tok.encode(QUESTION).ids[1:]
        masked = [ids + [mask_id if i < len(behind) - 1 and (len(ids) + i) % 7 == r else q for i, q in enumerate(behind)] for r in range(7)]
        hidden = torch.tensor([[False] * len(ids) + [i < len(behind) - 1 and (len(ids) + i) % 7 == r for i in range(len(behind))] for r in range(7)])
        words = table(torch.tensor(masked)).detach().requires_grad_()
        targets = torch.tensor([ids + behind]).expand(7, -1)
        loss = torch.nn.functional.cross_entropy(model(inputs_embeds=words).logits[hidden], targets[hidden])
        norm, _ = both(*saliency_of(words, loss))
        row["mlm_asked"] = norm[:len(ids)]
        rows.append(row)
    write_gz(os.path.join(path, "fixture.json.gz"), {"question": QUESTION, "rows": rows})


def causal():
    tok = byte_pairs(("<|endoftext|>",), 290)
    model = random_model(GPT2LMHeadModel, GPT2Config(vocab_size=290, n_embd=32, n_layer=2, n_head=4, n_positions=128, initializer_range=0.3,
                                                     bos_token_id=0, eos_token_id=0), 9)
    path = save("causal", model, tok)
    asked = tok.encode("\n" + QUESTION).ids
    rows = []
    for text in TEXTS:
        ids = tok.encode(text).ids
        row = {"text": text, "ids": ids}
        for name, after, first in (("", [], 1), ("asked_", asked, 1 + len(ids))):
            all_ids = torch.tensor([[0] + ids + after])
            words = model.get_input_embeddings()(all_ids).detach().requires_grad_()
            logits = model(inputs_embeds=words).logits[0]
            loss = torch.nn.functional.cross_entropy(logits[first - 1:-1], all_ids[0, first:])
            norm, product = both(*saliency_of(words, loss))
            row[name + "norm"], row[name + "input"] = norm[1:1 + len(ids)], product[1:1 + len(ids)]

        def bits(before):
            with torch.no_grad():
                all_ids = torch.tensor([[0] + before + ids])
                loss = torch.nn.functional.cross_entropy(model(all_ids).logits[0, :-1], all_ids[0, 1:], reduction="none") / np.log(2)
            return loss[len(before):]
        plain = bits([])
        row["bits"], row["contrast"] = rounded(plain), rounded(plain - bits(tok.encode(QUESTION + "\n").ids))
        rows.append(row)
    write_gz(os.path.join(path, "fixture.json.gz"), {"question": QUESTION, "rows": rows})


def main():
    tok = unigram()
    config = XLMRobertaConfig(vocab_size=tok.get_vocab_size(), max_position_embeddings=82, type_vocab_size=1, layer_norm_eps=1e-5, **SIZES)
    classify("classify-xlmr", random_model(XLMRobertaForTokenClassification, config, 5), tok)
    tok = word_pieces()
    config = BertConfig(vocab_size=tok.get_vocab_size(), max_position_embeddings=80, **SIZES)
    classify("classify-bert", random_model(BertForTokenClassification, config, 6), tok, pickled=True)
    encode("encoder-bert", random_model(BertForMaskedLM, config, 7), tok, tok.token_to_id("[MASK]"))
    tok = byte_pairs()
    tok.post_processor = RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    config = RobertaConfig(vocab_size=tok.get_vocab_size(), max_position_embeddings=82, type_vocab_size=1, layer_norm_eps=1e-5, **SIZES)
    encode("encoder-roberta", random_model(RobertaForMaskedLM, config, 8), tok, 4)
    causal()


if __name__ == "__main__":
    main()
