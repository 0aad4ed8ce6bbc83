package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/eval"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/scripts/jsonfile"
	"github.com/project-sputnik/sputnik/train"
)

// finished is a run whose best agent is the one in the binary, and a report of it.
type finished struct {
	dir     string
	trained train.Report
	report  eval.Report
}

func finish(t *testing.T) *finished {
	t.Helper()
	f := &finished{dir: t.TempDir(), trained: train.Report{Steps: 7, Stopped: "done", Sources: []agent.Source{{Name: "peps", Use: "text", License: "public domain", Documents: 3}}}}
	for _, name := range []string{"config.json", "model.safetensors"} {
		raw, err := os.ReadFile(filepath.Join("..", "..", "agent", "default", name))
		if err != nil {
			t.Fatal(err)
		}
		f.write(t, filepath.Join("best", name), raw)
	}
	f.write(t, "config.json", []byte(`{"random_seed": 42}`))
	f.write(t, "metrics.jsonl", []byte("{}\n"))
	identity, err := eval.Identity(filepath.Join(f.dir, "best"))
	if err != nil {
		t.Fatal(err)
	}
	f.report = eval.Report{
		Schema: eval.Schema, Agents: []eval.Model{{Identity: identity}}, Data: eval.Data{Path: "squad.jsonl", Documents: 12, Probes: 60},
		Methods: []eval.Curve{{Name: "agent", Draws: 1, Points: []eval.Point{{Rate: 0.5, Retained: &probe.Interval{Value: 0.8, Low: 0.7, High: 0.9}}}}},
	}
	return f
}

func (f *finished) write(t *testing.T, name string, raw []byte) {
	t.Helper()
	path := filepath.Join(f.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
}

// ship ships the run to a new folder.
func (f *finished) ship(t *testing.T) (to string, err error) {
	t.Helper()
	for name, value := range map[string]any{"training.json": f.trained, "report.json": f.report} {
		raw, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		f.write(t, name, raw)
	}
	to = t.TempDir()
	return to, ship(f.dir, []string{filepath.Join(f.dir, "report.json")}, to)
}

func TestWhatShipsSaysWhereItComesFrom(t *testing.T) {
	f := finish(t)
	to, err := f.ship(t)
	if err != nil {
		t.Fatal(err)
	}
	var p agent.Provenance
	if err := jsonfile.Read(filepath.Join(to, "provenance.json"), &p); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(f.trained.Sources, p.Data); diff != "" || p.Seeds[0] != 42 || p.Compute.Steps != 7 || p.Weights.Identity != f.report.Agents[0].Identity {
		t.Errorf("%+v, %s", p, diff)
	}
	if got := p.Figures[0]; got.Documents != 12 || got.Retained[0].Rate != 0.5 || got.Retained[0].Value != 0.8 {
		t.Errorf("%+v", got)
	}
	a, err := agent.Load(to)
	if err != nil {
		t.Fatal(err)
	}
	a.Close()
}

func TestWhatWentOnFromAnAgentSaysWhereThatComesFrom(t *testing.T) {
	first, second := finish(t), finish(t)
	if _, err := first.ship(t); err != nil { // and its training.json stands
		t.Fatal(err)
	}
	now, err := agent.DefaultProvenance()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(filepath.Join("..", ".."))
	for from, want := range map[string]int{first.dir: 7, "default": now.Compute.Steps} {
		second.write(t, "config.json", fmt.Appendf(nil, `{"random_seed": 43, "policy_path": %q}`, from))
		to, err := second.ship(t)
		if err != nil {
			t.Fatal(err)
		}
		var p agent.Provenance
		if err := jsonfile.Read(filepath.Join(to, "provenance.json"), &p); err != nil {
			t.Fatal(err)
		}
		if p.Start == nil || p.Start.Compute.Steps != want || p.Start.Seeds[0] != 42 || p.Start.Data != nil || p.Seeds[0] != 43 {
			t.Errorf("from %s: %+v", from, p.Start)
		}
		if raw, err := os.ReadFile(filepath.Join(to, "start.metrics.jsonl")); err != nil || len(raw) == 0 {
			t.Errorf("from %s: its log is lost: %v", from, err)
		}
	}
	second.write(t, "config.json", []byte(`{"policy_path": "nowhere"}`))
	if _, err := second.ship(t); err == nil {
		t.Error("it went on from nowhere")
	}
}

func TestWhatIsNotKnownOrMayNotShipIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(f *finished)
		want  string
	}{
		"sources unknown":        {func(f *finished) { f.trained.Sources = nil }, "names no sources"},
		"a source without terms": {func(f *finished) { f.trained.Sources[0].License = "" }, "may not be used"},
		"brown": {func(f *finished) {
			f.trained.Sources[0].License = "Brown: redistribution permitted, non-commercial use"
		}, "may not be used"},
		"another agent's report": {func(f *finished) { f.report.Agents[0].Identity = "another" }, "is not of the run's best agent"},
		"a report of baselines":  {func(f *finished) { f.report.Methods[0].Name = "random" }, "is not of the run's best agent"},
		"a mean of trainings":    {func(f *finished) { f.report.Methods[0].Draws = 3 }, "mean of 3 trainings"},
		"an old report":          {func(f *finished) { f.report.Schema = 1 }, "evaluate anew"},
		"no retained information": {func(f *finished) { f.report.Methods[0].Points[0].Retained = nil },
			"does not say what information was retained"},
	} {
		t.Run(name, func(t *testing.T) {
			f := finish(t)
			c.spoil(f)
			to, err := f.ship(t)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if written, _ := os.ReadDir(to); len(written) > 0 {
				t.Errorf("wrote %v", written)
			}
		})
	}
}
