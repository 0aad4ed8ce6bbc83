package eval

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/reconstructor"
	"github.com/project-sputnik/sputnik/token"
)

var update = flag.Bool("update", false, "write the golden files")

// finder pays 1 nat a token for an answer that is not in the context and a tenth for one that is: F is the share of the
// answers that were kept.
type finder struct {
	asked int
	fail  func(probe.Reading) error
}

func (f *finder) Losses(ctx context.Context, readings []probe.Reading) ([]probe.Loss, error) {
	f.asked += len(readings)
	losses := make([]probe.Loss, len(readings))
	for i, r := range readings {
		if f.fail != nil {
			if err := f.fail(r); err != nil {
				return nil, err
			}
		}
		losses[i] = probe.Loss{Nats: 2, Tokens: 2}
		if strings.Contains(r.Context, r.Probe.Target) {
			losses[i].Nats = 0.2
		}
	}
	return losses, ctx.Err()
}

// guesser pays half a nat for a dropped token, and a tenth for a kept one.
type guesser struct{}

func (guesser) Align(text token.Text, kept []bool) (token.Text, []bool) { return text, kept }

func (guesser) Rebuild(_ context.Context, kept []string, _ []float64) ([]string, error) {
	return kept, nil
}

func (guesser) Gaps(_ context.Context, texts []token.Text, kept [][]bool) ([]reconstructor.Gap, error) {
	gaps := make([]reconstructor.Gap, len(texts))
	for i := range texts {
		n, k := len(kept[i]), trues(kept[i])
		gaps[i] = reconstructor.Gap{Nats: 0.1*float64(k) + 0.5*float64(n-k), GapNats: 0.5 * float64(n-k), Tokens: n, GapTokens: n - k}
	}
	return gaps, nil
}

// wanted keeps words that hold a capital letter, as the answers of the tests do.
type wanted struct{}

func (wanted) Name() string { return "wanted" }

func (wanted) Score(_ context.Context, text token.Text, _ float64) ([]float32, error) {
	scores := make([]float32, len(text.Tokens))
	for _, u := range text.Units {
		start, end := u.Span(text.Tokens)
		word := string(text.Bytes[start:end])
		for i := u.First; i < u.End; i++ {
			if strings.ToLower(word) != word {
				scores[i] = 1
			}
		}
	}
	return scores, nil
}

func tasks(n int) []probe.Task {
	all := make([]probe.Task, n)
	for i := range all {
		answer := fmt.Sprintf("Town%d", i)
		all[i] = probe.Task{
			ID:     fmt.Sprintf("text-%d", i),
			Text:   strings.Repeat("the old road goes on and on, ", i%3+1) + "then it comes to " + answer + " where it ends by the sea",
			Probes: []probe.Probe{{Kind: probe.KindQuestion, Prompt: "Where does the road end?", Target: answer}},
		}
	}
	return all
}

// counts is a language in which every token is as usual as every other.
type counts struct{}

func (counts) Rarity(int32) float32           { return 1 }
func (counts) WordRarity([]byte) float32      { return 1 }
func (counts) Surprisal(int32, int32) float32 { return 1 }

