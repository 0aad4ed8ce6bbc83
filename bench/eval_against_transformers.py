#!/usr/bin/env python3
"""Puts an evaluation beside the same readings by Hugging Face's transformers, in turns, on the same machine.

    PYTHON -m pip install torch==2.11.0 transformers==4.57.1 gguf==0.19.0 accelerate==1.15.0   # in one of your own
    eval "$(make env)"; PYTHON bench/eval_against_transformers.py [--contexts 10] [--rounds 1] [--kinds bfloat16,float32]

The work: SQuAD contexts with all of their questions, 8 scorers, 3 rates, the whole text and none of it, put to SmolLM2-135M;
100 contexts are the whole of it, 10 a tenth. A few contexts at a time are a turn of each side: bench/evalspeed
does it as `sputnik eval` does (its seconds hold ranking, cutting and the journal too) and writes down every reading; Python
puts these to the same file of weights, tokenising included, in two ways:

  plain  batches of 16 in the order of asking, padded, with an attention mask, logits of every token
  tuned  sorted by length, as many to a batch as its padded tokens allow (4096), no mask (padding on the right is never
         seen), logits of the targets only

Printed are, for each way, the ratio of all seconds (theirs / ours; above 1 we are faster) with the least and the greatest of
a turn, by the clock and by processor time, which other programs disturb less, and how far apart the losses are, in nats a
reading; with both kinds of numbers also how far bfloat16 takes each from its float32.
"""
import argparse
import gzip
import itertools
import json
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

os.environ["TQDM_DISABLE"] = "1"

import torch
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM

BATCH, BATCH_TOKENS = 16, 4096


def pulled(name):
    models = subprocess.run(["bin/sputnik", "models", "pull", name], capture_output=True, text=True, check=True)
    return Path(models.stdout.strip().split("\t")[-1])


class Reader:
    def __init__(self, kind, vocabulary):
        folder = pulled("smollm2-135m")
        self.model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=next(folder.glob("*.gguf")).name,
                                                          dtype=getattr(torch, kind)).eval()
        self.tokenizer = Tokenizer.from_str(gzip.open(vocabulary, "rt", encoding="utf-8").read())

    def sequences(self, readings):
        """Ids of prompts and targets, and where each target begins."""
        prompts, targets = (self.tokenizer.encode_batch_fast([r[part] for r in readings], add_special_tokens=False)
                            for part in ("prompt", "target"))
        return [(p.ids + t.ids, len(p.ids)) for p, t in zip(prompts, targets)]

    def plain(self, readings):
        sequences, losses = self.sequences(readings), []
        for i in range(0, len(sequences), BATCH):
            some = sequences[i:i + BATCH]
            ids = torch.nn.utils.rnn.pad_sequence([torch.tensor(s) for s, _ in some], batch_first=True)
            mask = torch.nn.utils.rnn.pad_sequence([torch.ones(len(s), dtype=torch.long) for s, _ in some], batch_first=True)
            logits = self.model(ids, attention_mask=mask, use_cache=False).logits.float()
            for (s, begin), row in zip(some, logits):
                losses.append(torch.nn.functional.cross_entropy(row[begin - 1:len(s) - 1], torch.tensor(s[begin:]), reduction="sum").item())
        return losses

    def tuned(self, readings):
        sequences = self.sequences(readings)
        order = sorted(range(len(sequences)), key=lambda i: len(sequences[i][0]))
        losses, start = [0.0] * len(order), 0
        while start < len(order):
            end = start + 1
            while end < len(order) and (end - start + 1) * len(sequences[order[end]][0]) <= BATCH_TOKENS:
                end += 1
            some = [sequences[i] for i in order[start:end]]
            ids = torch.nn.utils.rnn.pad_sequence([torch.tensor(s[:-1]) for s, _ in some], batch_first=True)
            hidden = self.model.model(ids, use_cache=False).last_hidden_state
            rows = torch.tensor([n for n, (s, begin) in enumerate(some) for _ in s[begin:]])
            places = torch.tensor([at for s, begin in some for at in range(begin - 1, len(s) - 1)])
            targets = torch.tensor([id for s, begin in some for id in s[begin:]])
            nats = torch.nn.functional.cross_entropy(self.model.lm_head(hidden[rows, places]).float(), targets, reduction="none")
            sums = torch.zeros(len(some)).index_add(0, rows, nats)
            for i, loss in zip(order[start:end], sums.tolist()):
                losses[i] = loss
            start = end
        return losses


