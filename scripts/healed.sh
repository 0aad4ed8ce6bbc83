#!/usr/bin/env bash
# Can SmolLM2 with fewer layers, healed by training, stand in for it as the reader that pays? Heals some (prod/healed_reader.json
# and others), has one teach an agent from scratch by its gate credit, while it goes on learning from SmolLM2 what the agent leaves
# (joint) and as it is (frozen), and has it, another and SmolLM2, which pay nobody, say what the agents gained on public XQuAD
# questions. The page is docs/experiments/005-healed.md; two hours of a core that has bfloat16.
set -euo pipefail
cd "$(dirname "$0")/.."
out=outputs/healed
data=${SPUTNIK_DATA:-../shared/data}
questions=(--qa_path "$data/qa/nq.train.jsonl.gz" --val_data_path "$data/qa/nq.valid.jsonl.gz" --threads 1)

train() { # NAME FLAGS...
	[[ -f $out/$1/training.json ]] || bin/sputnik train "${questions[@]}" --output_dir "$out/$1" "${@:2}"
}
heal() { # NAME STEPS LAYERS
	train "$1" --config prod/healed_reader.json --reconstructor_start "$2" --reconstructor_without "$3"
}
heal layers-24 500 4,5,6,7,24,26
heal layers-20 600 4,5,6,7,20,21,23,25,27,28

reader=$out/layers-24/best/reconstructor
agent=(--init none --corpus_path shared --embedding_from smollm2-135m --context_window 15 --asked_questions 0 --asked_cloze 0
	--rounds 1 --gradient_estimator gate --batch_size 8 --samples 2 --learning_rate_policy 5e-4 --warmup_steps 5
	--max_steps_per_epoch 120 --reconstructor_path "$reader" --reconstructor_layers 64 --mixed_precision --reconstructor_start 0)
train start "${agent[@]}" --max_epochs 0
train frozen "${agent[@]}" --max_epochs 1 --reconstructor_every 0 --judge smollm2-135m --eval_freq 40 --log_freq 4
train joint "${agent[@]}" --max_epochs 1 --reconstructor_every 2 --judge smollm2-135m --eval_freq 40 --log_freq 4 \
	--reconstructor_teacher smollm2-135m --learning_rate_reconstructor 3e-5
