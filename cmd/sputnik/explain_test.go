package main

import (
	"bytes"
	"encoding/json"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestExplainShowsWhatCompressKeeps(t *testing.T) {
	path := written(t, t.TempDir(), "note", []byte(note))
	flags := []string{"--rate", "0.5", "--keep", "Amina", path}
	_, compressed, _ := ran(append([]string{"compress"}, flags...)...)
	explain := func(more ...string) string {
		t.Helper()
		code, stdout, stderr := ran(append(append([]string{"explain"}, more...), flags...)...)
		if code != 0 || stderr != "" {
			t.Fatalf("%v: exit %d, %s", more, code, stderr)
		}
		return stdout
	}
	terminal := explain()
	if !strings.Contains(terminal, "[=<keep>14 March</keep>=]") || !strings.Contains(terminal, "[=Amina=]") || !strings.Contains(terminal, "[-") || strings.Contains(terminal, "\x1b") {
		t.Errorf("the terminal has %q", terminal)
	}
	table := explain("--verbose")
	if !strings.Contains(table, `word "Amina"`) || !strings.Contains(table, "kept    tag") || !strings.Contains(table, "dropped score") {
		t.Errorf("the table is %s", table)
	}
	var e struct {
		Text   string
		Units  []struct{ Why []string }
		Tokens []struct{ Unit int }
	}
	if err := json.Unmarshal([]byte(explain("--format", "json")), &e); err != nil || e.Text != compressed || len(e.Units) == 0 || len(e.Tokens) < len(e.Units) {
		t.Errorf("%v: %+v; want %q", err, e, compressed)
	}
	if page := explain("--format", "html"); !strings.HasPrefix(page, "<!DOCTYPE html>") || !strings.Contains(page, "prefers-color-scheme: dark") {
		t.Errorf("the page is %.200q", page)
	}
	picture := filepath.Join(t.TempDir(), "e.png")
	if out := explain("--format", "png", "--output", picture); out != "" {
		t.Errorf("stdout has %q", out)
	}
	data, err := os.ReadFile(picture)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := png.Decode(bytes.NewReader(data)); err != nil {
		t.Error(err)
	}
}

// A text may hold what a terminal obeys.
func TestExplainDisarmsATerminalsCommands(t *testing.T) {
	path := written(t, t.TempDir(), "text", []byte("red \x1b[31m and \u202eback\x07 \xff again, and so it goes on"))
	for _, more := range [][]string{nil, {"--verbose"}} {
		code, stdout, _ := ran(append([]string{"explain", "--rate", "0.5", path}, more...)...)
		if code != 0 || strings.ContainsAny(stdout, "\x1b\x07\u202e") {
			t.Errorf("exit %d, %q", code, stdout)
		}
	}
}

func TestExplainSaysWhatIsWrongWithARequest(t *testing.T) {
	dir := t.TempDir()
	path, empty := written(t, dir, "note", []byte(note)), written(t, dir, "empty", nil)
	for name, c := range map[string]struct {
		args string
		code int
		says string
	}{
		"an unknown format":       {"--format pdf " + path, 2, `format is "pdf"; want terminal, html, png or json`},
		"a table of a page":       {"--format html --verbose " + path, 2, "verbose is of terminal, not html"},
		"two budgets":             {"--rate .5 --target-tokens 9 " + path, 2, "both given"},
		"a rate of none":          {"--rate 0 " + path, 2, "rate is 0"},
		"no such text":            {dir + "/none", 2, "no such file"},
		"a picture of nothing":    {"--format png " + empty, 2, "is empty; there is nothing to draw"},
		"a text of no structure":  {"--structure json " + path, 2, "is not json"},
		"a place that is none":    {"--output " + dir + "/no/e.html --format html " + path, 1, "no such file"},
		"a flag of compress only": {"--jsonl " + path, 2, "unknown flag --jsonl"},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := ran(append([]string{"explain"}, strings.Fields(c.args)...)...)
			if code != c.code || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, c.says) {
				t.Errorf("exit %d, %q, %q; want %d, %q", code, stdout, stderr, c.code, c.says)
			}
		})
	}
	for _, format := range []string{"terminal", "html", "json"} {
		if code, stdout, stderr := ran("explain", "--format", format, empty); code != 0 || stdout == "" || stderr != "" {
			t.Errorf("%s of an empty text: exit %d, %q, %q", format, code, stdout, stderr)
		}
	}
}
