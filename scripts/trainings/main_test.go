package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/eval"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/train"
)

// trained writes the folder of a run.
func trained(t *testing.T, name string, c config.Train, metrics, labels string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	c.OutputDir = dir
	if err := config.Save(filepath.Join(dir, "config.json"), &c); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "training.json"), train.Report{Steps: 7, Seconds: 61, Threads: 1, Stopped: "done", Machine: "a machine", Best: 0.5, BestStep: 3})
	for file, text := range map[string]string{"metrics.jsonl": metrics, "labels.jsonl": labels} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); text != "" && err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func write(t *testing.T, path string, value any) {
	t.Helper()
	raw, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
}

// report is an evaluation that found an agent better than the start by gain.
func report(t *testing.T, agent, reader string, gain float64) string {
	t.Helper()
	dir := t.TempDir()
	difference := &eval.Difference{Interval: probe.Interval{Value: gain, Low: gain - 0.1, High: gain + 0.1}}
	write(t, filepath.Join(dir, "report.json"), eval.Report{Agents: []eval.Model{{Name: agent}}, Reader: eval.Model{Name: reader}, Comparisons: []eval.Comparison{{Rate: 0.5, Baseline: "start", Retained: difference}}})
	return dir
}

func TestThePageSaysWhatRunsShareWhatTheyMeasuredAndWhatOtherReadersConfirm(t *testing.T) {
	var c config.Train
	config.Default(&c)
	c.Threads = 1
	joint, frozen := c, c
	frozen.ReconstructorEvery = 0
	metrics := `{"phase":"joint","step":1,"reward":2}
{"phase":"joint","step":2,"reward":"NaN"}
{"phase":"joint","step":3,"reward":4}
{"phase":"validation","step":3,"answers_kept":0.5,"rank_agreement":0.25,"rank_agreement_low":0.1,"rank_agreement_high":0.4}
`
	p := page{
		title: "Joint or frozen", evaluated: []string{"answers_kept", "rank_agreement"}, logged: []string{"reward"},
		reports: []string{report(t, "joint", "own", 0.2), report(t, "joint", "smollm2", 0.05), report(t, "frozen", "small", 0.1), report(t, "frozen", "smollm2", 0.09)},
	}
	if err := p.load([]string{trained(t, "joint", joint, metrics, ""), trained(t, "frozen", frozen, metrics, "{}\n{}\n")}); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := p.write(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"# Joint or frozen\n", "    sputnik train --threads 1\n", "| joint | `` | 7 | done | 61 | – | – | 0.500, 3 |",
		"| frozen | `--reconstructor_every 0` | 7 | done | 61 | 2 texts |", "| joint | 3 | 0.500 | 0.250 [0.100, 0.400] |",
		"| joint | reward | 2 | 4 | 1 of 2 |", "| joint | start | 0.5 | own | 0, 0 | +0.200 [+0.100, +0.300] | – |",
		"| joint | start | 0.5 | smollm2 | 0, 0 | +0.050 [-0.050, +0.150] | 25% |",
		"| frozen | start | 0.5 | small | 0, 0 | +0.100 [+0.000, +0.200] | – |", "| smollm2 | 0, 0 | +0.090 [-0.010, +0.190] | 90% |",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}
