"""Makes docs/paper/MODE of what scripts/reproduce.sh left: paper.py MODE OUT DATA PAPER.

The pages hold what the programs wrote, with the command above each table, and no figure that is not theirs. manifest.json
names the inputs by their hashes, the versions, the seeds, the commands and how long each took.
"""

import hashlib
import json
import pathlib
import shutil
import subprocess
import sys

QUESTIONS = [
    ("Do the baselines fall behind the agent?", ["eval-baselines"], "The agent in the binary against every other scorer, through the same selection of words, at the same rates."),
    ("Does reinforcement improve on its supervised start?", ["eval-start"], "The joint agents, three seeds, against the same three seeds before the joint loop. Compared are the last checkpoints, whichever was the best."),
    ("Does joint training beat a frozen reconstructor?", ["eval-frozen"], "frozen: the reconstructor stays as it is after its start on random masks."),
    ("Do two rounds beat one shot?", ["eval-rounds"], "one-shot: one decision an episode."),
    ("What does the reward change?", ["eval-reward", "free"], "exact-*: one round and a reward of the seed system's, rates held exactly; one-shot is the same with ours. The table after it lets the reward move the rate (exact_rate false), as the seed system did: a reward that holds no rate by itself lets it wander, to everything or to nothing."),
    ("How much context does the agent need?", ["eval-window"], "Tokens on each side: joint as configured, 1, 30."),
    ("Does it carry over to other tasks and languages?", ["eval-squad_es", "eval-squad_de", "eval-squad_zh", "eval-chat", "eval-meetings", "eval-commongen", "eval-gsm8k"], "Questions in Spanish, German and Chinese, conversations, meetings, and examples in front of words or problems; the reader answers in words too."),
    ("How fast is it?", ["speed"], "End to end, from the first evaluation above: to shorten a document and to have the reader take in what is left."),
    ("The ladder of distilled models, and routing", [], "Not in this document: `scripts/ladder.sh` and `scripts/router.sh` measure them, in docs/experiments/007-ladder.md and 007-router.md."),
]


def main(mode, out, data, paper):
    out, paper = pathlib.Path(out), pathlib.Path(paper)
    shutil.rmtree(paper, ignore_errors=True)
    paper.mkdir(parents=True)
    lines = [f"# What was measured, by `scripts/reproduce.sh --{mode}`", "", "Written by the programs; see manifest.json for inputs, versions and hashes.", ""]
    if mode == "dev":
        lines += ["These are small runs on a few documents: they show that every part works, and their intervals say how little more.", ""]
    for question, steps, words in QUESTIONS:
        lines += [f"## {question}", "", words, ""]
        for step in steps:
            lines += {"free": free, "speed": speed}.get(step, evaluated)(out, paper, step)
    (paper / "README.md").write_text("\n".join(lines).rstrip() + "\n")
    (paper / "manifest.json").write_text(json.dumps(manifest(mode, out, pathlib.Path(data)), indent=2) + "\n")
    print(paper / "README.md")


def evaluated(out, paper, step):
    """The tables of a report that say something about its question, and its rate-quality picture."""
    folder = out / step
    report = json.loads((folder / "report.json").read_text())
    lines = [f"### {step.removeprefix('eval-')}", "", "```", (out / "steps" / f"{step}.command").read_text().strip(), "```", ""]
    lines += [f"{report['data']['documents']} documents, {report['data']['probes']} probes, read by {report['reader']['name']}.", ""]
    sections = (folder / "report.md").read_text().split("\n## ")[1:]
    wanted = ("Retained information", "The agent less", "Answers in words", "Could the differences", "Exact parts", "Answers standing", "Distance", "A ceiling", "Semantic", "ROUGE-L")
    for section in sections:
        if section.startswith(wanted):
            title, _, body = section.partition("\n")
            body = body.split("\nIn brackets:")[0]
            lines += [f"#### {title}", "", body.strip(), ""]
    picture = folder / "plots" / "rate_quality.png"
    if picture.exists() and len(report["methods"][0]["points"]) > 1:
        shutil.copy(picture, paper / f"{step}.png")
        lines += [f"![{step}]({step}.png)", ""]
    return lines


