#!/usr/bin/env bash
# Where a rate that nothing holds drifts by the seed's rewards when a reader that understands pays: agents from their first
# weights, SmolLM2, 80 steps. The page and picture are docs/experiments/005-rate-told; ten minutes of a core that has bfloat16.
set -euo pipefail
cd "$(dirname "$0")/.."
out=outputs/rate-told
data=${SPUTNIK_DATA:-../shared/data}
for reward in simple information_theoretic_seed; do
	[[ -f $out/$reward/training.json ]] || bin/sputnik train --config dev/reproduce.json --output_dir "$out/$reward" --init none \
		--qa_path "$data/qa/nq.train.jsonl.gz" --val_data_path "$data/qa/nq.valid.jsonl.gz" --probes question --reader smollm2-135m \
		--reconstructor_start 0 --reconstructor_every 0 --rounds 1 --reward_type "$reward" --exact_rate false --learning_rate_policy 2e-3 \
		--entropy_weight 0 --entropy_floor 0 --max_steps_per_epoch 80 --log_freq 1 --eval_freq 1000 --threads 1
done
go run ./scripts/trainings -title "Where a free rate drifts by the seed's rewards, paid by SmolLM2" -evaluated "" \
	-logged rate,rate_asked,entropy,reward "$out"/{simple,information_theoretic_seed} >docs/experiments/005-rate-told.md
bin/sputnik plot --panels rate,entropy,reward --output_dir "$out/plots" "$out"/{simple,information_theoretic_seed}
cp "$out/plots/training.png" docs/experiments/005-rate-told.png
