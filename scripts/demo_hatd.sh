#!/usr/bin/env bash
# Runs the pipeline on demo/hatd.txt and, where the shared data is, on its public prompts, beside the seed's sample run.
# Every figure of ours comes from the report that the run wrote; READER=smollm2-135m has a reader answer too.
set -euo pipefail
cd "$(dirname "$0")/.."
sputnik=bin/sputnik
out=outputs/demo_hatd
reader=(${READER:+--reader "$READER"})
mkdir -p "$out"

"$sputnik" run --config hatd/default.json --model_hierarchy default --input demo/hatd.txt --output "$out/sample.txt" \
  --output_dir "$out/sample" --explain "${reader[@]}"
prompts=("${SPUTNIK_DATA:-../shared/data}/prompts")
if [ -d "${prompts[0]}" ]; then
  "$sputnik" run --config hatd/default.json --model_hierarchy default --input "${prompts[0]}" --output "$out/prompts.texts" \
    --output_dir "$out/prompts"
fi
echo
python3 - "$out" <<'PY'
import json, pathlib, sys
print("| run | tokens | fewer | measured retention | time to shorten |\n|---|---|---|---|---|")
print("| the seed's sample run, distilroberta-base | 253 -> 97 | 61.7% | none | 1,600 ms, all in all |")
for name, what in (("sample", "demo/hatd.txt"), ("prompts", "the public prompts")):
    path = pathlib.Path(sys.argv[1], name, "report.json")
    if not path.exists():
        continue
    r = json.loads(path.read_text())
    kept = r["measured_retention"]
    shown = f'{kept["value"]:.3f} [{kept["low"]:.3f}, {kept["high"]:.3f}] by {kept["by"]}' if kept else "none"
    print(f'| ours, {what} | {r["original_tokens"]} -> {r["processed_tokens"]} | {r["reduction_percent"]:.1f}% | {shown} |'
          f' {r["milliseconds"]["total"]:.1f} ms; {1000 * r["seconds"]:.0f} ms with opening the model and measuring |')
PY
