#!/usr/bin/env bash
# Is it questions that the agent lacks? Trains the agent without a teacher (prod/untaught_agent.json) on 130 to some 7,000
# search questions, the same recipe, and measures what each keeps of XQuAD's answers: questions.sh QED, a bare clone of
# google-research-datasets/QED. Sizes below the agent's own 1,041 take as many steps as it does, longer ones as many passes; each is selected as it is. SEEDS= are those of
# the ends, of the sizes between only the first. The page is docs/experiments/005-questions.md; nothing of it ships.
set -euo pipefail
cd "$(dirname "$0")/.."
clone=${1:?usage: questions.sh QED}
seeds=${SEEDS:-42 43 44}
out=outputs/questions
mkdir -p "$out"

# learn NAME FILE SEED FLAGS... trains one agent, where it has not been.
learn() {
  [[ -f $out/$1-$3/training.json ]] ||
    bin/sputnik train --config prod/untaught_agent.json --threads 1 --random_seed "$3" --qa_path "$2" --output_dir "$out/$1-$3" "${@:4}"
}
first=${seeds%% *}
for seed in $seeds; do
  CGO_ENABLED=0 go run ./scripts/qed --qed "$clone" --sizes 130,520,1041,2000,4000,0 --seed "$seed" --out "outputs/qed-$seed"
  learn 130 "outputs/qed-$seed/130.jsonl" "$seed" --supervised_epochs 24 --eval_freq 43
  [[ -f outputs/start-$seed/training.json ]] ||
    bin/sputnik train --config prod/untaught_agent.json --threads 1 --random_seed "$seed" --output_dir "outputs/start-$seed"
  learn all "outputs/qed-$seed/all.jsonl" "$seed"
done
learn 520 "outputs/qed-$first/520.jsonl" "$first" --supervised_epochs 6 --eval_freq 43
learn 2000 "outputs/qed-$first/2000.jsonl" "$first"
learn 4000 "outputs/qed-$first/4000.jsonl" "$first"

# trainings NAME FORM puts those of the seeds together, as eval wants them.
trainings() {
  local all=""
  for seed in $seeds; do all+=$2$1-$seed; done
  echo "${all:1}"
}
bin/sputnik eval --task squad_en --num_sequences 0 --metrics compression_ratio,retained_information,exact_kept --baselines ngram --threads 1 \
  --model_path "$(trainings outputs/start ,)" --output_dir outputs/experiments/005-questions \
  --compare "$(trainings $out/130 +),$out/520-$first,$out/2000-$first,$out/4000-$first,$(trainings $out/all +)"

# the agent's own 1,041 for as many steps as the larger numbers have: is it the questions, or the steps?
[[ -f $out/long-$first/training.json ]] ||
  bin/sputnik train --config prod/untaught_agent.json --threads 1 --random_seed "$first" --supervised_epochs 10 --output_dir "$out/long-$first"
bin/sputnik eval --task squad_en --num_sequences 0 --metrics compression_ratio,retained_information,exact_kept --include_baselines false --threads 1 \
  --model_path "$out/long-$first" --compare "outputs/start-$first,$out/4000-$first,$out/all-$first" --output_dir outputs/experiments/005-questions-long

page=docs/experiments/005-questions.md
go run ./scripts/questions -title "The number of questions that the agent learns from" -aims 0.3:0.74,0.5:0.88 \
  -plot docs/experiments/005-questions.png outputs/experiments/005-questions{,-long} >"$page"
{ echo; go run ./scripts/trainings -title "On search questions, which also selected the step" -questions "${SPUTNIK_DATA:-../shared/data}/qa/nq.valid.jsonl.gz" \
  outputs/start-* $out/130-* $out/{520,2000,4000,long}-"$first" $out/all-* | sed 's/^#/##/'; } >>"$page"
