#!/usr/bin/env bash
# Evaluates an agent and keeps what the program wrote: experiment.sh NAME [flags of sputnik eval] makes
# docs/experiments/NAME.md and NAME.png; all that was read stays in outputs/experiments/NAME, so a second time is quick.
set -euo pipefail
cd "$(dirname "$0")/.."
name=${1:?usage: experiment.sh NAME [flags of sputnik eval]}
shift
folder=outputs/experiments/$name
bin/sputnik eval --output_dir "$folder" "$@"
mkdir -p docs/experiments
cp "$folder/report.md" "docs/experiments/$name.md"
cp "$folder/plots/rate_quality.png" "docs/experiments/$name.png"
