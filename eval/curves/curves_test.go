package curves

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/eval/figure"
)

func loaded(t *testing.T, name string) run {
	t.Helper()
	records, err := readMetrics(filepath.Join("testdata", name, "metrics.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	return run{name, records}
}

// titles are of the panels in which something is drawn.
func titles(p figure.Panels) []string {
	var all []string
	for _, panel := range p.Panels {
		if len(panel.Lines) > 0 {
			all = append(all, panel.Title)
		}
	}
	return all
}

func TestATrainingHasAPanelForWhateverWasLogged(t *testing.T) {
	p := training([]run{loaded(t, "first")})
	want := []string{"answers kept", "supervised loss", "reward", "spread of the rewards", "policy loss", "reconstructor loss", "rate", "entropy",
		"temperature of the reward", "gradient of the policy, supervised", "gradient of the policy, joint", "gradient of the reconstructor", "speed"}
	if diff := cmp.Diff(want, titles(p)); diff != "" {
		t.Errorf("panels (-want +got):\n%s", diff)
	}
	phases := []figure.Phase{{Name: "answers", From: 1, To: 120}, {Name: "rebuilding", From: 120, To: 130}, {Name: "joint", From: 130, To: 140}}
	if diff := cmp.Diff(phases, p.Phases); diff != "" {
		t.Errorf("phases (-want +got):\n%s", diff)
	}
	if want := "first: 149 steps (answers to 120, rebuilding to 130, joint to 140)"; p.Subtitle != want {
		t.Errorf("%q; want %q", p.Subtitle, want)
	}
}

func TestWhatNobodyKnowsIsDrawnUnderItsOwnName(t *testing.T) {
	got := titles(training([]run{loaded(t, "second")}))
	if !slices.Contains(got, "multiplier") || !slices.Contains(got, "novelty bonus") || slices.Contains(got, "tokens") {
		t.Errorf("%v", got)
	}
}

func TestNumbersThatJSONHasNotAreLeftOutAndTheLastLineOfAStepCounts(t *testing.T) {
	trace := loaded(t, "second").trace("joint", "reward")
	if len(trace) != 57 || trace[len(trace)-1] != (figure.XY{X: 590, Y: 0.9}) {
		t.Errorf("%d points, the last %v", len(trace), trace[len(trace)-1])
	}
}

func TestThePanelsThatAreNamedAreDrawnAndNoOthers(t *testing.T) {
	runs := []run{loaded(t, "first"), loaded(t, "second")}
	if diff := cmp.Diff([]string{"rate", "entropy"}, titles(training(runs, "entropy", "rate"))); diff != "" {
		t.Errorf("panels (-want +got):\n%s", diff)
	}
	dir := filepath.Join(t.TempDir(), "plots")
	paths, err := WritePanels(dir, []string{"rate"}, "testdata/first", "testdata/second")
	if err != nil || len(paths) != 4 {
		t.Errorf("%v, %v", paths, err)
	}
	if _, err := WritePanels(dir, []string{"rat"}, "testdata/first"); config.ExitCode(err) != 2 || !strings.Contains(err.Error(), `no training has logged "rat"`) {
		t.Errorf("got %v", err)
	}
}

func TestManyPointsAreSmoothed(t *testing.T) {
	lines := loaded(t, "second").lines(0, source{"", "reward", figure.Solid})
	if len(lines) != 2 || lines[0].Kind != figure.Pale || lines[1].Kind != figure.Solid {
		t.Fatalf("%d lines", len(lines))
	}
	raw, smooth := lines[0].Trace, lines[1].Trace
	if got, want := smooth[5].Y, (raw[4].Y+raw[5].Y+raw[6].Y)/3; len(smooth) != len(raw) || got != want {
		t.Errorf("mean %g; want %g", got, want)
	}
}

func TestRunsOfOtherPhasesShareNone(t *testing.T) {
	p := training([]run{loaded(t, "first"), loaded(t, "second")})
	if p.Phases != nil || len(p.Runs) != 2 {
		t.Errorf("%v, %v", p.Phases, p.Runs)
	}
}

func reportsOf(t *testing.T, names ...string) []report {
	t.Helper()
	var all []report
	for _, name := range names {
		r, err := readReport(filepath.Join("testdata", name, "report.json"))
		if err != nil {
			t.Fatal(err)
		}
		r.name = name
		all = append(all, r)
	}
	return all
}

func TestTheAgentOfEachRunIsDrawnAndWhatIsTheSameOnce(t *testing.T) {
	for name, c := range map[string]struct {
		runs []string
		want []string
		note string
	}{
		"one run":              {[]string{"evaluation"}, []string{"agent", "random", "first"}, "whole text"},
		"the same texts":       {[]string{"evaluation", "second"}, []string{"evaluation: agent", "second: agent", "random", "first"}, "nothing to read."},
		"other texts":          {[]string{"evaluation", "baselines"}, []string{"evaluation: agent", "evaluation: random", "evaluation: first", "baselines: random", "baselines: first"}, "compare within one"},
		"baselines by oneself": {[]string{"baselines"}, []string{"random", "first"}, "whole text"},
	} {
		t.Run(name, func(t *testing.T) {
			curves := rateQuality(reportsOf(t, c.runs...))
			var got []string
			for _, l := range curves.Lines {
				got = append(got, l.Name)
				if l.Bold != strings.HasSuffix(l.Name, "agent") || len(l.Points) != 3 {
					t.Errorf("%s: bold %t, %d points", l.Name, l.Bold, len(l.Points))
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" || !strings.Contains(curves.Note, c.note) {
				t.Errorf("%s\n%s", curves.Note, diff)
			}
		})
	}
}

func TestFoldersAreNamedByWhatTellsThemApart(t *testing.T) {
	got := namesOf([]string{"/a/one/run", "/a/two/run", "/a/three"})
	if diff := cmp.Diff([]string{"one/run", "two/run", "a/three"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestBothKindsGiveBothPictures(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "plots")
	paths, err := Write(dir, "testdata/first", "testdata/second", "testdata/evaluation")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, name := range []string{"training.png", "training.svg", "rate_quality.png", "rate_quality.svg"} {
		want = append(want, filepath.Join(dir, name))
	}
	if diff := cmp.Diff(want, paths); diff != "" {
		t.Fatal(diff)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil || len(data) < 1000 || bytes.HasPrefix(data, []byte("\x89PNG")) != strings.HasSuffix(path, ".png") {
			t.Errorf("%s: %d bytes, %v", path, len(data), err)
		}
	}
}

func TestWhatIsWrongIsSaidWithItsPlace(t *testing.T) {
	folder := func(name, content string) string {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	for name, c := range map[string]struct{ folder, says string }{
		"no folder":          {"testdata/none", "run testdata/none: no such folder"},
		"a file":             {"testdata/first/metrics.jsonl", "is a file; want the folder of a run"},
		"nothing to draw":    {"testdata", "run testdata holds neither metrics.jsonl nor report.json"},
		"a line cut short":   {"testdata/broken", "testdata/broken/metrics.jsonl, line 4: not a JSON object"},
		"a line of no step":  {folder("metrics.jsonl", `{"phase":"joint","reward":1}`+"\n"), "line 1: step is <nil>; want a whole number"},
		"half a step":        {folder("metrics.jsonl", `{"step":1.5}`+"\n"), "line 1: step is 1.5; want a whole number"},
		"an empty line":      {folder("metrics.jsonl", "\n"), "line 1: not a JSON object"},
		"no lines":           {folder("metrics.jsonl", ""), "no finite number to draw"},
		"a line without end": {folder("metrics.jsonl", strings.Repeat(" ", longestLine+1)), "token too long"},
		"a report cut short": {folder("report.json", "{\n\"methods\": ["), "report.json, line 2: unexpected end"},
		"another file":       {folder("report.json", "{}"), "holds no methods"},
		"fields of no kind":  {folder("report.json", `{"methods": 3}`), "report.json: json: cannot unmarshal number"},
		"a report without F": {folder("report.json", `{"methods": [{"name": "first", "points": [{"rate": 0.5}]}]}`), "no finite number to draw"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "plots")
			paths, err := Write(dir, c.folder)
			if err == nil || !strings.Contains(err.Error(), c.says) || config.ExitCode(err) != 2 || len(paths) > 0 {
				t.Errorf("%v, %v; want %q", paths, err, c.says)
			}
			if _, err := os.Stat(dir); err == nil {
				t.Error("a folder was made")
			}
		})
	}
}
