#!/usr/bin/env bash
# Trains the ladder of agents and its control by reinforcement, measures them on cloze questions, on questions that people
# asked and by a reader's losses, and heals a cut language model; the reports go to docs/experiments/007-*.md as the programs
# wrote them, and `go run ./scripts/hatd speeds` says how fast the rungs are. ARGS= goes to the distill that trains (--reuse
# measures the students that are there), SUBJQA= names a bare clone of megagonlabs/SubjQA, without which the asked documents
# are a fifth, READER=0 leaves the reader out (it takes half an hour of one core that has bfloat16), CAUSAL=0 the language
# model.
set -euo pipefail
cd "$(dirname "$0")/.."
sputnik=bin/sputnik
small="--seeds 42,43,44 --steps 500 --texts 6000"
asked=${SPUTNIK_DATA:-../shared/data}/eval/squad_en.jsonl
valid=sample-valid
[ -d "${SPUTNIK_DATA:-../shared/data}/corpus" ] && valid=shared-valid

also=""
if [ -f "$asked" ]; then
  for seed in 42 43 44; do
    [ -d "outputs/rl_30k/seed-$seed/best" ] ||
      "$sputnik" train --config hatd/reinforce_30k.json --random_seed "$seed" --output_dir "outputs/rl_30k/seed-$seed" >/dev/null
  done
  also="--also outputs/rl_30k"
fi
"$sputnik" distill --config hatd/ladder.json $small ${ARGS:-} --speeds=false --val_data_path "$valid" $also --output_dir outputs/ladder >/dev/null
cp outputs/ladder/report.md docs/experiments/007-ladder-cloze.md
cp outputs/ladder/report.json outputs/ladder/report-cloze.json
if [ -f "$asked" ]; then
  CGO_ENABLED=0 go run ./scripts/asked --subjqa "${SUBJQA:-}" >outputs/asked.jsonl
  grep '"source":"squad_en"' outputs/asked.jsonl >outputs/asked_squad.jsonl
  if [ "${READER:-1}" = 1 ]; then
    "$sputnik" distill --config hatd/asked_ladder.json --speeds=false --reader smollm2-135m --val_data_path outputs/asked_squad.jsonl >/dev/null
    cp outputs/ladder/report.md docs/experiments/007-ladder-reader.md
  fi
  [ -d outputs/rl_30k_words/best ] || # its page was measured on the first 504 steps
    "$sputnik" train --config hatd/reinforce_30k.json --reader standing:words --output_dir outputs/rl_30k_words >/dev/null
  grep -v '"source":"reviews"' outputs/asked.jsonl >outputs/asked_own.jsonl
  "$sputnik" distill --config hatd/asked_ladder.json --speeds=false --val_data_path outputs/asked_own.jsonl --also outputs/rl_30k,outputs/rl_30k_words --output_dir outputs/ladder >/dev/null
  cp outputs/ladder/report.md docs/experiments/007-ladder-own.md
  "$sputnik" distill --config hatd/asked_ladder.json >/dev/null
  cp outputs/ladder/report.md docs/experiments/007-ladder.md
fi
if [ "${CAUSAL:-1}" = 1 ]; then
  "$sputnik" distill --config hatd/causal_ladder.json >/dev/null
  cp outputs/causal_ladder/report.md docs/experiments/007-causal-ladder.md
fi
