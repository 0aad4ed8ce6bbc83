#!/usr/bin/env bash
# Makes the agent in the binary anew, from nothing to its pages: three trainings by the same teachers
# (prod/default_agent.json), each paid by a reader then (prod/reinforce_taught.json), their measurements in docs/experiments
# beside the agent that is in the binary now (before), and the weights, the calibration of --min-quality and the classifier of
# complexity that go with them. Hours on 2 cores.
#
# Stopped, the same command goes on: trainings at their checkpoints, evaluations at their readings. All else is in outputs/.
set -euo pipefail
cd "$(dirname "$0")/.."
data=${SPUTNIK_DATA:-../shared/data}
taught=outputs/default_agent run=outputs/reinforce_taught
trainings=$run,$run-43,$run-44

make build
for model in smollm2-135m minilm-l6; do bin/sputnik models pull "$model"; done
[[ -d outputs/before ]] || { mkdir -p outputs/before && cp agent/default/{config.json,model.safetensors} outputs/before; }

learn() { # CONFIG FOLDER SEED FLAGS...
	local resume=()
	[[ -d $2/checkpoints ]] && resume=(--resume)
	[[ -f $2/training.json ]] || bin/sputnik train --config "prod/$1.json" --output_dir "$2" --random_seed "$3" "${@:4}" "${resume[@]}"
}
further() { # SEED
	[[ -d $taught-$1/teachers ]] || { mkdir -p "$taught-$1" && cp -r $taught/taught.jsonl $taught/teachers "$taught-$1"; }
	learn default_agent "$taught-$1" "$1" --threads 1
	learn reinforce_taught "$run-$1" "$1" --policy_path "$taught-$1" --threads 1
}
learn default_agent $taught 42
learning=()
for seed in 43 44; do
	further $seed &
	learning+=($!)
done
for process in "${learning[@]}"; do wait "$process"; done
learn reinforce_taught $run 42

# Pages, two at a time, the longest first.
xargs -L 1 -P 2 scripts/experiment.sh <<PAGES
005-agents --model_path $trainings --compare outputs/before --task squad_en --num_sequences 0 --baselines ngram,adaptive,frequency,tokenclass --scorer_model tokenclass=$taught/teachers/1 --target_ratios 0.3,0.5,0.7 --metrics exact_kept --threads 1
005-transfer-meetings --model_path $run --compare outputs/before --task meetings --num_sequences 0 --baselines frequency --target_ratios 0.3,0.5 --metrics exact_kept --threads 1
005-question --model_path $trainings --question_given --task squad_en --num_sequences 0 --baselines frequency --target_ratios 0.2,0.3,0.5 --metrics exact_kept --threads 1
005-plain --model_path $trainings --compare outputs/before --num_sequences 80 --baselines frequency,ngram,adaptive --target_ratios 0.3,0.5 --metrics exact_kept --threads 1
005-nq --model_path $trainings --compare outputs/before --data_path $data/qa/nq.valid.jsonl.gz --num_sequences 0 --baselines ngram,adaptive,frequency --target_ratios 0.3,0.5,0.7 --metrics exact_kept --threads 1
005-transfer-gsm8k --model_path $run --task gsm8k --num_sequences 24 --baselines frequency,ngram,last --target_ratios 0.3,0.5 --metrics exact_kept --threads 1
005-transfer-commongen --model_path $run --task commongen --num_sequences 40 --baselines frequency,ngram,last --target_ratios 0.3,0.5 --metrics exact_kept --threads 1
005-question-nq --model_path $trainings --question_given --data_path $data/qa/nq.valid.jsonl.gz --num_sequences 0 --baselines frequency --target_ratios 0.3,0.5 --metrics exact_kept --threads 1
005-transfer-squad_es --model_path $run --compare outputs/before --task squad_es --num_sequences 40 --baselines ngram,frequency,random --target_ratios 0.3,0.5 --metrics exact_kept --threads 1
005-transfer-squad_de --model_path $run --compare outputs/before --task squad_de --num_sequences 40 --baselines ngram,frequency,random --target_ratios 0.3,0.5 --metrics exact_kept --threads 1
005-transfer-squad_zh --model_path $run --compare outputs/before --task squad_zh --num_sequences 40 --baselines ngram,frequency,random --target_ratios 0.3,0.5 --metrics exact_kept --threads 1
005-transfer-chat --model_path $run --compare outputs/before --task chat --num_sequences 24 --baselines ngram,frequency,random --target_ratios 0.3,0.5 --metrics exact_kept --threads 1
PAGES

# What ships is the first training; its answers were read above.
shipped=outputs/experiments/shipped
read() { # FOLDER PAGE FLAGS...
	mkdir -p "$1"
	cp "outputs/experiments/$2/readings.jsonl" "$1/"
	bin/sputnik eval --output_dir "$1" --model_path $run --task squad_en --num_sequences 0 --include_baselines false --metrics exact_kept "${@:3}"
}
read $shipped 005-agents --target_ratios 0.3,0.5,0.7
read $shipped-told 005-question --question_given --target_ratios 0.2,0.3,0.5
go run ./scripts/ship --run $run --report $shipped/report.json --report $shipped-told/report.json
make build
go run ./scripts/calibrate --model agent/default --data "$data/eval/squad_en.jsonl" --data "$data/qa/nq.valid.jsonl.gz" >docs/experiments/006-quality.md
make build
bin/sputnik pipeline fit --config hatd/fit.json
cp outputs/complexity.json pipeline/complexity.json
cp outputs/complexity.md docs/experiments/007-complexity.md
make build
go run ./scripts/prompts "$data/prompts" >docs/experiments/006-prompts.md
