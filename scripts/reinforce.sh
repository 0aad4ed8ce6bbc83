#!/usr/bin/env bash
# Does reinforcement by a reader improve on the taught agent that it goes on from (prod/default_agent.json)? Pays it for what
# SmolLM2 answers to its training questions (prod/reinforce_taught.json), and has it and its start judged on all public XQuAD
# questions, and where QED= names a bare clone of google-research-datasets/QED on 5,925 search questions of paragraphs that
# neither was asked about in training. The pages are docs/experiments/005-reinforcement-taught.md and 005-reinforcement-fresh.md.
set -euo pipefail
cd "$(dirname "$0")/.."
start=outputs/default_agent run=outputs/reinforce_taught
[[ -f $run/training.json ]] || bin/sputnik train --config prod/reinforce_taught.json
scripts/experiment.sh 005-reinforcement-taught --task squad_en --num_sequences 0 --target_ratios 0.3,0.5,0.7 \
	--metrics compression_ratio,retained_information --baselines ngram --model_path "$run" --compare "$start,$run/checkpoints/step-256"
bin/sputnik plot --panels reward,reward_deviation,entropy --output_dir "$run/plots" "$run"*
cp "$run/plots/training.png" docs/experiments/005-reinforcement-taught-training.png
if [[ -n ${QED:-} ]]; then # an hour of a core
	CGO_ENABLED=0 go run ./scripts/qed --qed "$QED" --new --sizes 0 --seed 42 --out outputs/qed-new
	scripts/experiment.sh 005-reinforcement-fresh --data_path outputs/qed-new/all.jsonl --num_sequences 0 --target_ratios 0.3,0.5,0.7 \
		--metrics compression_ratio,retained_information --include_baselines=false --model_path "$run" --compare "$start"
fi
