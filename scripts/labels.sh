#!/usr/bin/env bash
# Labels made by a reader against those by rarity, which ask none, at equal wall clock: labels.sh [SECONDS]. The labellers
# that read work side by side for so long (1800 by itself). gate and best_mask label what they did not come to by rarity;
# the runs named only- learn from the first 20 texts alone, so that a text's labels are compared and not their number.
# The page is docs/experiments/005-labels-reader.md.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-1800}
documents=${DOCUMENTS:-40}
out=outputs/labels-reader
base=(train --config prod/untaught_agent.json --corpus_path sample --asked_questions 0 --asked_cloze 0 --threads 1)
mkdir -p "$out"

for by in gate best_mask leave_one_out; do
	[[ -f $out/$by/labels.seconds ]] || {
		timeout -s TERM "$seconds" bin/sputnik "${base[@]}" --label_with "$by" --output_dir "$out/$by" || true
		echo "$seconds" >"$out/$by/labels.seconds"
	} &
done
wait
python3 - corpus/sample/nq.train.jsonl.gz "$out/first.jsonl" <<'PY'
import gzip, json, sys
first = {}
for line in gzip.open(sys.argv[1], "rt", encoding="utf-8"):
    first.setdefault(json.loads(line)["context"], []).append(line)
with open(sys.argv[2], "w", encoding="utf-8") as out:
    out.writelines(line for text in list(first)[:20] for line in first[text])
PY

train() { # NAME FLAGS...
	[[ -f $out/$1/training.json ]] || bin/sputnik "${base[@]}" --output_dir "$out/$1" "${@:2}"
}
few=(--qa_path "$out/first.jsonl" --supervised_epochs 120 --eval_freq 45) # as many steps as on all texts
train rarity
train rarity-only "${few[@]}"
for by in gate best_mask; do
	mkdir -p "$out/$by-only"
	head -n 20 "$out/$by/labels.jsonl" >"$out/$by-only/labels.jsonl"
	cp "$out/$by/labels.seconds" "$out/$by-only/labels.seconds"
	train "$by-only" --label_with "$by" "${few[@]}"
	train "$by" --label_with "$by" --label_texts "$(wc -l <"$out/$by/labels.jsonl")"
done

page=docs/experiments/005-labels-reader.md
go run ./scripts/trainings -title "Labels by a reader at equal wall clock" -questions "${SPUTNIK_DATA:-../shared/data}/eval/squad_en.jsonl" \
	"$out"/{rarity,gate,best_mask,rarity-only,gate-only,best_mask-only} >"$page"
bin/sputnik eval --task squad_en --num_sequences "$documents" --metrics compression_ratio,retained_information --baselines ngram --threads 1 \
	--model_path "$out/rarity" --compare "$out/gate,$out/best_mask,$out/rarity-only,$out/gate-only,$out/best_mask-only" --output_dir "$out/eval"
{ echo; sed 's/^#/##/' "$out/eval/report.md"; } >>"$page"
