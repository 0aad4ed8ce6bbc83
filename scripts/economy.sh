#!/usr/bin/env bash
# What a small reader is worth that is trained with the policy: how far it puts masks in the order that SmolLM2 does, whether
# it should go on learning in the joint loop (joint) or before it for about as long (frozen), and how much of what it sees of
# a gain SmolLM2, which trained nobody here, confirms. The page is docs/experiments/005-economy.md; its run of frozen was
# stopped at step 534 of 572, and its agents were compared by the answers that they keep alone.
set -euo pipefail
cd "$(dirname "$0")/.."
out=outputs/economy
data=${SPUTNIK_DATA:-../shared/data}
documents=${DOCUMENTS:-40}
base=(train --config dev/reproduce.json --asked_questions 0 --asked_cloze 0 --supervised_epochs 2 --batch_size 8
	--max_steps_per_epoch 150 --eval_freq 50 --learning_rate_policy 1e-4 --judge smollm2-135m
	--val_data_path "$data/qa/nq.valid.jsonl.gz" --threads 1 --log_freq 5)

train() { # NAME FLAGS...
	[[ -f $out/$1/training.json ]] || bin/sputnik "${base[@]}" --output_dir "$out/$1" "${@:2}"
}
# 80 steps of 8 pieces of text before the joint loop, and in it 150 of 8 texts and 8 answers; or 164 of 8 before it
train joint --rounds 1 --reconstructor_start 80 --reconstructor_every 1
train frozen --rounds 1 --reconstructor_start 164 --reconstructor_every 0
train start --rounds 1 --reconstructor_start 0 --max_epochs 0 --judge ""

# the last agents, not the best: what the joint loop makes of its start
others=$out/start/latest,$out/frozen/latest
read() { # NAME FLAGS...
	bin/sputnik eval --task squad_en --num_sequences "$documents" --target_ratios 0.3,0.5 --metrics compression_ratio,retained_information \
		--include_baselines false --model_path "$out/joint/latest" --compare "$others" --threads 1 --output_dir "$out/eval-$1" "${@:2}"
}
read own --reader own --reconstructor_path "$out/joint/latest/reconstructor"
read smollm2 --reader smollm2-135m
go run ./scripts/trainings -title "A small reader that is trained with the policy" -evaluated answers_kept,rank_agreement,answers_agreement \
	-logged reward,reward_deviation,entropy,reconstructor_loss -weights latest -questions "$data/eval/squad_en.jsonl" -reports "$out/eval-own,$out/eval-smollm2" \
	"$out"/{joint,frozen,start} >docs/experiments/005-economy.md
