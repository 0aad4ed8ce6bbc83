package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/torch"
)

// compressed runs sputnik compress on a text.
func compressed(t *testing.T, text string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, report bytes.Buffer
	code = run(append(append([]string{"sputnik", "compress"}, args...), file), &out, &report)
	return code, out.String(), report.String()
}

const note = "The delivery to Gothenburg was delayed until <keep>14 March</keep> because of the strike, so it seems, and no\n" +
	"invoice of Amina Diallo (INV-2291) is to be paid before that day.\n"

func TestCompressWritesTheContractsJSON(t *testing.T) {
	code, stdout, stderr := compressed(t, note, "--rate", "0.5", "--tokenizer", "cl100k_base", "--format", "json")
	if code != 0 || stderr != "" {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	var keys []string
	for _, m := range regexp.MustCompile(`"(\w+)":`).FindAllStringSubmatch(stdout, -1) {
		keys = append(keys, m[1])
	}
	want := "text original_tokens compressed_tokens rate target_tokens tokenizer model scorer unit kept protected elapsed_ms"
	if got := strings.Join(keys, " "); got != want {
		t.Errorf("fields %s\nwant   %s", got, want)
	}
	var r struct {
		Text      string
		Kept      [][2]int
		Protected [][2]int
		Tokens    int `json:"compressed_tokens"`
		Target    int `json:"target_tokens"`
	}
	if err := json.Unmarshal([]byte(stdout), &r); err != nil {
		t.Fatal(err)
	}
	joined := ""
	for _, s := range r.Kept {
		joined += note[s[0]:s[1]]
	}
	if joined != r.Text || !strings.Contains(r.Text, "<keep>14 March</keep>") || r.Tokens > r.Target || len(r.Protected) != 1 {
		t.Errorf("%+v", r)
	}
}

func TestCompressWritesTextAndNothingElse(t *testing.T) {
	_, asJSON, _ := compressed(t, note, "--target-tokens", "20", "--format", "json", "--scorer", "frequency")
	code, stdout, stderr := compressed(t, note, "--target-tokens", "20", "--scorer", "frequency")
	var r struct{ Text string }
	if err := json.Unmarshal([]byte(asJSON), &r); err != nil || code != 0 || stdout != r.Text || stderr != "" {
		t.Errorf("exit %d, %q, %q; want %q (%v)", code, stdout, stderr, r.Text, err)
	}
}

func TestCompressShowsWhatWasDropped(t *testing.T) {
	for format, want := range map[string]string{"html": "<mark>&lt;keep&gt;14 March&lt;/keep&gt;</mark>", "markdown": `**\<keep\>14 March\</keep\>**`} {
		code, stdout, stderr := compressed(t, note, "--format", format)
		dropped := map[string]string{"html": "<del>", "markdown": "~~"}[format]
		if code != 0 || stderr != "" || !strings.Contains(stdout, want) || !strings.Contains(stdout, dropped) {
			t.Errorf("%s: exit %d, %s, %s", format, code, stdout, stderr)
		}
	}
}

func TestCompressWarnsAndEndsWell(t *testing.T) {
	code, stdout, stderr := compressed(t, "much <keep>more than wanted</keep> of it", "--target-tokens", "1", "--strip-tags")
	if code != 0 || stdout != "more than wanted" || !strings.HasPrefix(stderr, "sputnik: warning: what is protected takes 3 tokens, the target is 1") {
		t.Errorf("exit %d, %q, %q", code, stdout, stderr)
	}
	code, stdout, stderr = compressed(t, "", "--format", "text")
	if code != 0 || stdout != "" || stderr != "" {
		t.Errorf("nothing: exit %d, %q, %q", code, stdout, stderr)
	}
}

func TestCompressKeepsInvalidBytesInBase64(t *testing.T) {
	code, stdout, _ := compressed(t, "caf\xe9", "--rate", "1", "--format", "json")
	if code != 0 || !strings.HasPrefix(stdout, `{"text_base64":"Y2Fm6Q==",`) {
		t.Errorf("exit %d, %s", code, stdout)
	}
}

func TestCompressAnswersEveryLineAsItWouldAlone(t *testing.T) {
	one, _ := json.Marshal(note)
	lines := `{"id":"a","text":` + string(one) + `}
nonsense
{"id":[7],"text":""}

{"id":8,"txt":"?"}
{"id":"q","text":` + string(one) + `,"question":"Who sent the invoice?"}
`
	code, stdout, stderr := compressed(t, lines, "--jsonl", "--rate", "0.4")
	got := strings.Split(strings.TrimSuffix(stdout, "\n"), "\n")
	want := []string{`{"id":"a","text":"`, `{"id":null,"error":"`, `{"id":[7],"text":"","original_tokens":0,`, `{"id":8,"error":"it has no \"text\""}`, `{"id":"q","text":"`}
	if code != 1 || len(got) != len(want) {
		t.Fatalf("exit %d, %d lines: %s", code, len(got), stdout)
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) || !json.Valid([]byte(got[i])) {
			t.Errorf("line %d: %s\nwant %s", i, got[i], want[i])
		}
	}
	if !strings.Contains(stderr, "line 2: ") || !strings.Contains(stderr, "line 5: ") || !strings.Contains(stderr, "2 bad lines of ") {
		t.Errorf("stderr: %s", stderr)
	}
	_, alone, _ := compressed(t, note, "--rate", "0.4", "--format", "json")
	until := func(s string) string { return s[strings.Index(s, `"text"`):strings.Index(s, `"elapsed_ms"`)] }
	if until(got[0]) != until(alone) {
		t.Errorf("in a batch %s\nalone      %s", got[0], alone)
	}
}

