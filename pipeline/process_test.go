package pipeline

import (
	"context"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/probe"
)

const story = `In order to test the pump, the crew basically drained the tank at 03:42 on Friday. Needless to say, Henrik Sand
called Priya Raman because the valve of tank 7 had failed. First they closed the inlet, then they opened the drain, and finally
they calculated the loss: 81 litres of 1,250. Who pays for it? The insurance of Kepler Marine covers 94,650 euros.`

func open(t testing.TB) *agent.Agent {
	t.Helper()
	a, err := agent.Default()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	return a
}

func ofAgent(t testing.TB) *Pipeline {
	return &Pipeline{Rungs: []Rung{agentRung("default", open(t))}, Strategies: DefaultStrategies(), Rules: DefaultRules(),
		Meter: Meter{Probes: 8, Seed: 1}, Quality: 0.95, Task: General}
}

func TestATextIsShortenedByItsComplexityAndSaysWhy(t *testing.T) {
	p := ofAgent(t)
	o, err := p.Process(context.Background(), Input{ID: "story", Text: story})
	if err != nil {
		t.Fatal(err)
	}
	if o.Processed > int((1-o.Ratio)*float64(o.Original)) || o.Processed == 0 || o.Text != keptOf(story, o.Kept) {
		t.Errorf("%d of %d tokens at a ratio of %g: %q", o.Processed, o.Original, o.Ratio, o.Text)
	}
	if o.Retention == nil || o.Retention.Low > o.Retention.Value || o.Retention.High < o.Retention.Value {
		t.Errorf("retention %v", o.Retention)
	}
	if len(o.Why) != 4 || o.Model != "default" || o.Language != "en" {
		t.Errorf("%q by %s in %s", o.Why, o.Model, o.Language)
	}
}

// What compress promises holds for the whole pipeline, whatever the text.
func TestNothingIsAddedAndTheBudgetHolds(t *testing.T) {
	p := ofAgent(t)
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.SampledFrom([]string{"in order to", "basically", "The pump", "<keep>7 bar</keep>", "\n", ".", "because",
			"naïve", "7", "東京", "{", "\"a\":", "it is the", " ", "Well,"}), 0, 40).Draw(t, "words")
		text := strings.Join(words, " ")
		o, err := p.Process(context.Background(), Input{ID: "x", Text: text})
		if err != nil {
			t.Fatal(err)
		}
		if o.Text != keptOf(text, o.Kept) {
			t.Fatalf("%q is not what was kept of %q", o.Text, text)
		}
		if strings.Count(o.Text, "<keep>7 bar</keep>") != strings.Count(text, "<keep>7 bar</keep>") {
			t.Fatalf("%q lost what was protected in %q", o.Text, text)
		}
		if o.Processed > max(1, int((1-o.Ratio)*float64(o.Original))) && len(o.Warnings) == 0 {
			t.Fatalf("%d tokens of %d without a warning", o.Processed, o.Original)
		}
	})
}

func TestRatiosAreAdjustedAsTheSeedDid(t *testing.T) {
	long, argues := Features{Words: 31}, Features{Words: 31, Reasoning: 2}
	tests := map[string]struct {
		complexity Complexity
		features   Features
		task       string
		share      Strategies
		want       float64
	}{
		"short and simple":        {Simple, Features{Words: 30}, General, DefaultStrategies(), 0.5},
		"long":                    {Medium, long, General, DefaultStrategies(), 0.36},
		"long and argued":         {Complex, argues, General, DefaultStrategies(), 0.084},
		"a reasoning task":        {Simple, Features{Words: 9}, Reasoning, DefaultStrategies(), 0.35},
		"several steps":           {Simple, Features{Words: 20, Steps: 3}, General, DefaultStrategies(), 0.35},
		"never more than the cap": {Simple, long, General, Strategies{Simple: 0.85}, 0.9},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got, why := test.share.Ratio(test.complexity, test.features, test.task); got < test.want-1e-9 || got > test.want+1e-9 {
				t.Errorf("%g by %q, want %g", got, why, test.want)
			}
		})
	}
}

func TestFeaturesCountWhatTheyName(t *testing.T) {
	f := Read(story)
	if f.Sentences != 7 || f.Questions != 1 || f.Numbers != 5 || f.Reasoning != 1 || f.Steps < 3 || f.Entities < 3 {
		t.Errorf("%+v", f)
	}
	if again := Read(strings.Repeat(story+" ", 30)); again.Repetition < f.Repetition+0.3 {
		t.Errorf("repetition %g of a text, %g of thirty", f.Repetition, again.Repetition)
	}
	if code := Read("func main() {\n\tx := 1;\n\treturn\n}\n"); code.Code < 0.5 {
		t.Errorf("%+v", code)
	}
	if empty := Read(""); len(empty.Vector()) != len(FeatureNames) {
		t.Errorf("%d numbers for %d names", len(empty.Vector()), len(FeatureNames))
	}
}

func rungs(retention ...[2]float64) []Rung {
	var all []Rung
	for i, r := range retention {
		all = append(all, Rung{Name: string(rune('a' + i)), Measured: &Measured{Retention: probe.Interval{Value: r[0], Low: r[1], High: r[0]}}})
	}
	return all
}

func TestTheMeasuredLadderRoutes(t *testing.T) {
	measured := rungs([2]float64{1, 1}, [2]float64{0.97, 0.955}, [2]float64{0.96, 0.9}, [2]float64{0.7, 0.6})
	bare := []Rung{{Name: "a"}, {Name: "b"}, {Name: "c"}}
	tests := map[string]struct {
		rungs      []Rung
		complexity Complexity
		want       string
	}{
		"simple goes to the smallest that holds":     {measured, Simple, "c"},
		"medium to the smallest that surely holds":   {measured, Medium, "b"},
		"complex to the best":                        {measured, Complex, "a"},
		"where none holds the best is taken":         {rungs([2]float64{0.9, 0.8}, [2]float64{0.92, 0.8}), Simple, "b"},
		"one without measurements: simple, smallest": {bare, Simple, "c"},
		"medium, the middle":                         {bare, Medium, "b"},
		"complex, the largest":                       {bare, Complex, "a"},
		"of one there is no choice":                  {bare[:1], Complex, "a"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if at, why := Route(test.rungs, test.complexity, 0.95); test.rungs[at].Name != test.want {
				t.Errorf("%s", why)
			}
		})
	}
}

func TestSpansOfSpans(t *testing.T) {
	outer := []compress.Span{{2, 5}, {5, 7}, {10, 14}}
	text := "xxabcdexxxfghi"
	for _, inner := range [][]compress.Span{{{0, 9}}, {{1, 4}, {6, 8}}, {{4, 6}}, nil} {
		whole := within(text, outer, len(text))
		if got, want := keptOf(text, through(outer, inner)), keptOf(whole, inner); got != want {
			t.Errorf("%v: %q, want %q", inner, got, want)
		}
	}
}
