package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
	for name, c := range map[string][2]string{
		"a model that is not there": {"models info smollm2-135m", "sputnik models pull smollm2-135m"},
		"an unknown name":           {"models pull gpt7", "OWNER/NAME"},
		"no name":                   {"models pull", "wants a name"},
		"a file cut short":          {"models convert " + truncated + " " + truncated + ".out", "cut short"},
		"a folder that is there":    {"models convert " + tinyModel + " " + filepath.Dir(truncated), "exists already"},
		"an unknown format":         {"models ls --format xml", "text or json"},
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
