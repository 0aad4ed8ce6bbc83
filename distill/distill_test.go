package distill

import (
	"context"
	"encoding/json"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/reconstructor"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/torch/torchtest"
)

func TestMain(m *testing.M) {
	turn = time.Millisecond
	torchtest.Main(m)
}

func needsTorch(t *testing.T) {
	t.Helper()
	if err := torch.Available(); err != nil {
		t.Skip(err)
	}
}

// tiny is a ladder that takes seconds.
func tiny(t *testing.T) config.Distill {
	t.Helper()
	var cfg config.Distill
	config.Default(&cfg)
	cfg.Names, cfg.Embedding, cfg.Rows, cfg.Hidden, cfg.Layers = []string{"a", "b"}, []int{2, 1}, []int{64, 16}, []int{16, 8}, []int{2, 1}
	cfg.Texts, cfg.Documents, cfg.Steps, cfg.BatchSize, cfg.Rates = 24, 12, 12, 4, []float64{0.3, 0.5}
	cfg.OutputDir = t.TempDir()
	return cfg
}

func TestALadderIsTrainedMeasuredAndReported(t *testing.T) {
	needsTorch(t)
	cfg := tiny(t)
	report, err := Run(context.Background(), cfg, Options{Command: "test", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Rungs) != 3 || len(report.Controls) != 4 || len(report.Notes) < 3 {
		t.Fatalf("%d rungs, %d controls, notes %q", len(report.Rungs), len(report.Controls), report.Notes)
	}
	if top := report.Rungs[0].Retention; math.Abs(top.Value-1) > 1e-9 || report.Controls[2].Retention.Value != 0 {
		t.Errorf("the first retains %v of itself, random %v", top, report.Controls[2].Retention)
	}
	for _, rung := range report.Rungs[1:] {
		a, err := agent.Load(filepath.Join(cfg.OutputDir, rung.Folder))
		if err != nil {
			t.Fatal(err)
		}
		if a.Size() != rung.Parameters || rung.Bytes == 0 || len(rung.F) != 2 || len(rung.Speeds) != 2 || rung.Speeds[0].Many <= 0 {
			t.Errorf("%+v", rung)
		}
		a.Close()
	}
	raw, err := os.ReadFile(filepath.Join(cfg.OutputDir, "report.json"))
	var read Report
	if err != nil || json.Unmarshal(raw, &read) != nil || len(read.Rungs) != 3 {
		t.Errorf("%v: %s", err, raw)
	}
}

// A reader reads in bfloat16 where the processor computes in it and in float32 if it is told so; the report says which it
// was, and both lose about the same.
func TestAReaderOfALadderIsOfTheKindThatTheReportSays(t *testing.T) {
	needsTorch(t)
	torch.Seed(1)
	model, err := reconstructor.New(reconstructor.Shape{Tokenizer: "smollm2", Layers: 1, Width: 16, Heads: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer model.Close()
	cfg := tiny(t)
	if cfg.Reader, cfg.Documents = filepath.Join(t.TempDir(), "reader"), 4; model.Save(cfg.Reader) != nil {
		t.Fatal("the reader was not saved")
	}
	fast := map[torch.Kind]string{torch.BFloat16: "bfloat16", torch.Float32: "float32"}[torch.Fast()]
	whole := map[bool]float64{}
	for mixed, want := range map[bool]string{true: fast, false: "float32"} {
		l := &ladder{cfg: cfg, log: slog.New(slog.DiscardHandler), report: &Report{}}
		l.cfg.Mixed = mixed
		if err := l.open(t.Context()); err != nil {
			t.Fatal(err)
		}
		var page strings.Builder
		l.report.Rungs = []*Rung{{}}
		if err := l.report.Markdown(&page); err != nil || l.report.Kind != want || !strings.Contains(page.String(), " in "+want+" to ") {
			t.Errorf("mixed_precision %v: %q, %v, %s", mixed, l.report.Kind, err, page.String())
		}
		for _, nats := range l.bench.views[0].docs.Full {
			whole[mixed] += nats
		}
		l.close()
	}
	if math.Abs(whole[true]/whole[false]-1) > 0.02 { // bfloat16 has 8 bits of mantissa
		t.Errorf("%g nats in bfloat16, %g in float32", whole[true], whole[false])
	}
}

// On one batch, a student comes to rank as its teacher does: the loss falls by most of what it was.
func TestAStudentLearnsFromItsTeacher(t *testing.T) {
	needsTorch(t)
	cfg := tiny(t)
	cfg.Alpha, cfg.AlphaEnd, cfg.Steps = 1, 1, 150
	l := &ladder{cfg: cfg, log: slog.New(slog.DiscardHandler), report: &Report{}}
	defer l.close()
	if err := l.open(context.Background()); err != nil {
		t.Fatal(err)
	}
	l.data.train = l.data.train[:4]
	before, after := stillApart(t, l, 1), stillApart(t, l, cfg.Steps)
	if !(after < before/3) {
		t.Errorf("apart by %.4f after a step, by %.4f after %d", before, after, cfg.Steps)
	}
}

// stillApart is the loss of a student after some steps.
func stillApart(t *testing.T, l *ladder, steps int) (value float64) {
	t.Helper()
	l.cfg.Steps = steps
	student, err := l.student(context.Background(), 0, "x", l.teacher, 1)
	if err != nil {
		t.Fatal(err)
	}
	batch := student.NewBatch(textsOf(l.data.train), []float64{0.5, 0.5, 0.5, 0.5})
	teacher := make([]float32, batch.Rows*batch.Length)
	for i, x := range l.data.train {
		scores, err := l.teacher.Score(context.Background(), x.text, 0.5)
		if err != nil {
			t.Fatal(err)
		}
		copy(teacher[i*batch.Length:], scores)
	}
	err = torch.NoGrad(func(s *torch.Scope) error {
		value = s.Item(loss(s, student, lesson{batch: batch, labels: make([]float32, len(teacher)), teacher: teacher}, weights{1, 1, 1, 0}))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// The terms of the loss are what their formulas say, written out by hand; a teacher agrees with itself at no cost.
func TestDivergencesEqualTheirFormulas(t *testing.T) {
	needsTorch(t)
	teacher, student := []float32{1, -0.5, 3}, []float32{0.2, 0.7, 3}
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	const T = 2.0
	wantB, sumT, sumS := 0.0, 0.0, 0.0
	for i := range teacher {
		p, q := sigmoid((float64(teacher[i])+shift)/T), sigmoid((float64(student[i])+shift)/T)
		wantB += p*math.Log(p/q) + (1-p)*math.Log((1-p)/(1-q))
		if i < 2 { // the third is padding
			sumT, sumS = sumT+math.Exp(float64(teacher[i])/T), sumS+math.Exp(float64(student[i])/T)
		}
	}
	wantL := 0.0
	for i := range 2 {
		p, q := math.Exp(float64(teacher[i])/T)/sumT, math.Exp(float64(student[i])/T)/sumS
		wantL += p * math.Log(p/q)
	}
	err := torch.NoGrad(func(s *torch.Scope) error {
		a, b := torch.From(s, teacher, 1, 3), torch.From(s, student, 1, 3)
		present := torch.From(s, []float32{1, 1, 0}, 1, 3)
		for name, pair := range map[string][2]float64{
			"bernoulli": {s.Item(s.Sum(bernoulli(s, a, b, T))), wantB}, "listwise": {s.Item(s.Sum(listwise(s, a, b, present, T))), wantL},
			"bernoulli of itself": {s.Item(s.Sum(bernoulli(s, a, a, T))), 0}, "listwise of itself": {s.Item(s.Sum(listwise(s, a, a, present, T))), 0},
		} {
			if math.Abs(pair[0]-pair[1]) > 1e-5 {
				t.Errorf("%s is %g, want %g", name, pair[0], pair[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A teacher of the same width is followed in its hidden states too: alone that term falls, and only where it is asked for.
func TestHiddenStatesAreFollowedWhereTheyCompare(t *testing.T) {
	needsTorch(t)
	cfg := tiny(t)
	cfg.Hidden, cfg.HiddenWeight, cfg.Steps, cfg.Controls, cfg.Documents = []int{128, 8}, 1, 3, false, 4
	if _, err := Run(context.Background(), cfg, Options{Log: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
}

func TestScoresOfOthersBecomeLogits(t *testing.T) {
	scores, err := asLogits{fixed{3, 5, 100}}.Score(context.Background(), token.Text{}, 0.5)
	if err != nil || !(scores[0] < scores[1] && scores[1] < scores[2]) || math.Abs(float64(scores[0]+scores[1]+scores[2])) > 1e-4 {
		t.Errorf("%v, %v", scores, err)
	}
}

type fixed []float32

func (fixed) Name() string                                                    { return "fixed" }
func (f fixed) Score(context.Context, token.Text, float64) ([]float32, error) { return f, nil }
