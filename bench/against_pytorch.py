#!/usr/bin/env python3
"""Puts our speeds beside PyTorch's, in turns, on the same machine in the same minutes.

    PYTHON -m pip install torch==2.11.0 transformers==4.57.1 gguf accelerate     # in an environment of your own
    eval "$(make env)"; PYTHON bench/against_pytorch.py [ROUNDS]

Each round runs our Go benchmark and then the same work in PyTorch; printed are the medians and the median of the
rounds' ratios (ours / PyTorch's; below 1 we are faster). The forwards need the models smollm2-135m and minilm-l6, which
are pulled.
"""
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

import torch
from torch import nn

VOCABULARY, EMBEDDING, FEATURES, HIDDEN = 49152, 16, 9 + 14, 128


class Policy(nn.Module):
    """The agent's network as one would write it in PyTorch."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, EMBEDDING)
        self.input = nn.Linear(EMBEDDING + FEATURES, HIDDEN)
        self.norms = nn.ModuleList(nn.LayerNorm(HIDDEN) for _ in range(4))
        self.convs = nn.ModuleList(nn.Conv1d(HIDDEN, HIDDEN, 3, padding=d, dilation=d) for d in (1, 2, 4, 8))
        self.head = nn.Linear(HIDDEN, 1)

    def forward(self, ids, features):
        x = self.input(torch.cat([self.embedding(ids), features], -1))
        for norm, conv in zip(self.norms, self.convs):
            x = x + nn.functional.gelu(conv(norm(x).transpose(1, 2)).transpose(1, 2))
        return self.head(x).squeeze(-1)


def policy_step():
    policy = Policy()
    rest = [p for n, p in policy.named_parameters() if not n.startswith("embedding")]
    optimiser = torch.optim.AdamW([{"params": policy.embedding.parameters(), "weight_decay": 0}, {"params": rest}],
                                  lr=1e-3, weight_decay=0.01, fused=True)
    ids, features = torch.randint(VOCABULARY, (8, 256)), torch.randn(8, 256, FEATURES)
    target = torch.randint(2, (8, 256)).float()

    def step():
        loss = nn.functional.binary_cross_entropy_with_logits(policy(ids, features), target)
        loss.backward()
        nn.utils.clip_grad_norm_(policy.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()
        return loss.item()

    return step


def pulled(name):
    models = subprocess.run(["bin/sputnik", "models", "pull", name], capture_output=True, text=True, check=True)
    return Path(models.stdout.strip().split("\t")[-1])


def smollm2(kind):
    from transformers import AutoModelForCausalLM
    folder = pulled("smollm2-135m")
    file = next(folder.glob("*.gguf"))
    model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=file.name, torch_dtype=kind).eval()
    ids = (torch.arange(512) * 37 % model.config.vocab_size).unsqueeze(0)

    def forward():
        with torch.inference_mode():
            return model.model(ids, use_cache=False).last_hidden_state

    return forward


def minilm(rows, length):
    from transformers import BertModel
    folder = pulled("minilm-l6")
    model = BertModel.from_pretrained(folder, add_pooling_layer=False).eval()
    ids = (torch.arange(rows * length) * 37 % model.config.vocab_size).view(rows, length)
    mask = torch.ones_like(ids)

    def forward():
        with torch.inference_mode():
            return model(ids, attention_mask=mask).last_hidden_state.mean(1)

    return forward


def ours(package, benchmark, count):
    """Milliseconds an operation, by the Go benchmark."""
    done = subprocess.run(["go", "test", "-run", "^$", "-bench", f"^{benchmark}$", "-benchtime", f"{count}x", package],
                          capture_output=True, text=True, check=True)
    return float(re.search(r"\s([0-9.]+) ns/op", done.stdout).group(1)) / 1e6


def theirs(work, count):
    work()
    start = time.perf_counter()
    for _ in range(count):
        work()
    return (time.perf_counter() - start) * 1e3 / count


def compare(name, package, benchmark, work, count, rounds):
    pairs = [(ours(package, benchmark, count), theirs(work, count)) for _ in range(rounds)]
    mine, other = (statistics.median(column) for column in zip(*pairs))
    ratios = sorted(a / b for a, b in pairs)
    print(f"{name}: ours {mine:.1f} ms, PyTorch {other:.1f} ms, ratio {statistics.median(ratios):.3f} "
          f"(from {ratios[0]:.3f} to {ratios[-1]:.3f} in {rounds} rounds)", flush=True)


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    torch.manual_seed(1)
    print(f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads")
    compare("policy training step 8x256", "./train", "BenchmarkPolicyStep", policy_step(), 50, rounds)
    compare("SmolLM2 forward 1x512 fp32", "./transformer", "BenchmarkSmolLM2/fp32", smollm2(torch.float32), 3, rounds)
    compare("SmolLM2 forward 1x512 bf16", "./transformer", "BenchmarkSmolLM2/bf16", smollm2(torch.bfloat16), 5, rounds)
    for rows, length in (8, 128), (1, 256):
        compare(f"MiniLM embedding {rows}x{length}", "./transformer/encoder", f"BenchmarkEmbed/{rows}x{length}",
                minilm(rows, length), 10, rounds)


if __name__ == "__main__":
    main()
