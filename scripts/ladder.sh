#!/usr/bin/env bash
# Trains the ladder of agents, measures it on cloze questions and on questions that people asked, and heals a cut language
# model; the reports go to docs/experiments/007-*.md as the programs wrote them. ARGS= goes to every distill of agents
# (--reuse measures the students that are there), CAUSAL=0 leaves the language model out.
set -euo pipefail
cd "$(dirname "$0")/.."
sputnik=bin/sputnik
small="--seeds 42,43,44 --steps 500 --texts 6000"
asked=${SPUTNIK_DATA:-../shared/data}/eval/squad_en.jsonl
valid=sample-valid
[ -d "${SPUTNIK_DATA:-../shared/data}/corpus" ] && valid=shared-valid

"$sputnik" distill --config hatd/ladder.json $small ${ARGS:-} --val_data_path "$valid" --output_dir outputs/ladder >/dev/null
cp outputs/ladder/report.md docs/experiments/007-ladder-cloze.md
cp outputs/ladder/report.json outputs/ladder/report-cloze.json
if [ -f "$asked" ]; then
  "$sputnik" distill --config hatd/ladder.json $small --reuse --val_data_path "$asked" --output_dir outputs/ladder >/dev/null
  cp outputs/ladder/report.md docs/experiments/007-ladder.md
fi
if [ "${CAUSAL:-1}" = 1 ]; then
  "$sputnik" distill --config hatd/causal_ladder.json >/dev/null
  cp outputs/causal_ladder/report.md docs/experiments/007-causal-ladder.md
fi
