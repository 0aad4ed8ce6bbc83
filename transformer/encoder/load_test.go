//go:build cgo

package encoder_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/transformer/encoder"
)

// changed is a copy of tiny-bert with one string of its config.json replaced.
func changed(t *testing.T, old, with string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"config.json", "model.safetensors", "tokenizer.json"} {
		raw, err := os.ReadFile(filepath.Join("testdata/tiny-bert", name))
		if err != nil {
			t.Fatal(err)
		}
		if name == "config.json" {
			if !strings.Contains(string(raw), old) {
				t.Fatalf("config.json has no %s", old)
			}
			raw = []byte(strings.Replace(string(raw), old, with, 1))
		}
		if err := os.WriteFile(filepath.Join(dir, name), raw, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestWhatCannotBeLoadedIsSaidInALine(t *testing.T) {
	for name, c := range map[string]struct{ dir, want string }{
		"a causal model":        {"../testdata/tiny-llama", `model family "llama" is no encoder`},
		"no such folder":        {"testdata/nowhere", "no such file"},
		"no weights":            {"testdata", "config.json"},
		"another width":         {changed(t, `"hidden_size": 32`, `"hidden_size": 64`), "is [150 32], want [150 64]"},
		"more layers":           {changed(t, `"num_hidden_layers": 2`, `"num_hidden_layers": 3`), "encoder.layer.2."},
		"no end of layers":      {changed(t, `"num_hidden_layers": 2`, `"num_hidden_layers": 2000000000`), "encoder.layer.2."},
		"heads that do not fit": {changed(t, `"num_attention_heads": 4`, `"num_attention_heads": 5`), "5 heads"},
		"no heads":              {changed(t, `"num_attention_heads": 4`, `"num_attention_heads": 0`), "below 1"},
		"no room":               {changed(t, `"max_position_embeddings": 40`, `"max_position_embeddings": 2`), "2 positions"},
		"another activation":    {changed(t, `"hidden_act": "gelu"`, `"hidden_act": "relu"`), `"relu"`},
		"relative positions":    {changed(t, `"absolute"`, `"relative_key"`), "relative_key"},
		"a decoder":             {changed(t, `"model_type"`, `"is_decoder": true, "model_type"`), "is_decoder"},
	} {
		m, err := encoder.Load(c.dir)
		if err == nil {
			m.Close()
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestATokenizerMustFitItsModel(t *testing.T) {
	dir := changed(t, `"model_type"`, `"model_type"`)
	raw, err := os.ReadFile("testdata/tiny-roberta/tokenizer.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "tokenizer.json"), raw, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := encoder.Open(dir); err == nil || !strings.Contains(err.Error(), "the tokenizer has 290 tokens, the model 150") {
		t.Error(err)
	}
	if _, err := encoder.Open("never-pulled"); err == nil || !strings.Contains(err.Error(), "sputnik models pull never-pulled") {
		t.Error(err)
	}
}

func TestMoreTokensThanPositionsAreAnError(t *testing.T) {
	m := load(t, "tiny-roberta")
	err := torch.NoGrad(func(s *torch.Scope) error {
		m.Hidden(s, s.Full(5, torch.Int64, 1, 41), torch.Tensor{})
		return nil
	})
	if err == nil || !strings.Contains(err.Error(), "the model reads 40 tokens at once") {
		t.Error(err)
	}
}
