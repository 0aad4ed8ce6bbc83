"""Write small unigram tokenizers as SentencePiece models are converted to, and the ids that they give to texts.

  pip install tokenizers==0.22.1 sentencepiece==0.2.3 protobuf
  python make_unigram.py          # in this folder: writes unigram.json.gz

The vocabulary is trained here with the tokenizers package; the table of the normalizer Precompiled (nmt_nfkc, which
XLM-R has) is taken from a model that sentencepiece trains on the same lines. The texts are our own sentences, hand-made
hard cases, and random mixtures of characters from many blocks.
"""
import base64
import gzip
import io
import json
import os
import random

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

HERE = os.path.dirname(os.path.abspath(__file__))
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]

HARD = [
    "", " ", "  ", "\n", "\t", " \n\t ", "a", " a", "a ", "  two  spaces  inside  ", "   three   ", "\u00a0no\u00a0break\u00a0",
    "line\nends\r\nof\rthree kinds", "tab\tbetween", "\u3000ideographic\u3000space", "\u2003em\u2009thin\u200bzero\u200dwidth",
    "\ufeffbyte order mark", "soft\u00adhyphen", "café cafe\u0301 CAFÉ", "Ａ ｆｕｌｌ　ｗｉｄｔｈ １２３", "ｱｲｳ ｶﾞｷﾞ ﾊﾟ", "ﬁne ﬂow ﬀ",
    "½ ¾ ² ³ ™ ℃ ㍿ ㎏ Ⅳ ⑦ …", "n\u0303 a\u030a\u0301 \u0301alone", "q\u0323\u0307 q\u0307\u0323", "한국어 \u1112\u1161\u11ab 각",
    "中文 分词，测试。", "日本語の文章です。", "ไทยภาษา", "नमस्ते क्षत्रिय", "مرحبا بالعالم", "שלום עולם", "Привет, мир! Ёлка",
    "👩‍🔬 👨‍👩‍👧 🇫🇷🇩🇪 👍🏽 ❤️ ☺", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𝟙𝟚𝟛", "a\u0000b", "\u0001\u0002\u007f", "▁ under ▁mark▁", "▁▁▁", "x▁y", "<s> </s> <unk> <pad>",
    "a <mask> b", "a<mask>b", "  <mask>  ", "<mask>", "<mask><mask>", "<mas k>", "</s>end", "Don't stop — it's “fine”… 'ok'",
    "https://example.org/a_b?c=d&e=%20f", "def f(x):\n    return x**2  # ½", "3.14159 1,000,000 €5 $6 12%", "ALL CAPS And MiXeD",
    "x" * 300, "ab " * 200, "\u0301" * 5, "ä" * 40, "zzzzqqqq ξψω ʘǂ", "ß ẞ ı İ ŉ ǆ", "ﷺ", "\u1e9b\u0323", "\u212b \u2126",
]
BLOCKS = [(0x20, 0x7E)] * 6 + [(0xA0, 0xFF), (0x100, 0x17F), (0x300, 0x340), (0x370, 0x3FF), (0x400, 0x45F), (0x5D0, 0x5EA),
          (0x620, 0x650), (0x900, 0x950), (0xE00, 0xE50), (0x1100, 0x11FF), (0x1E00, 0x1EFF), (0x2000, 0x206F), (0x20A0, 0x214F),
          (0x2460, 0x24FF), (0x3000, 0x30FF), (0x3300, 0x33FF), (0x4E00, 0x4F00), (0xAC00, 0xAD00), (0xF900, 0xFA60), (0xFB00, 0xFB4F),
          (0xFE00, 0xFE4F), (0xFF00, 0xFFEF), (0x1D400, 0x1D4FF), (0x1F300, 0x1F6FF), (0x2581, 0x2581)]


