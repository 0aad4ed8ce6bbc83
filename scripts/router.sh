#!/usr/bin/env bash
# What routing by the ladder's report is worth: the same texts routed, always by the largest and always by the smallest rung.
# LADDER= names the report; every figure comes from the reports that the runs wrote.
set -euo pipefail
cd "$(dirname "$0")/.."
sputnik=bin/sputnik
ladder=${LADDER:-outputs/ladder/report.json}
out=outputs/router
asked=${SPUTNIK_DATA:-../shared/data}/eval
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
for run in "routed --ladder_report $ladder" "largest --compression_model default" "smallest --compression_model $smallest"; do
  read -r name options <<<"$run"
  # by rules, so that all three cut alike: a fitted classifier also goes by what the smallest rung expects
  "$sputnik" run --config hatd/default.json --complexity rules $options --input "$out/texts.jsonl" --output "$out/$name.jsonl" --output_dir "$out/$name" >/dev/null
done
python3 - "$out" >docs/experiments/007-router.md <<'PY'
import json, pathlib, sys
print("# Routing by the ladder's report\n\nContexts of SQuAD, problems of GSM8K with their answers and sentences of CommonGen, 200 of each at the most, by `scripts/router.sh`.\n"
      "Retention is the share of the answers to cloze questions that stand in what is left, with a 95% bootstrap interval over texts.\n")
print("| run | texts | tokens | fewer | retention | rungs | time to shorten | compress alone |\n|---|---|---|---|---|---|---|---|")
for name in ("routed", "largest", "smallest"):
    r = json.loads(pathlib.Path(sys.argv[1], name, "report.json").read_text())
    k, ms = r["measured_retention"], r["milliseconds"]
    rungs = ", ".join(f"{m.split('/')[-1]} {n / r['inputs']:.0%}" for m, n in sorted(r["selected_models"].items()))
    print(f'| {name} | {r["inputs"]} | {r["original_tokens"]} -> {r["processed_tokens"]} | {r["reduction_percent"]:.1f}% |'
          f' {k["value"]:.3f} [{k["low"]:.3f}, {k["high"]:.3f}] | {rungs} | {ms["total"] / 1000:.2f} s | {ms["compress"] / 1000:.2f} s |')
PY
cat docs/experiments/007-router.md
