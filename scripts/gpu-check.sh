#!/usr/bin/env bash
# Trains on a GPU for ten minutes and says how that went: gpu-check.sh [flags of sputnik train]. Where Go is, `make
# gpu-check-build` packs bin/gpu-check/sputnik.gz; the GPU's machine needs that file, this checkout and a Python with torch
# 2.11 to 2.13, no network. What is measured comes from the run's own metrics.
#
# DEVICE=cuda (cpu for a rehearsal), SECONDS_=600 of training; the evaluation behind it, on the CPU, takes minutes more, and
# what training left is kept before. READER=own: the reconstructor that learns in the same run reads, for SmolLM2 (98 MB) is
# more than can be carried; READER=FOLDER is another model, in bfloat16. OUT=outputs/gpu-check gets at most 8 files:
# summary.txt, report.md, two plots, log.tgz and the best weights in pieces of 15 MB: cat best.tgz.* | tar xz.
set -euo pipefail
cd "$(dirname "$0")/.."
device=${DEVICE:-cuda} seconds=${SECONDS_:-600} reader=${READER:-own} out=${OUT:-outputs/gpu-check}
packed=bin/gpu-check/sputnik.gz
[[ -f $packed ]] || { echo "gpu-check: $packed is missing; make gpu-check-build packs it" >&2; exit 1; }

work=$(mktemp -d)
sampler=
trap 'stop; rm -rf "$work"' EXIT
stop() {
	[[ -z $sampler ]] || kill "$sampler" || true
	sampler=
}
gunzip -c "$packed" >"$work/sputnik"
chmod +x "$work/sputnik"
run=$work/run
mkdir -p "$out"

torch=$(python3 -c 'import importlib.util; print(importlib.util.find_spec("torch").submodule_search_locations[0])' 2>/dev/null || true)
if [[ -n $torch ]]; then # else the copy that the binary was built with
	libraries=$(printf '%s:' "$torch/lib" "$torch"/../nvidia/*/lib)
	export LD_LIBRARY_PATH=$libraries${LD_LIBRARY_PATH:-}
fi
export OMP_WAIT_POLICY=passive

if [[ $device == cuda* ]] && nvidia-smi >/dev/null 2>&1; then
	index=${device#cuda}
	index=${index#:}
	nvidia-smi -i "${index:-0}" --query-gpu=utilization.gpu --format=csv,noheader,nounits -l 1 >"$work/utilisation" &
	sampler=$!
fi
"$work/sputnik" train --config prod/full_training.json --device "$device" --reader "$reader" --output_dir "$run" \
	--max_hours "$(awk "BEGIN { print $seconds / 3600 }")" --max_steps_per_epoch 0 --patience 0 --log_freq 1 --save_every 0 "$@" 2>&1 |
	tee "$work/train.log"
stop
python3 - "$device" "$reader" "$run" "$work/utilisation" <<'PY' | tee "$out/summary.txt"
import json, pathlib, sys
device, reader, run, utilisation = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]), pathlib.Path(sys.argv[4])
report = json.loads((run / "training.json").read_text())
lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
joint = [line for line in lines if line["phase"] == "joint"]


def speed(what):
    """Of all steps of the joint loop together, whose lines hold a number and how many a second."""
    took = [(line[what], line[what] / line[what + "_per_second"]) for line in joint if line.get(what + "_per_second")]
    if not took:
        return "unknown: no step of the joint loop was taken, or the reader does not count"
    return f"{sum(n for n, _ in took) / sum(s for _, s in took):,.0f}, of {len(took)} steps"


def mean_utilisation():
    if not utilisation.exists():
        return "unknown: no GPU was asked for, or there is no nvidia-smi"
    seen = [float(word) for word in utilisation.read_text().split() if word.replace(".", "").isdigit()]
    return f"{sum(seen) / len(seen):.0f}%, mean of {len(seen)} seconds" if seen else "unknown: nvidia-smi said nothing"


print(f"device: {device}; {report['machine']}; {report['threads']} threads; reader: {reader}")
print(f"training: {report['steps']} steps in {report['seconds']:.0f} s, {len(joint)} of them joint; {report['stopped']}")
print("reader tokens a second, while it reads:", speed("reader_tokens"))
print("masks a second, all in all:", speed("masks"))
print("utilisation of the device:", mean_utilisation())
print(f"answers kept by the best agent: {report['best_answers_kept']:.3f} of the held-out ones")
PY

cp "$run/plots/training.png" "$out"
tar -czf "$out/log.tgz" -C "$work" train.log run/metrics.jsonl run/training.json run/config.json
rm -f "$out"/best.tgz.*
tar -cz -C "$run" best | split -b 15000000 - "$out/best.tgz."

"$work/sputnik" eval --model_path "$run" --reader "$reader" --num_sequences 30 --target_ratios 0.3,0.5,0.7 --baselines random \
	--output_dir "$work/eval" >/dev/null
echo | tee -a "$out/summary.txt"
sed -n '/^## Retained information F/,/^By definition/p' "$work/eval/report.md" | tee -a "$out/summary.txt"
cp "$work/eval/report.md" "$out"
plot=$work/eval/plots/rate_quality.png # there is none where no F is defined
[[ ! -f $plot ]] || cp "$plot" "$out"
ls -l "$out"
