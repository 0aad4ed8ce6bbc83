#!/usr/bin/env python3
"""Puts an evaluation beside the same readings by Hugging Face's transformers, in turns, on the same machine.

    PYTHON -m pip install torch==2.11.0 transformers==4.57.1 gguf==0.19.0 accelerate==1.15.0   # in an environment of your own
    eval "$(make env)"; PYTHON bench/eval_against_transformers.py [--contexts 10] [--rounds 3] [--kinds bfloat16,float32]

The work: SQuAD contexts with all of their questions, 8 scorers, 3 rates, the whole text and none of it, put to SmolLM2-135M;
100 contexts are the whole of it and take hours, 10 take some minutes a round. bench/evalspeed does it as `sputnik eval` does
(its seconds hold ranking, cutting and the journal too) and writes down every reading; Python puts these to the same file of
weights, tokenising included, in two ways:

  plain  batches of 16 in the order of asking, padded, with an attention mask, logits of every token
  tuned  sorted by length, as many to a batch as its padded tokens allow (4096), no mask (padding on the right is never
         seen), logits of the targets only

Printed are, for each way, the median of the rounds' ratios (theirs / ours; above 1 we are faster) by the clock and by
processor time, which other programs disturb less, and how far apart the losses are, in nats a reading.
"""
import argparse
import gzip
import json
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

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
    """bench/evalspeed, which evaluates once a line."""

    def __init__(self, kind, contexts, readings, threads):
        subprocess.run(["go", "build", "-o", "bin/evalspeed", "./bench/evalspeed"], check=True)
        self.process = subprocess.Popen(["bin/evalspeed", f"--contexts={contexts}", f"--kind={kind}", f"--readings={readings}",
                                         f"--threads={threads}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        print(self.line().strip(), flush=True)

    def line(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("evalspeed ended")
        return line

    def turn(self):
        self.process.stdin.write("\n")
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


def spread(values):
    values = sorted(values)
    return f"{statistics.median(values):.2f} (from {values[0]:.2f} to {values[-1]:.2f})"


def compare(kind, options):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "readings.jsonl"
        ours = Ours(kind, options.contexts, path, options.threads)
        readings = [json.loads(line) for line in open(path, encoding="utf-8")]
    reader = Reader(kind, options.tokenizer)
    works = {way: getattr(reader, way) for way in options.ways.split(",")}
    turns = {name: [] for name in ["ours", *works]}
    for n in range(options.rounds):
        turns["ours"].append(ours.turn())
        for way, work in works.items():
            turns[way].append(timed(work, readings))
        print(f"  round {n + 1}: " + ", ".join(f"{name} {t[-1][0]:.1f} s ({t[-1][1]:.1f} s of processor)" for name, t in turns.items()), flush=True)
    ours.close()
    for way in works:
        apart = [abs(a - b) for a, b in zip(turns["ours"][-1][2], turns[way][-1][2], strict=True)]
        ratios = ([theirs[i] / mine[i] for mine, theirs in zip(turns["ours"], turns[way])] for i in (0, 1))
        clock, processor = (spread(r) for r in ratios)
        print(f"{kind}, {way}: {clock} times as fast by the clock, {processor} by processor time, {options.rounds} rounds; "
              f"losses apart by {max(apart):.2g} nats at most, {statistics.mean(apart):.2g} on average", flush=True)


def main():
    data = os.environ.get("SPUTNIK_DATA", "../shared/data")
    parser = argparse.ArgumentParser()
    parser.add_argument("--contexts", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kinds", default="bfloat16,float32")
    parser.add_argument("--ways", default="tuned,plain")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--tokenizer", default=f"{data}/tokenizers/smollm2/tokenizer.json.gz")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    print(f"PyTorch {torch.__version__}, {options.threads} threads each")
    for kind in options.kinds.split(","):
        compare(kind, options)


if __name__ == "__main__":
    main()