func TestCompressKeepsJSONWhole(t *testing.T) {
	const text = `{"id":7,"note":"The delivery to Gothenburg was delayed until March because of the \"strike\", so it seems."}`
	code, stdout, stderr := compressed(t, text, "--rate", "0.7")
	var r struct {
		ID   int
		Note string
	}
	if err := json.Unmarshal([]byte(stdout), &r); err != nil || code != 0 || r.ID != 7 || len(r.Note) < 20 || len(stdout) >= len(text) || stderr != "" {
		t.Errorf("exit %d, %q, %q: %v", code, stdout, stderr, err)
	}
	line, _ := json.Marshal(map[string]string{"text": text})
	code, stdout, stderr = compressed(t, string(line)+"\n{\"id\":2,\"text\":\"{\"}\n", "--jsonl", "--structure", "json")
	if code != 1 || !strings.Contains(stdout, `{"id":2,"error":"line 1, column 2 is not json: it ends too early"}`) || strings.Count(stdout, "\n") != 2 {
		t.Errorf("exit %d, %q, %q", code, stdout, stderr)
	}
}

func TestCompressSaysWhatIsWrongWithARequest(t *testing.T) {
	for name, c := range map[string]struct{ args, stderr string }{
		"a rate of none":            {"--rate 0", "rate is 0; want a number above 0, up to 1"},
		"a rate beyond all":         {"--rate 1.01", "rate is 1.01; want"},
		"a rate that is no number":  {"--rate half", `invalid value "half" for flag -rate`},
		"two budgets":               {"--rate .5 --target-tokens 9", "rate and target-tokens are both given"},
		"a negative budget":         {"--target-tokens -1", "target-tokens is -1; want 0 or more"},
		"an unknown format":         {"--format pdf", `format is "pdf"; want text, json, html or markdown`},
		"a format for a batch":      {"--jsonl --format html", "jsonl writes JSON, not html"},
		"an unknown unit":           {"--unit line", `unit is "line"; want word or token`},
		"an unknown structure":      {"--structure pdf", `structure is "pdf"; want auto, prose, json, markdown`},
		"a text of no structure":    {"--structure json", "line 1, column 1 is not json: invalid character 'T' looking for"},
		"a model for no scorer":     {"--scorer-model x", "scorer-model is given, but the scorer agent reads none"},
		"an unknown scorer":         {"--scorer magic", `no scorer is called "magic"; want`},
		"an unknown tokenizer":      {"--tokenizer gpt9", `tokenizer "gpt9": neither a file nor one of`},
		"a model that is not there": {"--model nowhere", "load agent: open nowhere/config.json: no such file"},
		"an expression":             {"--keep-regex (", "keep-regex: error parsing regexp"},
		"a mistyped flag":           {"--tokeniser gpt2", "unknown flag --tokeniser (did you mean --tokenizer?)"},
		"two files":                 {"other.txt", "compress takes one file, and got"},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := compressed(t, note, strings.Fields(c.args)...)
			if code != 2 || stdout != "" || !strings.HasPrefix(stderr, "sputnik: "+c.stderr) || strings.Count(stderr, "\n") != 1 {
				t.Errorf("exit %d, %q, %q; want %q", code, stdout, stderr, c.stderr)
			}
		})
	}
}

