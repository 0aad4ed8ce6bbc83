package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/torch"
)

func TestWrongEvaluationsEndWithTwoAndOneLine(t *testing.T) {
	if err := torch.Available(); err != nil {
		t.Skip(err)
	}
	for name, c := range map[string]struct{ args, says string }{
		"a baseline that is not here": {"baselines --baselines magic", "one of random, first"},
		"a flag nearly right":         {"eval --target_ratio 0.5", "--target_ratios"},
		"a rate above one":            {"eval --target-ratios 0.5 1.5", "target_ratios"},
		"no such run":                 {"eval --model_path no/such/run", "no/such/run"},
		"no such questions":           {"eval --data_path no/such.jsonl", "no/such.jsonl"},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			args := append([]string{"sputnik"}, strings.Fields(c.args)...)
			code := run(append(args, "--output_dir", filepath.Join(t.TempDir(), "out")), &stdout, &stderr)
			if code != 2 || stdout.Len() > 0 || strings.Count(stderr.String(), "\n") != 1 || !strings.Contains(stderr.String(), c.says) {
				t.Errorf("exit %d, stdout %q, stderr %q", code, stdout.String(), stderr.String())
			}
		})
	}
}
