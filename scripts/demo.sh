#!/usr/bin/env bash
# Shortens demo/prompt.txt with the embedded agent. Every figure comes from the program that measured it.
set -euo pipefail
cd "$(dirname "$0")/.."
sputnik=bin/sputnik
prompt=demo/prompt.txt

field() { python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }

echo "== $prompt: $("$sputnik" tokenize --tokenizer o200k_base --format count "$prompt") tokens of o200k_base"
for rate in 0.5 0.33; do
  result=$("$sputnik" compress --rate "$rate" --tokenizer o200k_base --format json "$prompt")
  echo
  echo "== at rate $rate: $(field original_tokens <<<"$result") -> $(field compressed_tokens <<<"$result") tokens" \
    "(target $(field target_tokens <<<"$result")), $(field elapsed_ms <<<"$result") ms, scorer $(field scorer <<<"$result")"
  echo
  field text <<<"$result"
done

question="Who renews the certificates, and by when?"
echo
echo "== at rate 0.2, asked \"$question\""
echo
"$sputnik" compress --rate 0.2 --tokenizer o200k_base --question "$question" "$prompt"
echo
mkdir -p outputs
"$sputnik" compress --rate 0.33 --tokenizer o200k_base --format html "$prompt" >outputs/demo.html
echo
echo "== what was kept and what was dropped, side by side: outputs/demo.html"
