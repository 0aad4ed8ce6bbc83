package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// call runs a command line.
func call(args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = run(append([]string{"sputnik"}, args...), &out, &errs)
	return code, out.String(), errs.String()
}

func TestRunShortensAFileAndSaysWhy(t *testing.T) {
	dir := t.TempDir()
	output := filepath.Join(dir, "short.txt")
	code, stdout, stderr := call("run", "--config", "../../configs/hatd/default.json", "--input", "../../demo/hatd.txt", "--output", output,
		"--output_dir", filepath.Join(dir, "out"), "--task", "reasoning", "--question", "Who pays?", "--explain")
	if code != 0 || !strings.Contains(stdout, "reasoning task") || !strings.Contains(stdout, "tokens") || !strings.Contains(stderr, "roberta-large") {
		t.Fatalf("exit %d\n%s\n%s", code, stdout, stderr)
	}
	short, err := os.ReadFile(output)
	whole, _ := os.ReadFile("../../demo/hatd.txt")
	if err != nil || len(short) == 0 || len(short) >= len(whole) {
		t.Errorf("%d bytes of %d, %v", len(short), len(whole), err)
	}
}

func TestAWrongRunEndsWithTwo(t *testing.T) {
	dir := t.TempDir()
	good := []string{"run", "--input", "../../demo/hatd.txt", "--output", filepath.Join(dir, "o"), "--output_dir", dir}
	for want, extra := range map[string][]string{
		"one of general, qa": {"--task", "poetry"},
		"pruning_strategies": {"--pruning_strategies", "simple=2"},
		"input: stat":        {"--input", filepath.Join(dir, "none")},
		"complexity":         {"--complexity", "guess"},
		"ladder_report":      {"--ladder_report", "../../configs/hatd/default.json"},
	} {
		code, _, stderr := call(append(good[:len(good):len(good)], extra...)...)
		if code != 2 || !strings.Contains(stderr, want) || strings.Count(strings.TrimSpace(stderr), "\n") > 0 {
			t.Errorf("%v: exit %d, %s; want a line with %q", extra, code, stderr, want)
		}
	}
}
