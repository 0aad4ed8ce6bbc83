#!/usr/bin/env bash
# From nothing to every table and figure of docs/paper: reproduce.sh [--dev|--prod].
#
#   --dev    (as given) small runs on a few documents: half an hour on 2 cores. It shows that all of it works; its
#            figures are too few to say which method is better.
#   --prod   full runs on all documents: hours on 2 cores.
#
# Stopped, the same command goes on: a step that was done with the same command and program is left as it is, trainings
# resume at their checkpoints and evaluations where they were. Everything is in outputs/reproduce/MODE.
set -euo pipefail
cd "$(dirname "$0")/.."

mode=${1:---dev}
case $mode in
--dev) documents=10 words=5 problems=1 config=dev/reproduce.json seeds="42 43 44" oracle=1 ;;
--prod) documents=0 words=100 problems=100 config=prod/reproduce.json seeds="42 43 44" oracle=20 ;;
*) echo "usage: scripts/reproduce.sh [--dev|--prod]" >&2; exit 2 ;;
esac
mode=${mode#--}
out=outputs/reproduce/$mode
data=${SPUTNIK_DATA:-../shared/data}
mkdir -p "$out/steps"

make build
for model in smollm2-135m minilm-l6; do bin/sputnik models pull "$model" >&2; done
program=$(cat bin/sputnik "configs/$config" | sha256sum | cut -c1-16)

# done_before NAME COMMAND... says whether a step was done with this command, program and configuration.
done_before() {
	local name=$1
	shift
	[[ -f $out/steps/$name.done && $(<"$out/steps/$name.done") == "$program bin/sputnik $*" ]]
}

# step NAME COMMAND... runs a command of ours and keeps it, what it printed and how long it took in steps/NAME.*
step() {
	local name=$1 log=$out/steps/$1 begun=$SECONDS
	shift
	if done_before "$name" "$@"; then
		echo "$name: done before" >&2
		return
	fi
	echo "$name: bin/sputnik $*" >&2
	bin/sputnik "$@" >"$log.out" 2>"$log.log" || { tail -5 "$log.log" >&2; echo "$name failed; all it said is in $log.log" >&2; exit 1; }
	echo "bin/sputnik $*" >"$log.command"
	echo $((SECONDS - begun)) >"$log.seconds"
	echo "$program bin/sputnik $*" >"$log.done"
}

# run NAME FLAGS... trains one agent: one that was stopped goes on, one of another program or command is made anew.
run() {
	local name=$1 folder=$out/$1 resume=()
	local command=(train --config "$config" --output_dir "$folder" "${@:2}")
	if [[ -f $out/steps/train-$name.done ]]; then
		done_before "train-$name" "${command[@]}" || rm -rf "$folder" "$out/steps/train-$name.done"
	elif [[ -d $folder/checkpoints ]]; then
		resume=(--resume)
	fi
	step "train-$name" "${command[@]}" "${resume[@]}"
}

joint="" start=""
for seed in $seeds; do
	run "start-$seed" --random_seed "$seed" --max_epochs 0 --reconstructor_start 0
	run "joint-$seed" --random_seed "$seed"
	start+=,$out/start-$seed joint+=,$out/joint-$seed/latest
done
start=${start#,} joint=${joint#,}
run frozen --reconstructor_every 0
run one-shot --rounds 1
run window-1 --context_window 1
run window-30 --context_window 30
for reward in simple information_theoretic_seed; do
	run "exact-$reward" --rounds 1 --reward_type "$reward"
done
for reward in simple information_theoretic_seed information_theoretic; do
	run "free-$reward" --rounds 1 --reward_type "$reward" --exact_rate false --learning_rate_policy 1e-3 --entropy_weight 0 --entropy_floor 0
done

baselines=random,first,last,position,length,stopword,frequency,ngram,adaptive,learned_entropy,transformer_based,iterative_surprisal
step eval-baselines eval --task squad_en --num_sequences "$documents" --output_dir "$out/eval-baselines" --baselines "$baselines" \
	--oracle_documents "$oracle" --metrics compression_ratio,retained_information,exact_kept,rouge_score,bleu_score,chrf,semantic_similarity,perplexity,end_to_end_time
latest() { local all=""; for name in "$@"; do all+=,$out/$name/latest; done; echo "${all#,}"; }
ablation() { # NAME COMPARED: the joint agents against other runs, without baselines
	step "eval-$1" eval --task squad_en --num_sequences "$documents" --output_dir "$out/eval-$1" --model_path "$joint" --include_baselines false \
		--metrics compression_ratio,retained_information --compare "$2"
}
ablation start "$start"
ablation frozen "$(latest frozen)"
ablation rounds "$(latest one-shot)"
ablation window "$(latest window-1 window-30)"
ablation reward "$(latest exact-simple exact-information_theoretic_seed one-shot)"
for task in squad_es squad_de squad_zh chat meetings commongen gsm8k; do
	some=$words
	[[ $task == gsm8k ]] && some=$problems # each is five problems behind six others, and a solution is long
	step "eval-$task" eval --task "$task" --num_sequences "$some" --output_dir "$out/eval-$task" --baselines random,frequency,ngram --random_draws 1 \
		--metrics compression_ratio,retained_information,exact_kept --target_ratios 0.5 --answers
done

python3 scripts/paper.py "$mode" "$out" "$data" "docs/paper/$mode"
