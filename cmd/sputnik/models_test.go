package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/reconstructor"
	"github.com/project-sputnik/sputnik/torch"
)

const tinyModel = "../../transformer/gguf/testdata/llama.gguf"

func TestModelsAreListedDescribedAndConverted(t *testing.T) {
	t.Setenv("SPUTNIK_CACHE", t.TempDir())
	folder := filepath.Join(t.TempDir(), "tiny")
	for _, c := range []struct{ name, line, want string }{
		{"no models", "models ls --format json", "[]\n"},
		{"a file", "models info " + tinyModel, "architecture  llama\nparameters    0.1 M\n"},
		{"a file, for machines", "models info --format json " + tinyModel, `"parameters":63024`},
		{"a conversion", "models convert " + tinyModel + " " + folder, ""},
		{"what came of it", "models info " + folder, "LlamaForCausalLM"},
		{"the agent in the binary", "models info default", "name          default, in the binary\n"},
		{"its figures", "models info default", "figures       F 0."},
		{"its name in reports", "models info default", "\nin reports    sha256 "},
		{"its seeds", "models info default", "\nseeds         42\n"},
		{"its provenance, for machines", "models info default --format json", `"provenance":{"weights":{"sha256":"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := run(append([]string{"sputnik"}, strings.Fields(c.line)...), &stdout, &stderr)
			if code != 0 || !strings.Contains(stdout.String(), c.want) {
				t.Errorf("exit %d, %q, %q; want %q", code, stdout.String(), stderr.String(), c.want)
			}
		})
	}
}

func TestModelsSaysWhatIsWrongWithARequest(t *testing.T) {
	t.Setenv("SPUTNIK_CACHE", t.TempDir())
	truncated := filepath.Join(t.TempDir(), "cut.gguf")
	raw, err := os.ReadFile(tinyModel)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(truncated, raw[:len(raw)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(t.TempDir(), "empty.jsonl")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string][2]string{
		"a model that is not there": {"models info smollm2-135m", "sputnik models pull smollm2-135m"},
		"an unknown name":           {"models pull gpt7", "OWNER/NAME"},
		"a name of no hub":          {"models pull outputs/run/best", "OWNER/NAME"},
		"no name":                   {"models pull", "wants a name"},
		"a file cut short":          {"models convert " + truncated + " " + truncated + ".out", "cut short"},
		"a folder that is there":    {"models convert " + tinyModel + " " + filepath.Dir(truncated), "exists already"},
		"an unknown format":         {"models ls --format xml", "text or json"},
		"nothing to prune":          {"models prune", "wants a model and the folder"},
		"no share":                  {"models prune --keep 0 a b", "above 0"},
		"more than all":             {"models prune --keep 2 a b", "at most 1"},
		"no readings":               {"models prune --readings 0 a b", "1 or more"},
		"questions not there":       {"models prune --questions none.jsonl a " + truncated + ".small", "none.jsonl"},
		"no questions":              {"models prune --questions " + empty + " a " + truncated + ".small", "there are none"},
		"a pruned model that is":    {"models prune a " + filepath.Dir(truncated), "exists already"},
		"no model to prune":         {"models prune none-such " + truncated + ".small", "none-such"},
		"a mistyped flag":           {"models prune --kep 0.5 a b", "keep"},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := run(append([]string{"sputnik"}, strings.Fields(c[0])...), &stdout, &stderr)
			if code != 2 || !strings.Contains(stderr.String(), c[1]) || strings.Count(stderr.String(), "\n") != 1 {
				t.Errorf("exit %d, %q; want %q", code, stderr.String(), c[1])
			}
		})
	}
}

func TestAPrunedModelIsAModel(t *testing.T) {
	dir := t.TempDir()
	toy, pruned := filepath.Join(dir, "toy"), filepath.Join(dir, "new", "pruned")
	if err := torch.Available(); err != nil {
		t.Skip(err)
	}
	r, err := reconstructor.New(reconstructor.Shape{Tokenizer: "gpt2", Layers: 2, Width: 32, Heads: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := r.Save(toy); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	if code := run([]string{"sputnik", "models", "prune", "--keep", "0.4", "--readings", "3", toy, pruned}, &stdout, &stderr); code != 0 {
		t.Fatalf("exit %d: %s", code, stderr.String())
	}
	small, err := reconstructor.Open(pruned, torch.Float32, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer small.Close()
	if got, all := small.Model().Size(), r.Model().Size(); got >= all || !strings.Contains(stdout.String(), "after 3 readings") {
		t.Errorf("%d parameters of %d: %q", got, all, stdout.String())
	}
	if left, err := filepath.Glob(filepath.Join(dir, "new", ".model*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
