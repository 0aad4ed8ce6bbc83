#!/usr/bin/env bash
# Can SmolLM2 without some of its layers, healed by training (prod/healed_reader.json), stand in for it as the reader that pays?
# Heals three, has two teach an agent from its first weights by their gate credit, one of them also while it goes on learning what
# SmolLM2 says to what the agent leaves (joint), and has the reader that paid and SmolLM2, which paid nobody, say what the agents
# gained on public XQuAD questions. The pages are docs/experiments/005-healed.md and 005-healed-agents.md; two hours of a core that has
# bfloat16. Here layers-20 was stopped by hand at step 321 of 600.
set -euo pipefail
cd "$(dirname "$0")/.."
out=outputs/healed
data=${SPUTNIK_DATA:-../shared/data}
base=(--qa_path "$data/qa/nq.train.jsonl.gz" --val_data_path "$data/qa/nq.valid.jsonl.gz" --threads 1)

train() { # NAME FLAGS...
	[[ -f $out/$1/training.json ]] || bin/sputnik train "${base[@]}" --output_dir "$out/$1" "${@:2}"
}
heal() { # NAME LAYERS FLAGS...
	train "$1" --config prod/healed_reader.json --reconstructor_without "$2" "${@:3}"
}
heal layers-26 4,5,6,7
heal layers-24 4,5,6,7,24,26 --reconstructor_start 350
heal layers-20 4,5,6,7,20,21,23,25,27,28 --reconstructor_start 600 --learning_rate_reconstructor 3e-4 --eval_freq 100

# nothing is learned: agreement on all held-out texts
wide() { # NAME READER
	heal "$1" "" --reconstructor_path "$2" --reconstructor_layers 64 --reconstructor_start 1 --learning_rate_reconstructor 0 --batch_size 1 \
		--eval_freq 1 --judge_texts 141
}

paid() { # NAME READER FLAGS...
	train "$1" --init none --corpus_path shared --embedding_from smollm2-135m --context_window 15 --asked_questions 0 --asked_cloze 0 \
		--rounds 1 --gradient_estimator gate --batch_size 8 --samples 2 --learning_rate_policy 5e-4 --warmup_steps 5 --max_epochs 1 \
		--max_steps_per_epoch 100 --reconstructor_path "$2" --reconstructor_layers 64 --mixed_precision --reconstructor_start 0 \
		--reconstructor_every 0 --eval_freq 50 --log_freq 4 "${@:3}"
}
paid start "$out/layers-26/best/reconstructor" --max_epochs 0
paid frozen "$out/layers-26/best/reconstructor" --judge smollm2-135m
paid joint "$out/layers-26/best/reconstructor" --judge smollm2-135m --reconstructor_every 2 --reconstructor_teacher smollm2-135m \
	--learning_rate_reconstructor 3e-5
paid frozen-20 "$out/layers-20/latest/reconstructor"

wide wide-26 "$out/layers-26/best/reconstructor"
wide wide-joint "$out/joint/latest/reconstructor"
# what more healing brings
heal longer "" --reconstructor_path "$out/joint/latest/reconstructor" --reconstructor_layers 64 --reconstructor_start 140 \
	--learning_rate_reconstructor 3e-5 --batch_size 16 --eval_freq 140 --judge_texts 141
go run ./scripts/trainings -title "SmolLM2 without some of its layers, healed" \
	-evaluated rank_agreement,rank_agreement_drawn,answers_agreement,answers_agreement_drawn \
	"$out"/{layers-26,layers-24,layers-20,wide-26,wide-joint,longer} >docs/experiments/005-healed.md

read() { # NAME AGENT OTHERS FLAGS...
	bin/sputnik eval --task squad_en --num_sequences 0 --target_ratios 0.3,0.5 --metrics compression_ratio,retained_information \
		--include_baselines false --threads 1 --model_path "$out/$2/latest" --compare "$3" --output_dir "$out/$1" "${@:4}"
}
read joint-by-own joint "$out/start/latest,$out/frozen/latest" --reader own --reconstructor_path "$out/joint/latest/reconstructor"
read joint-by-smollm2 joint "$out/start/latest,$out/frozen/latest" --reader smollm2-135m
read frozen-by-payer frozen "$out/start/latest" --reader "$out/layers-26/best/reconstructor"
read frozen-by-smollm2 frozen "$out/start/latest" --reader smollm2-135m
read frozen-20-by-payer frozen-20 "$out/start/latest" --reader "$out/layers-20/latest/reconstructor"
read frozen-20-by-smollm2 frozen-20 "$out/start/latest" --reader smollm2-135m
go run ./scripts/trainings -title "Agents paid by healed readers" -evaluated answers_kept,rank_agreement,rank_agreement_drawn,answers_agreement,answers_agreement_drawn \
	-logged reward,reward_deviation,entropy,told -weights latest -questions "$data/eval/squad_en.jsonl" \
	-reports "$out/joint-by-own,$out/joint-by-smollm2,$out/frozen-by-payer,$out/frozen-by-smollm2,$out/frozen-20-by-payer,$out/frozen-20-by-smollm2" \
	"$out"/{joint,frozen,frozen-20,start} >docs/experiments/005-healed-agents.md