func setUp(t *testing.T, reader probe.Reader, methods ...Method) *Evaluation {
	t.Helper()
	tokenizer, err := token.Open("gpt2")
	if err != nil {
		t.Fatal(err)
	}
	journal, err := OpenJournal(filepath.Join(t.TempDir(), "readings.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { journal.Close() })
	return &Evaluation{
		Documents: tasks(12), Methods: methods, Rates: []float64{0.3, 0.7}, Metrics: []string{"reconstruction_loss", "exact_kept"}, Tokenizer: tokenizer, BatchSize: 16, Seed: 1,
		Reader:        Reader{reader, Model{Name: "finder", Identity: "finder"}, tokenizer},
		Reconstructor: &Reconstructor{guesser{}, Model{Name: "guesser", Identity: "guesser"}},
		Journal:       journal,
	}
}

var resamples = probe.Bootstrap{Resamples: 200, Level: 0.95, Seed: 7}

func baselines(t *testing.T, names ...string) []Method {
	t.Helper()
	var methods []Method
	for _, name := range names {
		m, err := Baseline(name, counts{}, 3)
		if err != nil {
			t.Fatal(err)
		}
		methods = append(methods, m)
	}
	return methods
}

func run(t *testing.T, e *Evaluation, agent int) *Report {
	t.Helper()
	outcomes, err := e.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r := e.Report(outcomes, agent, resamples)
	r.Data.Path, r.Command = "towns.jsonl", "sputnik eval --data_path towns.jsonl"
	r.Versions = map[string]string{"sputnik": "test"}
	if agent >= 0 {
		r.Agents = []Model{{Name: "wanted"}}
	}
	return r
}

func TestWhoKeepsTheAnswersRetainsEverythingAndWhoDropsThemNothing(t *testing.T) {
	r := run(t, setUp(t, &finder{}, append([]Method{Only(agentName, wanted{})}, baselines(t, "first", "random")...)...), 0)
	if got := r.Methods[0].Points[0].Retained; got.Value != 1 || got.Low != 1 || got.High != 1 || got.Documents != 12 {
		t.Errorf("keeping every answer: %v", got)
	}
	if got := r.Methods[1].Points[0].Retained.Value; got != 0 { // the answers are behind the first third
		t.Errorf("keeping the first third: %v", got)
	}
	if math.Abs(r.LossNone-1) > 1e-12 || math.Abs(r.LossFull-0.1) > 1e-12 {
		t.Errorf("losses %v and %v", r.LossNone, r.LossFull)
	}
	c := r.Comparisons[0]
	if c.Baseline != "first" || c.Retained.Value != 1 || !c.Retained.ExcludesZero {
		t.Errorf("the agent less first: %+v", c)
	}
}

func TestRatesAreKeptAndGapsArePaidByTheDroppedToken(t *testing.T) {
	r := run(t, setUp(t, &finder{}, baselines(t, "first", "last", "random", "frequency", "length", "ngram")...), -1)
	for _, m := range r.Methods {
		for _, p := range m.Points {
			if p.Achieved > p.Rate+0.02 || p.Achieved < p.Rate-0.05 { // rounding, and words that no longer fit
				t.Errorf("%s kept %.3f at %.1f", m.Name, p.Achieved, p.Rate)
			}
			if gap := p.Measures["gap_loss"]; math.Abs(gap.Value-0.5) > 1e-9 || gap.Low > gap.High {
				t.Errorf("%s: gap loss %v", m.Name, gap)
			}
			if p.Retained.Low > p.Retained.Value || p.Retained.Value > p.Retained.High {
				t.Errorf("%s: the interval %v does not hold its value", m.Name, p.Retained)
			}
		}
	}
	if len(r.Comparisons) != 0 {
		t.Errorf("%d comparisons without an agent", len(r.Comparisons))
	}
}

func TestAScorerComparedWithItselfDiffersByNothing(t *testing.T) {
	last := baselines(t, "last")[0]
	r := run(t, setUp(t, &finder{}, last, last), 0)
	for _, c := range r.Comparisons {
		if c.Retained.Value != 0 || c.Retained.Low != 0 || c.Retained.High != 0 || c.Retained.ExcludesZero || c.Measures["gap_loss"].ExcludesZero {
			t.Errorf("%+v", c)
		}
	}
}

func TestRandomIsTheMeanOfItsDrawsAndAnotherForEveryDocument(t *testing.T) {
	e := setUp(t, &finder{}, baselines(t, "random")...)
	if n := len(e.variants()); n != 6 {
		t.Fatalf("%d variants of 3 draws at 2 rates", n)
	}
	seeds := map[int64]bool{}
	for draw := range 3 {
		for _, task := range e.Documents {
			seeds[seedOf(1, draw, task.ID)] = true
		}
	}
	if len(seeds) != 36 {
		t.Errorf("%d seeds for 36 draws", len(seeds))
	}
	f := run(t, e, -1).Methods[0].Points[1].Retained
	if f.Value <= 0 || f.Value >= 1 {
		t.Errorf("random at .7 retains %v", f)
	}
}

func TestAStoppedRunGoesOnWhereItWasAndEndsInTheSameBytes(t *testing.T) {
	methods := append([]Method{Only(agentName, wanted{})}, baselines(t, "random", "last")...)
	whole := setUp(t, &finder{}, methods...)
	want := run(t, whole, 0).Markdown()

	ctx, cancel := context.WithCancelCause(t.Context())
	reader := &finder{}
	e := setUp(t, reader, methods...)
	e.Progress = func(done, _ int) {
		if done >= 6 {
			cancel(errors.New("stopped by a signal"))
		}
	}
	if _, err := e.Run(ctx); err == nil || !strings.Contains(err.Error(), "6 of 12 documents") {
		t.Fatalf("stopped with %v", err)
	}
	before := reader.asked
	e.Progress = nil
	if got := run(t, e, 0).Markdown(); string(got) != string(want) {
		t.Errorf("after the stop:\n%s\nin one go:\n%s", got, want)
	}
	again := reader.asked
	if before == 0 || again != wholeAsked(whole) {
		t.Errorf("%d readings before the stop and %d in all, where one go takes %d", before, again, wholeAsked(whole))
	}
	run(t, e, 0)
	if reader.asked != again {
		t.Errorf("a run on a full journal asked %d more", reader.asked-again)
	}
}

func wholeAsked(e *Evaluation) int { return e.Reader.Reader.(*finder).asked }

func TestReportsAreTheSameBytesForTheSameSeedAndMatchTheGolden(t *testing.T) {
	methods := append([]Method{Only(agentName, wanted{})}, baselines(t, "random", "first", "last", "length")...)
	dirs := []string{t.TempDir(), t.TempDir()}
	for _, dir := range dirs {
		r := run(t, setUp(t, &finder{}, methods...), 0)
		if err := r.Write(dir); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"report.json", "report.md", "report.html", "plots/rate_quality.png"} {
		first, err := os.ReadFile(filepath.Join(dirs[0], name))
		if err != nil {
			t.Fatal(err)
		}
		second, err := os.ReadFile(filepath.Join(dirs[1], name))
		if err != nil || string(first) != string(second) {
			t.Errorf("%s differs between two runs of one seed (%v)", name, err)
		}
		if name == "report.md" {
			golden(t, first)
		}
	}
}

func golden(t *testing.T, got []byte) {
	t.Helper()
	const path = "testdata/report.md"
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("report.md is\n%s\nwant\n%s", got, want)
	}
}