class Ours:
    """bench/evalspeed, which evaluates the part whose number it is given."""

    def __init__(self, kind, contexts, together, readings, threads):
        subprocess.run(["go", "build", "-o", "bin/evalspeed", "./bench/evalspeed"], check=True)
        self.process = subprocess.Popen(["bin/evalspeed", f"--contexts={contexts}", f"--together={together}", f"--kind={kind}",
                                         f"--readings={readings}", f"--threads={threads}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        print(self.line().strip(), flush=True)

    def line(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("evalspeed ended")
        return line

    def turn(self, part):
        self.process.stdin.write(f"{part}\n")
        self.process.stdin.flush()
        answer = json.loads(self.line())
        return answer["seconds"], answer["processor"], [loss["Nats"] for loss in answer["losses"]]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def timed(work, readings):
    begun, used = time.perf_counter(), time.process_time()
    with torch.inference_mode():
        losses = work(readings)
    return time.perf_counter() - begun, time.process_time() - used, losses


def differences(some, others):
    return [abs(a - b) for a, b in zip(some, others, strict=True)]


def ratio(mine, theirs, i):
    each = sorted(b[i] / a[i] for a, b in zip(mine, theirs))
    return f"{sum(t[i] for t in theirs) / sum(t[i] for t in mine):.2f} (from {each[0]:.2f} to {each[-1]:.2f})"


def compare(kind, options):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "readings.jsonl"
        ours = Ours(kind, options.contexts, options.together, path, options.threads)
        readings = [json.loads(line) for line in open(path, encoding="utf-8")]
    parts = [list(part) for _, part in itertools.groupby(readings, key=lambda r: r["part"])]
    reader = Reader(kind, options.tokenizer)
    works = {way: getattr(reader, way) for way in options.ways.split(",")}
    turns = {name: [] for name in ["ours", *works]}
    for _ in range(options.rounds):
        for n, part in enumerate(parts):
            turns["ours"].append(ours.turn(n))
            for way, work in works.items():
                turns[way].append(timed(work, part))
            print(f"  {len(part)} readings: " + ", ".join(f"{name} {t[-1][0]:.1f} s ({t[-1][1]:.1f} s of processor)" for name, t in turns.items()), flush=True)
    ours.close()
    losses = {name: [nats for t in some for nats in t[2]] for name, some in turns.items()}
    for way in works:
        apart = differences(losses["ours"], losses[way])
        print(f"{kind}, {way}: {ratio(turns['ours'], turns[way], 0)} times as fast by the clock, {ratio(turns['ours'], turns[way], 1)} by "
              f"processor time, {len(turns[way])} turns; losses apart by {max(apart):.2g} nats at most, {statistics.mean(apart):.2g} on average", flush=True)
    return losses


def main():
    data = os.environ.get("SPUTNIK_DATA", "../shared/data")
    parser = argparse.ArgumentParser()
    parser.add_argument("--contexts", type=int, default=10)
    parser.add_argument("--together", type=int, default=5, help="contexts of a turn")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--kinds", default="bfloat16,float32")
    parser.add_argument("--ways", default="tuned,plain")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--tokenizer", default=f"{data}/tokenizers/smollm2/tokenizer.json.gz")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    print(f"PyTorch {torch.__version__}, {options.threads} threads each")
    losses = {kind: compare(kind, options) for kind in options.kinds.split(",")}
    if "bfloat16" in losses and "float32" in losses:
        for name, some in losses["bfloat16"].items():
            apart = differences(some, losses["float32"][name])
            print(f"bfloat16 takes {name} from its float32 by {max(apart):.2g} nats at most, {statistics.mean(apart):.2g} on average")


if __name__ == "__main__":
    main()
