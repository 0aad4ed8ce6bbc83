package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
)

func TestPlotPrintsThePathsOfItsPictures(t *testing.T) {
	dir := t.TempDir()
	var stdout, stderr bytes.Buffer
	code := run([]string{"sputnik", "plot", "../../eval/curves/testdata/first", "../../eval/curves/testdata/evaluation", "--output-dir", dir}, &stdout, &stderr)
	if code != 0 || stderr.Len() > 0 {
		t.Fatalf("exit %d: %s", code, stderr.String())
	}
	for _, path := range strings.Fields(stdout.String()) {
		if filepath.Dir(path) != dir {
			t.Errorf("%s is not in %s", path, dir)
		}
	}
	if n := strings.Count(stdout.String(), "\n"); n != 4 {
		t.Errorf("%d paths", n)
	}
}

func TestPlotSaysWhatIsWrongWithARequest(t *testing.T) {
	for name, c := range map[string]struct{ args, says string }{
		"no run":          {"", "plot wants the folders of runs"},
		"no such run":     {"no/such/run", "run no/such/run: no such folder"},
		"a broken line":   {"../../eval/curves/testdata/broken", "metrics.jsonl, line 4"},
		"not a run":       {".", "holds neither metrics.jsonl nor report.json"},
		"no such panel":   {"../../eval/curves/testdata/first --panels rate,multiplier", "no training has logged \"multiplier\""},
		"a mistyped flag": {"x --output_dri y", "--output_dir"},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := run(append([]string{"sputnik", "plot"}, strings.Fields(c.args)...), &stdout, &stderr)
			if code != 2 || stdout.Len() > 0 || strings.Count(stderr.String(), "\n") != 1 || !strings.Contains(stderr.String(), c.says) {
				t.Errorf("exit %d, %q, %q; want %q", code, stdout.String(), stderr.String(), c.says)
			}
		})
	}
}
