#!/usr/bin/env bash
# Can a part of SmolLM2, healed by training, stand in for it as the reader that pays? healed.sh QED, a bare clone of
# google-research-datasets/QED. SmolLM2 without some of its layers (prod/healed_reader.json) comes first, then with narrower ones, the
# heads and neurons that answers need most (`sputnik models prune`, prod/pruned_reader.json), which are healed on QED's questions. Some
# of either teach an agent from its first weights by their gate credit (prod/joint_reader.json), while they go on learning what SmolLM2
# says to what the agent leaves (joint) or frozen, and the reader that paid and SmolLM2, which paid nobody, say what the agents gained
# on public XQuAD questions. The pages are docs/experiments/005-healed.md, 005-healed-agents.md, 005-pruned.md and
# 005-pruned-agents.md; eight hours of a core that has bfloat16. Here layers-20 was stopped by hand at step 321 of 600, half-healed at
# 413 and two-thirds-healed at 656.
set -euo pipefail
cd "$(dirname "$0")/.."
clone=${1:?usage: healed.sh QED}
out=outputs/healed
data=${SPUTNIK_DATA:-../shared/data}
questions=$data/qa/nq.train.jsonl.gz

train() { # NAME FLAGS...
	[[ -f $out/$1/training.json ]] || bin/sputnik train --qa_path "$questions" --val_data_path "$data/qa/nq.valid.jsonl.gz" --threads 1 \
		--output_dir "$out/$1" "${@:2}"
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
	train "$1" --config prod/joint_reader.json --reconstructor_path "$2" "${@:3}"
}
frozen=(--reconstructor_every 0 --reconstructor_teacher "")
paid start "$out/layers-26/best/reconstructor" --max_epochs 0 "${frozen[@]}" --judge ""
paid frozen "$out/layers-26/best/reconstructor" "${frozen[@]}" --judge_texts 32
paid joint "$out/layers-26/best/reconstructor" --judge_texts 32
paid frozen-20 "$out/layers-20/latest/reconstructor" "${frozen[@]}" --judge ""

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

out=outputs/pruned
[[ -f outputs/qed-42/all.jsonl ]] || CGO_ENABLED=0 go run ./scripts/qed --qed "$clone" --sizes 0 --seed 42 --out outputs/qed-42
prune() { # NAME SHARE FLAGS...
	[[ -d $out/$1 ]] || bin/sputnik models prune --keep "$2" --questions "$questions" --threads 1 smollm2-135m "$out/$1"
	(questions=outputs/qed-42/all.jsonl && train "$1-healed" --config prod/pruned_reader.json --reconstructor_path "$out/$1" "${@:3}")
}
prune half 0.5 --reconstructor_start 1000 --learning_rate_reconstructor 2e-4 --eval_freq 250
prune two-thirds 0.65 --reconstructor_start 850 --learning_rate_reconstructor 2e-4 --eval_freq 280
prune three-quarters 0.75
paid start "$out/two-thirds-healed/best/reconstructor" --max_epochs 0 "${frozen[@]}" --judge ""
paid joint "$out/two-thirds-healed/best/reconstructor" --judge_texts 32
paid joint-three-quarters "$out/three-quarters-healed/latest/reconstructor"
paid joint-three-quarters-slow "$out/three-quarters-healed/latest/reconstructor" --learning_rate_reconstructor 1e-5
wide wide-two-thirds "$out/two-thirds-healed/latest/reconstructor"
wide wide-three-quarters "$out/three-quarters-healed/best/reconstructor" # of step 120
wide wide-joint "$out/joint/latest/reconstructor"
wide wide-three-quarters-end "$out/three-quarters-healed/latest/reconstructor"
go run ./scripts/trainings -title "SmolLM2 with narrower layers, healed" \
	-evaluated rank_agreement,rank_agreement_drawn,answers_agreement,answers_agreement_drawn \
	"$out"/{half,two-thirds,three-quarters}-healed "$out"/wide-{two-thirds,joint,three-quarters,three-quarters-end} >docs/experiments/005-pruned.md

reports=()
for run in joint joint-three-quarters joint-three-quarters-slow; do
	read $run-by-own $run "$out/start/latest" --reader own --reconstructor_path "$out/$run/latest/reconstructor"
	read $run-by-smollm2 $run "$out/start/latest" --reader smollm2-135m
	reports+=("$out/$run-by-own" "$out/$run-by-smollm2")
done
go run ./scripts/trainings -title "Agents paid by pruned readers" -evaluated answers_kept,rank_agreement,rank_agreement_drawn,answers_agreement,answers_agreement_drawn \
	-logged reward,reward_deviation,entropy,told -weights latest -questions "$data/eval/squad_en.jsonl" \
	-reports "$(IFS=, && echo "${reports[*]}")" "$out"/{joint-three-quarters,joint-three-quarters-slow,joint,start} >docs/experiments/005-pruned-agents.md
