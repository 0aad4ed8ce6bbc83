#!/usr/bin/env bash
# What routing by the ladder's report is worth: the same texts routed, always by the largest and always by the smallest rung.
# LADDER= names the report; every figure comes from the reports that the runs wrote. The three take turns, and the least
# time of each counts: what else runs on the machine only ever adds.
set -euo pipefail
cd "$(dirname "$0")/.."
sputnik=bin/sputnik
ladder=${LADDER:-outputs/ladder/report.json}
out=outputs/router
asked=${SPUTNIK_DATA:-../shared/data}/eval
turns=3
rm -rf "$out"
mkdir -p "$out"
python3 - "$asked" "$out/texts.jsonl" <<'PY'
import json, pathlib, sys
seen = {}
for name, take in (("squad_en.jsonl", lambda r: r["context"]), ("gsm8k.jsonl", lambda r: r["question"] + " " + r["answer"]),
                   ("commongen.jsonl", lambda r: " ".join(r["references"]))):
    path = pathlib.Path(sys.argv[1], name)
    for line in path.open(encoding="utf-8"):
        text = take(json.loads(line))
        if text not in seen and sum(1 for s in seen.values() if s == name) < 200:
            seen[text] = name
with open(sys.argv[2], "w", encoding="utf-8") as f:
    for i, (text, name) in enumerate(seen.items()):
        f.write(json.dumps({"id": f"{name}:{i}", "text": text}) + "\n")
PY
smallest=$(python3 -c 'import json, os, sys; r = json.load(open(sys.argv[1])); print(os.path.join(os.path.dirname(sys.argv[1]), r["rungs"][-1]["folder"]))' "$ladder")
for turn in $(seq "$turns"); do
  for run in "routed --ladder_report $ladder" "largest --compression_model default" "smallest --compression_model $smallest"; do
    read -r name options <<<"$run"
    # by rules, so that all three cut alike: a fitted classifier also goes by what the smallest rung expects
    "$sputnik" run --config hatd/default.json --complexity rules $options --input "$out/texts.jsonl" --output "$out/$name-$turn.jsonl" --output_dir "$out/$name-$turn" >/dev/null
  done
done
python3 - "$out" "$turns" >docs/experiments/007-router.md <<'PY'
import json, pathlib, random, sys

out, turns = pathlib.Path(sys.argv[1]), int(sys.argv[2])
names = ("routed", "largest", "smallest")
reports = {name: [json.loads((out / f"{name}-{turn + 1}/report.json").read_text()) for turn in range(turns)] for name in names}

def told(name):
    rows = [json.loads(line)["outcome"] for line in (out / f"{name}-1/rows.jsonl").open(encoding="utf-8")]
    return {r["id"]: (r["measured_retention"]["told"], r["measured_retention"]["all"]) for r in rows if r.get("measured_retention")}

def least(name, stage):
    return min(r["milliseconds"][stage] for r in reports[name]) / 1000

def less(other):
    """What is retained by routing less what is by another run, texts resampled together."""
    mine, theirs = told("routed"), told(other)
    ids = sorted(mine.keys() & theirs.keys())
    share = lambda told, ids: sum(told[i][0] for i in ids) / sum(told[i][1] for i in ids)
    draw = random.Random(42)
    each = sorted(share(mine, some) - share(theirs, some) for some in (draw.choices(ids, k=len(ids)) for _ in range(1000)))
    return f"{share(mine, ids) - share(theirs, ids):+.3f} [{each[24]:+.3f}, {each[974]:+.3f}]"

print("# Routing by the ladder's report\n\nContexts of SQuAD, problems of GSM8K with their answers and sentences of CommonGen, 200 of each at the most, by `scripts/router.sh`.\n"
      "Retention is the share of the answers to cloze questions that stand in what is left, with a 95% bootstrap interval over texts. Times are of all\n"
      f"texts, one after the other: the least of {turns} turns, in which the three runs alternate. Those of features are in the time to shorten; they ask\n"
      "the smallest rung that a run has open.\n")
print("| run | texts | tokens | fewer | retention | rungs | time to shorten | features | compress |\n|---|---|---|---|---|---|---|---|---|")
for name in names:
    r = reports[name][0]
    k = r["measured_retention"]
    rungs = ", ".join(f"{m.split('/')[-1]} {n / r['inputs']:.0%}" for m, n in sorted(r["selected_models"].items()))
    print(f'| {name} | {r["inputs"]} | {r["original_tokens"]} -> {r["processed_tokens"]} | {r["reduction_percent"]:.1f}% |'
          f' {k["value"]:.3f} [{k["low"]:.3f}, {k["high"]:.3f}] | {rungs} | {least(name, "total"):.2f} s | {least(name, "features"):.2f} s | {least(name, "compress"):.2f} s |')
print("\n| routed against | retention, paired by text | time to shorten saved | of compress alone |\n|---|---|---|---|")
for name in names[1:]:
    saved = lambda stage: f"{1 - least('routed', stage) / least(name, stage):.0%}"
    print(f'| always the {name} | {less(name)} | {saved("total")} | {saved("compress")} |')
PY
cat docs/experiments/007-router.md
