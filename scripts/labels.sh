#!/usr/bin/env bash
# Labels made by a reader against those by rarity, which ask none, at equal wall clock: labels.sh [SECONDS]. The three that
# read label side by side for so long (1800 by itself); what they have not come to is labelled by rarity, or, in the runs
# named only-, left out. Then everybody trains alike. The page is docs/experiments/005-labels-reader.md.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-1800}
out=outputs/labels-reader
data=${SPUTNIK_DATA:-../shared/data}
base=(train --config prod/default_agent.json --asked_questions 0 --asked_cloze 0 --threads 1)

for by in gate best_mask leave_one_out; do
	[[ -f $out/$by/labels.seconds ]] || (
		begun=$SECONDS
		timeout -s TERM "$seconds" bin/sputnik "${base[@]}" --label_with "$by" --output_dir "$out/$by" || true
		echo $((SECONDS - begun)) >"$out/$by/labels.seconds"
	) &
done
wait

train() { # NAME FLAGS...
	[[ -f $out/$1/training.json ]] || bin/sputnik "${base[@]}" --output_dir "$out/$1" "${@:2}"
}
train rarity
train rarity-long --supervised_epochs 12 # as long as the labels allow, where more of it helped
# first N: a file of the questions that the first N texts were labelled with
for by in gate best_mask leave_one_out; do
	texts=$(wc -l <"$out/$by/labels.jsonl")
	train "$by" --label_with "$by" --label_texts "$texts"
done
