package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/reconstructor"
	"github.com/project-sputnik/sputnik/torch"
)

// rebuilder is the folder of a run that trained a tiny reconstructor, for no steps.
func rebuilder(t *testing.T) string {
	t.Helper()
	if err := torch.Available(); err != nil {
		t.Skip(err)
	}
	r, err := reconstructor.New(reconstructor.Shape{Tokenizer: "gpt2", Layers: 1, Width: 16, Heads: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	run := t.TempDir()
	if err := r.Save(filepath.Join(run, "best", "reconstructor")); err != nil {
		t.Fatal(err)
	}
	return run
}

func TestExpandKeepsWhatItIsGiven(t *testing.T) {
	run1 := rebuilder(t)
	file := filepath.Join(t.TempDir(), "text")
	for _, text := range []string{"", note, "caf\xe9 \x00 東\xe6\x9d"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var plain, marked, stderr bytes.Buffer
		code := run([]string{"sputnik", "expand", "--model", run1, file}, &plain, &stderr)
		code += run([]string{"sputnik", "expand", "--model", run1 + "/best/reconstructor", "--format", "json", file}, &marked, &stderr)
		if code != 0 || stderr.Len() > 0 {
			t.Fatalf("%q: %d, %s", text, code, stderr.String())
		}
		var r struct {
			Text     string
			Base64   []byte `json:"text_base64"`
			Inserted []insertion
			Given    int `json:"given_tokens"`
			Added    int `json:"inserted_tokens"`
		}
		if err := json.Unmarshal(marked.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		whole := append([]byte(r.Text), r.Base64...)
		if !bytes.Equal(whole, plain.Bytes()) {
			t.Errorf("json says %q, text %q", whole, plain.Bytes())
		}
		rest, at, tokens := "", 0, 0
		for _, i := range r.Inserted {
			if i.Probability <= 0 || i.Probability > 1 {
				t.Errorf("%+v", i)
			}
			rest, at, tokens = rest+string(whole[at:i.Start]), i.End, tokens+i.Tokens
		}
		if rest += string(whole[at:]); rest != text || tokens != r.Added || r.Added > r.Given {
			t.Errorf("without what was inserted %q; want %q; %+v", rest, text, r)
		}
	}
}

func TestExpandSaysWhatIsWrongWithARequest(t *testing.T) {
	if err := torch.Available(); err != nil {
		t.Skip(err)
	}
	t.Setenv("SPUTNIK_CACHE", t.TempDir())
	empty := t.TempDir()
	for name, c := range map[string][2]string{
		"no reconstructor":          {"", "no reconstructor in outputs/reconstructor; train one by: sputnik reconstructor"},
		"a model that is not there": {"--model smollm2-135m", "get it by: sputnik models pull smollm2-135m"},
		"a folder without a model":  {"--model " + empty, "neither tokenizer.json nor one GGUF file"},
		"a format":                  {"--format html", `format is "html"; want text or json`},
		"a growth":                  {"--growth 0.5", "growth is 0.5; want a number from 1 to 16"},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := run(append([]string{"sputnik", "expand"}, strings.Fields(c[0])...), &stdout, &stderr)
			if code != 2 || stdout.Len() > 0 || !strings.Contains(stderr.String(), c[1]) || strings.Count(stderr.String(), "\n") != 1 {
				t.Errorf("exit %d, %q; want %q", code, stderr.String(), c[1])
			}
		})
	}
}