def own_texts():
    path = os.path.join(HERE, "..", "..", "transformer", "encoder", "testdata", "sentences.jsonl")
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def mixtures(n, seed):
    rng = random.Random(seed)
    for _ in range(n):
        words = []
        for _ in range(rng.randint(1, 8)):
            low, high = rng.choice(BLOCKS)
            words.append("".join(chr(rng.randint(low, high)) for _ in range(rng.randint(1, 7))))
        yield rng.choice(["", " ", "  ", "\u3000"]).join(words)


def charsmap(lines):
    out = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(lines), model_writer=out, vocab_size=500, hard_vocab_limit=False,
                                             normalization_rule_name="nmt_nfkc", minloglevel=2)
    model = sentencepiece_model_pb2.ModelProto.FromString(out.getvalue())
    return base64.b64encode(model.normalizer_spec.precompiled_charsmap).decode()


def vocabulary(lines, size):
    t = Tokenizer(models.Unigram())
    t.normalizer = normalizers.NFKC()
    t.pre_tokenizer = pre_tokenizers.Metaspace()
    t.train_from_iterator(lines, trainers.UnigramTrainer(vocab_size=size, special_tokens=SPECIAL, unk_token="<unk>", show_progress=False))
    return [tuple(piece) for piece in json.loads(t.to_str())["model"]["vocab"]]


def mask(t):
    t.add_special_tokens([*SPECIAL, AddedToken("<mask>", lstrip=True, special=True)])


def kinds(lines):
    vocab = vocabulary(lines, 600)
    table = normalizers.Precompiled(base64.b64decode(charsmap(lines)))

    xlmr = Tokenizer(models.Unigram(vocab, unk_id=3))
    xlmr.normalizer = table
    xlmr.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    xlmr.post_processor = processors.TemplateProcessing(single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    mask(xlmr)
    yield "XLM-R's own file", xlmr

    converted = Tokenizer(models.Unigram(vocab, unk_id=3))
    converted.normalizer = normalizers.Sequence([table, normalizers.Strip(left=False, right=True), normalizers.Replace(Regex(" {2,}"), "▁")])
    converted.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    converted.post_processor = xlmr.post_processor
    mask(converted)
    yield "as transformers converts a model", converted

    trained = Tokenizer(models.Unigram(vocab, unk_id=3))
    trained.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    trained.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first")
    mask(trained)
    yield "as the tokenizers package trains one", trained

    bytes_too = [*vocab, *((f"<0x{c:02X}>", -20.0) for c in range(256))]
    fallback = Tokenizer(models.Unigram(bytes_too, unk_id=3, byte_fallback=True))
    fallback.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="never", split=False)
    mask(fallback)
    yield "bytes where there is no piece, and whole texts", fallback

    albert = Tokenizer(models.Unigram([(p.lower(), score) for p, score in vocab], unk_id=3))
    albert.normalizer = normalizers.Sequence([normalizers.Replace("``", '"'), normalizers.NFKD(), normalizers.StripAccents(), normalizers.Lowercase()])
    albert.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Whitespace(), pre_tokenizers.Metaspace()])
    mask(albert)
    yield "without case and accents, by words and signs", albert


def main():
    own = own_texts()
    lines = [t for t in own] + ["Привет мир", "日本語の文章", "中文分词", "한국어 문장", "café naïve Ärger", "1 2 3 4 5 6 7 8 9 0"] * 3
    texts = HARD + own + list(mixtures(300, 7))
    out = []
    for name, t in kinds(lines):
        t = Tokenizer.from_str(t.to_str())
        cases = [{"text": text, "ids": t.encode(text).ids} for text in texts]
        out.append({"name": name, "tokenizer": json.loads(t.to_str()), "cases": cases})
        print(name, len(cases), "texts", sum(len(c["ids"]) for c in cases), "tokens")
    with open(os.path.join(HERE, "unigram.json.gz"), "wb") as f, gzip.GzipFile("", "wb", 9, f, mtime=0) as g:
        g.write(json.dumps(out, ensure_ascii=False, separators=(",", ":")).encode())


if __name__ == "__main__":
    main()
