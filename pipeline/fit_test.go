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
		class := Simple
		if share := float64(f.Numbers) / float64(f.Words); share > 0.4 {
			class = Complex
		} else if share > 0.15 {
			class = Medium
		}
		observed = append(observed, Observed{f, class})
	}
	l, right := Fit(observed), 0
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

func TestTheClassifierInTheBinaryWasMeasured(t *testing.T) {
	l, err := OpenLinear("")
	if err != nil {
		t.Fatal(err)
	}
	f := l.Fitted
	if f == nil || f.Texts < 500 || f.HeldOut < 100 || f.Accuracy <= f.Rules || !strings.Contains(f.Command, "pipeline fit") {
		t.Errorf("%+v", f)
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
