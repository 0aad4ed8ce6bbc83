package pipeline

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/config"
)

// Classes that a line tells apart are learned, and the features that tell them are named.
func TestFittingFindsWhatTellsTheClassesApart(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var observed []Observed
	for range 300 {
		f := Features{Words: 50 + random.IntN(50), Numbers: random.IntN(50), Curve: [4]float64{random.Float64(), random.Float64(), 0, 0}}
		o := Observed{Features: f, Class: Simple, All: 8, Told: map[Complexity]float64{Simple: 8, Medium: 8}}
		if share := float64(f.Numbers) / float64(f.Words); share > 0.4 {
			o.Class, o.Told = Complex, map[Complexity]float64{Simple: 2, Medium: 4}
		} else if share > 0.15 {
			o.Class, o.Told = Medium, map[Complexity]float64{Simple: 4, Medium: 8}
		}
		observed = append(observed, o)
	}
	l, right := Fit(asClasses(observed), 0.5), 0
	for _, o := range observed {
		c, why := l.Classify(o.Features)
		right += equal(c, o.Class)
		if c == Complex && o.Class == Complex && !strings.Contains(why, "numbers") {
			t.Errorf("%q does not name what tells", why)
		}
	}
	if right < 270 {
		t.Errorf("%d of %d are right", right, len(observed))
	}
}

// A way that knows nothing has no lift, one that knows what is lost has all that there is.
func TestLiftIsWhatNamingClassesIsWorth(t *testing.T) {
	var texts []Observed
	for i := range 40 {
		o := Observed{Class: Simple, All: 10, Told: map[Complexity]float64{Simple: 10, Medium: 10, Complex: 10}}
		if i%2 == 1 {
			o.Class, o.Told = Complex, map[Complexity]float64{Simple: 5, Medium: 7, Complex: 10}
		}
		texts = append(texts, o)
	}
	knows, err := judged(texts, func(o Observed) Complexity { return o.Class }, 1)
	if err != nil {
		t.Fatal(err)
	}
	if knows.Lift.Value != 0.125 || knows.Retained.Value != 1 || knows.Accuracy.Value != 1 || knows.Classes[Simple] != (Said{20, 1}) {
		t.Errorf("who knows: %+v", knows)
	}
	blind, err := judged(texts, func(Observed) Complexity { return Medium }, 1)
	if err != nil {
		t.Fatal(err)
	}
	if blind.Lift.Value != 0 || blind.Retained.Value != 0.85 || blind.Reduction != 0.3 {
		t.Errorf("who does not: %+v", blind)
	}
}

func TestAClassIsMeasuredByTheQuestionsThatCount(t *testing.T) {
	yes, no := [2]float64{1, 1}, [2]float64{0, 1}
	each := map[Complexity][][2]float64{Complex: {yes, yes, yes, yes}, Medium: {yes, yes, yes, no}, Simple: {yes, no, yes, no}}
	for half, want := range map[int]Complexity{0: Simple, 1: Complex} {
		if got := survived(each, 0.9, func(i int) bool { return i%2 == half }); got != want {
			t.Errorf("half %d says %s, want %s", half, got, want)
		}
	}
	if got := survived(each, 0.7, func(int) bool { return true }); got != Medium {
		t.Errorf("all say %s", got)
	}
}

func TestTheClassifierInTheBinaryWasMeasured(t *testing.T) {
	l, err := OpenLinear("")
	if err != nil {
		t.Fatal(err)
	}
	f := l.Fitted
	if f == nil || f.Texts < 500 || f.HeldOut < 100 || !strings.Contains(f.Command, "pipeline fit") {
		t.Fatalf("%+v", f)
	}
	by := map[string]Judged{}
	for _, j := range f.Judged {
		by[j.By] = j
	}
	fitted, most := by["fitted"], by["most frequent"]
	if fitted.Accuracy.Low <= most.Accuracy.High || fitted.Lift.Low <= 0 || fitted.Lift.Low <= by["rules"].Lift.High {
		t.Errorf("it is right on %v, the most frequent class on %v; its lift is %v, that of rules %v", fitted.Accuracy, most.Accuracy, fitted.Lift, by["rules"].Lift)
	}
}

func TestAFitIsWrittenAndReadAgain(t *testing.T) {
	var cfg config.Fit
	config.Default(&cfg)
	cfg.Texts, cfg.Output = 40, filepath.Join(t.TempDir(), "new", "complexity.json")
	l, err := RunFit(context.Background(), cfg, "test", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	again, err := OpenLinear(cfg.Output)
	if err != nil {
		t.Fatal(err)
	}
	a, _ := l.Classify(Read(story))
	if b, _ := again.Classify(Read(story)); a != b || again.Fitted.HeldOut == 0 {
		t.Errorf("%s, then %s", a, b)
	}
	if err := os.WriteFile(cfg.Output, []byte(`{"features":["words"]}`), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenLinear(cfg.Output); err == nil {
		t.Error("a classifier of other features was taken")
	}
}