// An agent whose file names another tokenizer than it was trained with.
func TestCompressRejectsAnAgentWithAnotherTokenizer(t *testing.T) {
	dir := t.TempDir()
	config := `{"model_type":"sputnik-agent","tokenizer":"gpt2","vocab_size":49152,"embedding_dim":16,"policy_hidden_dim":128,"context_window":8,"layers":4,"log_tokens":12}`
	if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	weights, err := os.ReadFile("../../agent/default/model.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "model.safetensors"), weights, 0o600); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := compressed(t, note, "--model", dir)
	if code != 2 || stdout != "" || !strings.Contains(stderr, "gpt2") || strings.Count(stderr, "\n") != 1 {
		t.Errorf("exit %d, %q, %q", code, stdout, stderr)
	}
}

func TestAScorerReadsTheModelThatIsNamed(t *testing.T) {
	if err := torch.Available(); err != nil {
		t.Skip(err)
	}
	models := filepath.Join("..", "..", "saliency", "testdata")
	for _, args := range [][]string{
		{"--scorer", "tokenclass", "--scorer_model", filepath.Join(models, "classify-xlmr")},
		{"--scorer", "tokenclass", "--scorer-model", filepath.Join(models, "classify-bert")},
		{"--scorer", "attention:rollout", "--scorer-model", filepath.Join(models, "encoder-bert")},
		{"--scorer", "gradient:mlm", "--scorer-model", filepath.Join(models, "encoder-roberta"), "--question", "When was it?"},
		{"--scorer", "contrastive", "--scorer-model", filepath.Join(models, "causal"), "--question", "When was it?"},
	} {
		code, stdout, stderr := compressed(t, note, append(args, "--format", "json")...)
		if code != 0 || stderr != "" || !strings.Contains(stdout, `"scorer":"`+args[1]+`"`) {
			t.Errorf("%v: exit %d, %s%s", args, code, stdout, stderr)
		}
	}
}

func TestAScorerWithoutItsModelSaysHowToGetIt(t *testing.T) {
	t.Setenv("SPUTNIK_CACHE", t.TempDir())
	for scorer, want := range map[string]string{
		"attention": "sputnik models pull minilm-l6", "gradient": "sputnik models pull minilm-l6", "surprisal": "sputnik models pull smollm2-135m",
		"contrastive": "sputnik models pull smollm2-135m", "tokenclass": "--scorer-model", "attention:x": `option "x"`,
	} {
		if torch.Available() != nil && scorer != "attention:x" {
			want = "needs libtorch"
		}
		code, stdout, stderr := compressed(t, note, "--scorer", scorer)
		if code != 2 || stdout != "" || !strings.Contains(stderr, want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: exit %d, %s%s", scorer, code, stdout, stderr)
		}
	}
}