def free(out, paper, step):
    """How far a reward moves the rate when nothing holds it."""
    lines = ["### Where the rate goes when the reward may move it", "", "| run | command | rate, first and last tenth of the joint loop | entropy, the same |", "| --- | --- | --- | --- |"]
    for folder in sorted(out.glob("free-*")):
        steps = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
        steps = [s for s in steps if "reward" in s]
        if not steps:
            continue
        n = max(1, len(steps) // 10)
        mean = lambda key, part: sum(s[key] for s in part) / len(part)
        command = (out / "steps" / f"train-{folder.name}.command").read_text().strip()
        lines.append("| {} | `{}` | {:.3f} -> {:.3f} | {:.3f} -> {:.3f} |".format(
            folder.name, command, mean("rate", steps[:n]), mean("rate", steps[-n:]), mean("entropy", steps[:n]), mean("entropy", steps[-n:])))
    command = ["bin/sputnik", "plot", "--panels", "rate,entropy,reward", "--output_dir", str(out / "free"), *map(str, sorted(out.glob("free-*")))]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    shutil.copy(out / "free" / "training.png", paper / "free.png")
    return lines + ["", "```", " ".join(command), "```", "", "![rate, entropy and reward over the steps](free.png)", ""]


def speed(out, paper, step):
    timing = json.loads((out / "eval-baselines" / "timing.json").read_text())["end_to_end"]
    shutil.copy(out / "eval-baselines" / "plots" / "pareto.png", paper / "pareto.png")
    lines = ["```", (out / "steps" / "eval-baselines.command").read_text().strip(), "```", "",
             "| scorer | rate | seconds to shorten a document | seconds to read it | document tokens/s |", "| --- | --- | --- | --- | --- |"]
    for t in timing:
        n = t["documents"]
        lines.append(f"| {t['method']} | {t['rate']:.2f} | {t['compress'] / n:.4f} | {t['read'] / n:.3f} | {t['tokens_per_second']:.0f} |")
    return lines + ["", "![quality against speed](pareto.png)", ""]


def digest(path):
    h = hashlib.sha256()
    with open(path, "rb") as f:
        for block in iter(lambda: f.read(1 << 20), b""):
            h.update(block)
    return h.hexdigest()


def manifest(mode, out, data):
    def said(*command):
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()

    steps, seeds, readers = [], set(), {}
    for command in sorted((out / "steps").glob("*.command"), key=lambda p: p.stat().st_mtime):
        name = command.name.removesuffix(".command")
        step = {"step": name, "command": command.read_text().strip(), "seconds": int(command.with_suffix(".seconds").read_text())}
        report = out / name / "report.json"
        if report.exists():
            r = json.loads(report.read_text())
            step["report_sha256"] = digest(report)
            step["data"] = {"path": r["data"]["path"], "sha256": r["data"].get("sha256")}
            seeds.add(r["bootstrap"]["seed"])
            readers[r["reader"]["name"]] = r["reader"]["sha256"]
        best = out / name.removeprefix("train-") / "config.json"
        if name.startswith("train-") and best.exists():
            seeds.add(json.loads(best.read_text())["random_seed"])
        steps.append(step)
    return {
        "mode": mode,
        "commit": said("git", "rev-parse", "HEAD"),
        "changed_files": said("git", "status", "--porcelain", "--", ".", ":!docs/paper").splitlines(),
        "sputnik": said("bin/sputnik", "version"),
        "sputnik_sha256": digest("bin/sputnik"),
        "processor": next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), ""),
        "seeds": sorted(seeds),
        "readers": readers,
        "inputs": {p.name: digest(p) for p in sorted((data / "eval").glob("*"))},
        "seconds": sum(s["seconds"] for s in steps),
        "steps": steps,
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
