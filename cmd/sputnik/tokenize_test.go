package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTokenizeWritesWhatItsFormatsSay(t *testing.T) {
	file := filepath.Join(t.TempDir(), "text.txt")
	if err := os.WriteFile(file, []byte("Hello world"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, format, want string }{
		{"ids", "ids", "[15496,995]\n"}, {"spans", "spans", "[[0,5],[5,11]]\n"}, {"a count", "count", "2\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := run([]string{"sputnik", "tokenize", "--tokenizer", "gpt2", "--format", c.format, file}, &stdout, &stderr)
			if code != 0 || stdout.String() != c.want {
				t.Errorf("exit %d, %q, %q; want %q", code, stdout.String(), stderr.String(), c.want)
			}
		})
	}
}

func TestTokenizeAnswersEveryLineAndFailsForABadOne(t *testing.T) {
	file := filepath.Join(t.TempDir(), "lines.jsonl")
	lines := `{"id":"a","text":"Hello world"}
{"id":7,"text":""}
{"id":"b"}
nonsense
{"id":"c","bytes_b64":"/w==","single_piece":true}
`
	if err := os.WriteFile(file, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	code := run([]string{"sputnik", "tokenize", "--tokenizer", "gpt2", "--format", "jsonl", file}, &stdout, &stderr)
	got := strings.Split(strings.TrimSpace(stdout.String()), "\n")
	want := []string{`{"id":"a","ids":[15496,995]}`, `{"id":7,"ids":[]}`, `{"id":"b","error":"it has no \"text\""}`,
		`{"id":null,"error":`, `{"id":"c","ids":[187]}`}
	if code != 1 || len(got) != len(want) {
		t.Fatalf("exit %d, %d lines: %s", code, len(got), stdout.String())
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("line %d: got %s, want %s", i+1, got[i], want[i])
		}
	}
	if !strings.Contains(stderr.String(), "line 3: ") || !strings.Contains(stderr.String(), "line 4: ") {
		t.Errorf("stderr: %s", stderr.String())
	}
}

func TestTokenizeSaysWhatIsWrongWithARequest(t *testing.T) {
	for name, line := range map[string]string{
		"no tokenizer":         "tokenize",
		"an unknown tokenizer": "tokenize --tokenizer gpt7",
		"an unknown format":    "tokenize --tokenizer gpt2 --format xml",
		"a missing file":       "tokenize --tokenizer gpt2 /nowhere/text",
		"two files":            "tokenize --tokenizer gpt2 a b",
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			if code := run(append([]string{"sputnik"}, strings.Fields(line)...), &stdout, &stderr); code != 2 || stdout.Len() > 0 {
				t.Errorf("exit %d, %q, %q", code, stdout.String(), stderr.String())
			}
		})
	}
}
