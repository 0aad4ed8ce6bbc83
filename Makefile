# Sputnik. `make` alone lists the targets. CONFIG= names a configuration, ARGS= goes to the command as it is.
SHELL := /bin/bash
.DEFAULT_GOAL := help
CONFIG ?=
ARGS ?=
GROUND := ./token/... ./corpus/... ./probe/... ./config/... ./env/... ./rewards/... ./torch/safetensors/... ./transformer/gguf/... ./transformer/hub/... ./compress/structure/... ./compress/keepmap/... ./eval/metric/... ./eval/remote/... ./eval/task/... ./eval/figure/... ./eval/curves/...
WITH := set -e; python3 scripts/setup.py; . .cache/env.sh;
export GOFLAGS := -buildvcs=false

.PHONY: help setup env tensorboard minilm build test test-ground test-race lint bench demo demo-hatd train eval fuzz doctor gpu-check-build clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## find or fetch libtorch; nothing to do when it is there
	@python3 scripts/setup.py

env: setup ## print what a shell needs for plain `go build`: eval "$$(make env)"
	@cat .cache/env.sh

build: ## build bin/sputnik
	@$(WITH) go build -o bin/sputnik ./cmd/sputnik

tensorboard: ## fetch the package that a test reads event files with, where pip can
	@python3 scripts/tensorboard.py

minilm: build ## fetch the encoder whose embeddings a test compares with the reference's, where it can be had
	@$(WITH) bin/sputnik models pull minilm-l6 >/dev/null || echo "minilm-l6 cannot be had; the tests of its embeddings are skipped" >&2

test: tensorboard minilm ## run every test
	@$(WITH) CGO_ENABLED=0 go build ./... && go vet ./... && go test ./...

test-ground: ## run the rooms that need no libtorch, without cgo
	@CGO_ENABLED=0 go test $(GROUND)

test-race: ## run the ground floor, torch and the library under the race detector
	@$(WITH) go test -race $(GROUND) ./torch .

lint: ## golangci-lint with the house's floors, govulncheck
	@$(WITH) scripts/lint.sh

bench: build ## speeds, printed by the programs that measure them
	@$(WITH) bin/sputnik bench compress
	@$(WITH) go test -run '^$$' -bench . -benchtime 2s $(ARGS) ./token ./torch ./transformer ./transformer/encoder ./agent ./compress ./train

demo: build ## shorten a real prompt with the embedded agent
	@$(WITH) scripts/demo.sh

demo-hatd: build ## shorten by complexity, and measure: a sample text and the public prompts; READER=smollm2-135m answers too
	@$(WITH) scripts/demo_hatd.sh

train: build ## train an agent and its reconstructor: make train CONFIG=dev/quick_test.json
	@$(WITH) bin/sputnik train --config $(or $(CONFIG),dev/quick_test.json) $(ARGS)

eval: build ## evaluate a run: make eval CONFIG=dev/quick_eval.json
	@$(WITH) bin/sputnik eval --config $(or $(CONFIG),dev/quick_eval.json) $(ARGS)

fuzz: ## a turn of every fuzz target, or of those in some folders: make fuzz ARGS="10m compress"
	@$(WITH) scripts/fuzz.sh $(or $(ARGS),100000x)

doctor: build ## say what is there and run every component once
	@$(WITH) bin/sputnik doctor

gpu-check-build: ## pack a small binary for scripts/gpu-check.sh, which needs no Go
	@$(WITH) go build -ldflags '-s -w' -o bin/gpu-check/sputnik ./cmd/sputnik && gzip -9f bin/gpu-check/sputnik

clean: ## remove what was built; libtorch and models stay
	rm -rf bin outputs
