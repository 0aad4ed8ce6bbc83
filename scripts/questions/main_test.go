package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/eval"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/train"
)

func write(t *testing.T, path string, value any) {
	t.Helper()
	raw, err := json.Marshal(value)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o755)
	}
	if err == nil {
		err = os.WriteFile(path, raw, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// evaluation has an agent of 2 trainings with 200 questions, and others with one each, whose F grows by .05 a doubling.
func evaluation(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	run := func(name string, questions int) string {
		folder := filepath.Join(dir, name)
		write(t, filepath.Join(folder, "training.json"), train.Report{Steps: 387, Best: 0.8, BestStep: 258,
			Sources: []agent.Source{{Use: "questions", Probes: questions}, {Use: "selection", Probes: 9}}})
		return folder
	}
	settings, _ := json.Marshal(map[string][]string{
		"model_path": {run("200-42", 200), run("200-43", 200)}, "compare": {run("100-42", 100), run("400-42", 400)},
	})
	method := func(name string, f ...float64) eval.Curve {
		at := eval.Point{Rate: 0.5, Retained: &probe.Interval{Value: f[0], Low: f[0] - 0.1, High: f[0] + 0.1}}
		if len(f) > 1 {
			at.RetainedByDraw = f
		}
		return eval.Curve{Name: name, Draws: len(f), Points: []eval.Point{at}}
	}
	write(t, filepath.Join(dir, "report.json"), eval.Report{Settings: settings, Methods: []eval.Curve{method("agent", 0.7, 0.7), method("100", 0.65), method("400", 0.75)}})
	if err := os.WriteFile(filepath.Join(dir, "report.md"), []byte("# Evaluation\n\n## F\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestThePageSaysWhatADoublingBringsAndWhereTheLineMeetsAnAim(t *testing.T) {
	p := page{title: "More questions"}
	if err := p.read([]string{evaluation(t)}, "0.5:0.85"); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := p.write(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"# More questions\n", "| 100 | 100 | 387 | 258 | 0.800 | 0.650 [0.550, 0.750] | – |\n| 200 | agent |",
		"| 0.5 | 100 to 400 | 4 | +0.0500 [+0.0500, +0.0500] | 0.750 | 0.85 | 1.6e+03 |", "| 0.5 | 200 to 400 | 3 |", "## Evaluation\n\n### F\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	png := filepath.Join(t.TempDir(), "page.png")
	if err := p.plot(png); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(png); err != nil || info.Size() == 0 {
		t.Error(err)
	}
}

func TestALineThatDoesNotRiseMeetsNothing(t *testing.T) {
	var flat []trained
	for _, n := range []int{100, 200, 400} {
		flat = append(flat, trained{questions: n, curve: eval.Curve{Points: []eval.Point{{Retained: &probe.Interval{Value: 0.7 - 1e-5*float64(n)}}}}})
	}
	if l := through(flat, 0); l.slope >= 0 || !strings.HasPrefix(l.meets(0.8), "never") || !(l.low < l.slope && l.slope < l.high) {
		t.Errorf("%+v meets .8 at %s", l, l.meets(0.8))
	}
}

func TestAimsAreRatesAndF(t *testing.T) {
	if err := new(page).read([]string{"nowhere"}, "high"); err == nil || !strings.Contains(fmt.Sprint(err), `"high"`) {
		t.Error(err)
	}
}
