"""Write small tokenizers of every kind that package token reads, and the ids that they give to texts.

  pip install tokenizers==0.22.1
  python make_tokenizers.py          # in this folder: writes tokenizers.json.gz
"""
import gzip
import json

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
          r"|\s*[\r\n]+|\s+(?!\S)|\s+")
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")
STARCODER_DIGITS = r"\p{N}"

CORPUS = [
    "The policy keeps a token when somebody will want to know it later, and drops it when nobody will.",
    "In 1997 the committee met 12 times; by 2004 it had met 345 times, at a cost of $1,234.56.",
    "def keep(tokens, rate):\n    return [t for t in tokens if score(t) > rate]\n",
    "Größe und Maß, naïve café, señor, Łódź, Ελληνικά, Русский текст, 日本語のテキスト。",
    "Don't you think it's what they've always said? I'll see; we're sure he'd agree. I'm not.",
] * 3

TEXTS = CORPUS[:5] + [
    "", " ", "   ", "\n\n", " leading", "trailing ", "two  spaces", "a\r\nb\n\n c", "can't CAN'T Can'T",
    "1234567", "a1b22c333", " 42 ", "x = 3.14;", "!!??", "e\u0301 cafe\u0301 \u212b \uac01", "\U0001f600 smile \U0001f469\u200d\U0001f680",
    "漢字かな", "<sep>", "a<sep>b", "a <sep> b", "  <left>x", "x<right>  y", "the word and theword", "<s>text</s>",
    "▁mark", "tab\there", "\u00a0nbsp\u00a0", "\x00\x01", "ｆｕｌｌ", "ﬁne", "the the the " * 20,
]


def added():
    return [AddedToken("<sep>", special=True, normalized=False), AddedToken("<left>", lstrip=True, normalized=False),
            AddedToken("<right>", rstrip=True, normalized=False), AddedToken("word", single_word=True, normalized=False)]


def byte_level(pre, normalizer=None, extra=(), **model):
    tok = Tokenizer(models.BPE(**model))
    tok.pre_tokenizer = pre
    if normalizer is not None:
        tok.normalizer = normalizer
    trainer = trainers.BpeTrainer(vocab_size=420, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tok.train_from_iterator(CORPUS, trainer)
    tok.add_tokens(list(extra))
    tok.decoder = decoders.ByteLevel()
    return tok


def split(pattern, behavior="isolated", invert=False, **kw):
    return pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), behavior, invert),
                                    pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def sentencepiece(fallback, metaspace):
    """A vocabulary of code points, as Llama 2 has: no cut, or at marks; bytes for what is missing."""
    tok = Tokenizer(models.BPE())
    tok.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.BpeTrainer(vocab_size=300, special_tokens=["<unk>", "<s>", "</s>"], show_progress=False)
    tok.train_from_iterator(CORPUS, trainer)
    spec = json.loads(tok.to_str())
    vocab = dict(spec["model"]["vocab"])
    rare = [t for t in vocab if len(t) == 1 and ord(t) > 0x3000]
    for t in rare:
        del vocab[t]
    if fallback:
        for b in range(256):
            vocab[f"<0x{b:02X}>"] = 1000 + b
    vocab = {t: i for i, t in enumerate(sorted(vocab, key=vocab.get))}
    merges = [tuple(m) for m in spec["model"]["merges"] if "".join(m) in vocab and all(p in vocab for p in m)]
    out = Tokenizer(models.BPE(vocab=vocab, merges=merges, unk_token="<unk>", fuse_unk=True, byte_fallback=fallback))
    if metaspace:
        out.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    else:
        out.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    out.add_special_tokens(["<s>", "</s>"])
    return out


def tokenizers():
    level, digits = pre_tokenizers.ByteLevel, pre_tokenizers.Digits
    yield "GPT-2", byte_level(level(add_prefix_space=False), extra=added())
    yield "a prefix space", byte_level(level(add_prefix_space=True), extra=added())
    yield "digits apart", byte_level(pre_tokenizers.Sequence([digits(True), level(add_prefix_space=False)]))
    yield "numbers apart", byte_level(pre_tokenizers.Sequence([digits(False), level(add_prefix_space=False)]))
    yield "digits apart by a split", byte_level(pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(STARCODER_DIGITS), "isolated"), level(add_prefix_space=False)]))
    yield "Llama 3", byte_level(split(LLAMA3), extra=added(), ignore_merges=True)
    yield "Qwen 2", byte_level(split(QWEN2), normalizers.NFC(), extra=added())
    yield "NFKC", byte_level(split(LLAMA3, "removed", True), normalizers.NFKC())
    yield "a split that joins with what was before", byte_level(split(r"\p{P}", "merged_with_previous"))
    yield "a split that joins with what follows", byte_level(split(r"\s+", "merged_with_next"))
    yield "a split that joins delimiters", byte_level(split(r"\s|\p{P}", "contiguous"))
    yield "Llama 2", sentencepiece(fallback=True, metaspace=False)
    yield "marks at word beginnings", sentencepiece(fallback=True, metaspace=True)
    yield "an unknown token", sentencepiece(fallback=False, metaspace=True)


with open("tokenizers.json.gz", "wb") as f, gzip.GzipFile("", "wb", 9, f, mtime=0) as g:
    rows = []
    for name, tok in tokenizers():
        rows.append({"name": name, "tokenizer": json.loads(tok.to_str()),
                     "cases": [{"text": t, "ids": tok.encode(t, add_special_tokens=False).ids} for t in TEXTS]})
    g.write(json.dumps(rows, ensure_ascii=False).encode())
print(len(rows), "tokenizers")
