//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/torch/safetensors"
)

// killsVariable says how many processes are killed; SPUTNIK_TEST_KILLS=200 takes two minutes.
const killsVariable = "SPUTNIK_TEST_KILLS"

func kills(t *testing.T) int {
	t.Helper()
	n, err := strconv.Atoi(os.Getenv(killsVariable))
	if err != nil {
		return 25
	}
	return n
}

// teaching trains tiny networks for a second or two, through every phase, with a checkpoint after every step.
func teaching(t *testing.T) []string {
	t.Helper()
	var questions, text strings.Builder
	for i := range 12 {
		fact := fmt.Sprintf("In %d the city of Port %c opened its harbour to %d ships, said the mayor of the town on the coast of the sea.", 1900+i, 'A'+i, 10*i+7)
		row, _ := json.Marshal(map[string]any{"id": fmt.Sprint(i), "context": fact, "question": "How many ships?", "answers": []string{fmt.Sprint(10*i + 7)}})
		fmt.Fprintf(&questions, "%s\n", row)
		row, _ = json.Marshal(map[string]any{"id": fmt.Sprint(i), "text": strings.Repeat(fact+" ", 8)})
		fmt.Fprintf(&text, "%s\n", row)
	}
	dir := t.TempDir()
	written(t, dir, "questions.jsonl", []byte(questions.String()))
	written(t, dir, "text.jsonl", []byte(text.String()))
	asked := filepath.Join(dir, "questions.jsonl")
	return append(strings.Fields(`train --threads 1 --tokenizer ../../transformer/encoder/testdata/tiny-roberta/tokenizer.json
		--reconstructor_layers 1 --reconstructor_dim 16 --reconstructor_heads 2 --reconstructor_start 4
		--embedding_dim 4 --policy_hidden_dim 8 --layers 1 --context_window 1
		--supervised_epochs 3 --supervised_batch_size 2 --supervised_cloze 0 --learning_rate_supervised 0.01
		--max_epochs 1 --batch_size 2 --samples 2 --log_freq 1 --checkpoint_freq 1 --eval_freq 2`),
		"--corpus_path", filepath.Join(dir, "text.jsonl"), "--qa_path", asked, "--val_data_path", asked)
}

// A process that is killed again and again, at whatever moment, loses no more than the step it was in.
func TestKillingATrainingLosesNothing(t *testing.T) {
	if err := torch.Available(); err != nil {
		t.Skip(err)
	}
	args, dir := teaching(t), t.TempDir()
	in := func(run string) []string { return append(slices.Clone(args), "--output_dir", filepath.Join(dir, run)) }
	begun := time.Now()
	if text, err := process(t, in("whole")...).CombinedOutput(); err != nil {
		t.Fatalf("%v, %s", err, text)
	}
	longest := time.Since(begun)
	want := remains(t, filepath.Join(dir, "whole"))
	random := rand.New(rand.NewPCG(9, 0))
	killed, all := 0, kills(t)
	for run := 0; killed < all; run++ {
		out := filepath.Join(dir, fmt.Sprint(run))
		for ended := false; !ended; {
			line := in(fmt.Sprint(run))
			if _, err := os.Stat(filepath.Join(out, "latest")); err == nil {
				line = append(line, "--resume")
			}
			life := time.Duration(random.Int64N(int64(longest))) / 2
			if killed == all {
				life = time.Minute
			}
			if ended = lived(t, life, line); !ended {
				killed++
			}
			whole(t, out)
		}
		if diff := cmp.Diff(want, remains(t, out)); diff != "" {
			t.Errorf("-never killed +killed: %.2000s", diff)
		}
	}
	t.Logf("%d processes killed", killed)
}

// lived starts a process and kills it after so long; it says whether it had ended before, as it should.
func lived(t *testing.T, life time.Duration, args []string) bool {
	t.Helper()
	c := process(t, args...)
	var stderr bytes.Buffer
	c.Stderr = &stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(life, func() { c.Process.Kill() })
	defer timer.Stop()
	err := c.Wait()
	if status, ok := c.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return false
	}
	if err != nil {
		t.Fatalf("it could not go on: %v, %s", err, stderr.String())
	}
	return true
}

// whole holds that everything in a run's folder that has a name can be loaded.
func whole(t *testing.T, out string) {
	t.Helper()
	folders, err := filepath.Glob(filepath.Join(out, "checkpoints", "step-*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(out, "latest"), filepath.Join(out, "best"), filepath.Join(out, "best", "reconstructor")} {
		if _, err := os.Lstat(path); err == nil {
			folders = append(folders, path)
		}
	}
	for _, folder := range folders {
		if err := safetensors.CheckSums(folder); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(filepath.Join(out, "best")); err == nil {
		a, err := agent.Load(out)
		if err != nil {
			t.Fatal(err)
		}
		a.Close()
	}
}

// remains are the files that a run leaves, but for what the clock says.
func remains(t *testing.T, out string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, name := range []string{"latest/agent/model.safetensors", "latest/reconstructor/model.safetensors", "latest/optimizer.safetensors",
		"best/model.safetensors", "best/reconstructor/model.safetensors", "metrics.jsonl", "latest/state.json"} {
		raw, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		all[name] = timeless(t, raw)
	}
	return all
}

// timeless is a file's lines of JSON without seconds and speeds; any other file as it is.
func timeless(t *testing.T, raw []byte) string {
	t.Helper()
	decoder, text := json.NewDecoder(bytes.NewReader(raw)), &strings.Builder{}
	for decoder.More() {
		var line map[string]any
		if err := decoder.Decode(&line); err != nil {
			return string(raw)
		}
		delete(line, "seconds")
		maps.DeleteFunc(line, func(name string, _ any) bool { return strings.HasSuffix(name, "_per_second") })
		fmt.Fprintln(text, line)
	}
	return text.String()
}

func TestAFullDiskLeavesTheLastCheckpoint(t *testing.T) {
	if err := torch.Available(); err != nil {
		t.Skip(err)
	}
	out := filepath.Join(t.TempDir(), "run")
	args := append(teaching(t), "--output_dir", out)
	if text, err := process(t, append(slices.Clone(args), "--max_hours", "1e-9")...).CombinedOutput(); err != nil {
		t.Fatalf("%v, %s", err, text)
	}
	want := remains(t, out)
	again := process(t, append(slices.Clone(args), "--resume")...)
	again.Env = append(again.Env, largestFile+"=2000")
	text, err := again.CombinedOutput()
	if exitCode(err) != 1 || !full(lastLine(string(text))) {
		t.Errorf("exit %d, %s", exitCode(err), text)
	}
	whole(t, out)
	got := remains(t, out)
	delete(want, "metrics.jsonl")
	delete(got, "metrics.jsonl")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-before +after: %.2000s", diff)
	}
	if left, _ := filepath.Glob(filepath.Join(out, "checkpoints", ".*")); len(left) > 0 {
		t.Errorf("left behind %q", left)
	}
	if text, err := process(t, append(slices.Clone(args), "--resume", "--eval_freq", "100", "--checkpoint_freq", "100")...).CombinedOutput(); err != nil {
		t.Errorf("with room again: %v, %s", err, text)
	}
}
