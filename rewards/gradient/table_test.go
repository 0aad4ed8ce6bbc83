package gradient_test

import (
	"bytes"
	"flag"
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write docs/experiments/005-estimators.md anew")

const page = "../../docs/experiments/005-estimators.md"

const (
	texts     = 5 // of each reward, whose rows are means over them
	units     = 8
	half      = 4 // units that are left of a text, where a budget is held
	estimated = 4000
)

// rows of the tables, the one that variances are relative to first.
var rows = []struct {
	name     string
	masks    int
	readings string
}{
	{"reinforce", 8, "8"}, {"rloo", 2, "2"}, {"rloo", 4, "4"}, {"rloo", 8, "8"}, {"disarm", 2, "2"}, {"disarm", 8, "8"},
	{"gate", 2, "2 and back"}, {"gate", 8, "8 and back"},
}

var kinds = []struct {
	name, says string
	reward     func(*rand.Rand, int) func([]float64) float64
}{
	{"reading", "what a reader of one layer answers", reading},
	{"pairs", "every two units help or hinder each other", pairs},
}

// The page is what the estimators come to, measured anew.
func TestThePageHoldsWhatWasMeasured(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("other processors fuse multiplications and additions: a last digit may differ")
	}
	var b bytes.Buffer
	b.WriteString(opening)
	for _, kind := range kinds {
		for _, d := range []drawing{{}, {half}} {
			writeTable(t, &b, kind.name+", "+kind.says, kind.reward, d)
		}
	}
	if *update {
		if err := os.WriteFile(page, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(b.String(), "\n")); diff != "" {
		t.Errorf("the page is not what is measured now; -update writes it anew (-page +now):\n%s", diff)
	}
}

const opening = `# Gradient estimators against the exact gradient

    go test ./rewards/gradient -run ThePage -update

Texts of 8 units with logits of deviation 1, whose exact gradient is enumerated over all 256 masks; 4000 estimates a
text, 5 texts a table, each row their mean. *pairs* is a straight line in each gate, *reading* is the share F of
what a softmax over the units tells of three probes, and no such line: there the derivative in a gate, taken at 1 for
what is kept and at .02 for what is dropped, is not the difference that the unit makes.

- bias: |mean of the estimates - exact gradient| / |exact gradient|
- error: the standard error of the bias, which is what an unbiased estimator's comes to in so many estimates
- cosine: of the mean of the estimates with the exact gradient
- variance: of one estimate, summed over the units, relative to reinforce
- readings: of a text under a mask by the reader, in a step; back: each with its derivative, which costs about two more

Where a budget is held, masks are drawn as training draws them (the 4 units with the highest logits plus logistic noise),
the estimators' probabilities are those of units drawn independently of one another with 4 kept in expectation, and the
exact gradient is that of the expected reward of the masks which are drawn. Nothing is unbiased there; what all but gate
lose is length and not direction. With R the rewards, leaving one out of K leaves about K/(K-1) var R / (var R + (mean R)^2)
of reinforce's variance: half or less from a mean of 1.2 deviations on.
`

func writeTable(t *testing.T, b *bytes.Buffer, title string, reward func(*rand.Rand, int) func([]float64) float64, d drawing) {
	sums := make([]struct{ bias, err, cosine, variance float64 }, len(rows))
	mean, deviation := 0.0, 0.0
	for seed := range uint64(texts) {
		random := rand.New(rand.NewPCG(seed, 3))
		w := newWorld(random, units, reward(random, units))
		want := w.exact()
		if d.budget > 0 {
			want = w.exactBudget(d.budget)
		}
		m, s := w.moments()
		mean, deviation = mean+m/texts, deviation+s/texts
		plain := 0.0
		for i, row := range rows {
			got := w.estimates(named(t, row.name), row.masks, estimated, random, d)
			if i == 0 {
				plain = got.total()
			}
			sums[i].bias += distance(got.mean, want) / norm(want) / texts
			sums[i].err += math.Sqrt(got.total()/estimated) / norm(want) / texts
			sums[i].cosine += cosine(got.mean, want) / texts
			sums[i].variance += got.total() / plain / texts
		}
	}
	if d.budget > 0 {
		fmt.Fprintf(b, "\n## %s; %d of %d units\n\n", title, d.budget, units)
	} else {
		fmt.Fprintf(b, "\n## %s; units drawn independently\n\nRewards of the masks: mean %.2f, deviation %.2f.\n\n", title, mean, deviation)
	}
	b.WriteString("| estimator | K | bias | error | cosine | variance | readings |\n| --- | --- | --- | --- | --- | --- | --- |\n")
	for i, row := range rows {
		s := sums[i]
		if row.name != "gate" && s.cosine < 0.99 {
			t.Errorf("%s of %d masks points elsewhere than the exact gradient of %s: cosine %.3f", row.name, row.masks, title, s.cosine)
		}
		fmt.Fprintf(b, "| %s | %d | %.2f | %.2f | %.3f | %.2f | %s |\n", row.name, row.masks, s.bias, s.err, s.cosine, s.variance, row.readings)
	}
}

// moments are the mean and the deviation of the rewards, units drawn independently.
func (w world) moments() (mean, deviation float64) {
	p, square := probabilities(w.logits), 0.0
	for mask, r := range w.rewards {
		chance := 1.0
		for u := range p {
			chance *= bernoulli(mask, u, float64(p[u]))
		}
		mean += chance * r
		square += chance * r * r
	}
	return mean, math.Sqrt(square - mean*mean)
}

// exactBudget is the gradient of the expected reward of the units with the k highest perturbed logits, by differences.
func (w world) exactBudget(k int) []float64 {
	logits := make([]float64, len(w.logits))
	for u, l := range w.logits {
		logits[u] = float64(l)
	}
	return derivative(func(at []float64) float64 { return w.expectedBudget(at, k) }, logits)
}

// expectedBudget is the expected reward of the k units with the highest logits plus logistic noise. With F_u(t) the
// chance that unit u comes out below t, S is what is kept with the probability
//
//	P(S) = - int prod_{u not in S} F_u(t) d prod_{u in S} (1 - F_u(t))
func (w world) expectedBudget(logits []float64, k int) float64 {
	const low, high, cells = -22.0, 22.0, 1200
	sum := 0.0
	for mask, r := range w.rewards {
		if bits.OnesCount(uint(mask)) != k {
			continue
		}
		chance, before := 0.0, 1.0
		for c := range cells {
			at := low + (high-low)*(float64(c)+0.5)/cells
			below, after := 1.0, 1.0
			for u, l := range logits {
				if mask>>u&1 == 1 {
					after *= sigmoid(l - at - (high-low)/cells/2)
				} else {
					below *= sigmoid(at - l)
				}
			}
			chance += below * (before - after)
			before = after
		}
		sum += chance * r
	}
	return sum
}

func TestTheChancesOfBudgetedMasksAreThoseOfDrawing(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 9))
	w := newWorld(random, 6, pairs(random, 6))
	logits := make([]float64, 6)
	for u, l := range w.logits {
		logits[u] = float64(l)
	}
	for mask := range w.rewards {
		w.rewards[mask] = 1
	}
	if whole := w.expectedBudget(logits, 3); math.Abs(whole-1) > 1e-4 { // the cells of the integral are .04 wide
		t.Fatalf("the chances add up to %g", whole)
	}
	const draws = 20_000
	for u := range logits {
		kept := 0
		for mask := range w.rewards {
			w.rewards[mask] = float64(mask >> u & 1)
		}
		for range draws {
			if _, mask := (drawing{3}).draw(w.logits, 1, random); mask>>u&1 == 1 {
				kept++
			}
		}
		// Five standard deviations of a share.
		want := w.expectedBudget(logits, 3)
		if got := float64(kept) / draws; math.Abs(got-want) > 5*math.Sqrt(want*(1-want)/draws) {
			t.Errorf("unit %d is kept with the chance %g; want %g", u, got, want)
		}
	}
}

func norm(x []float64) float64 { return math.Sqrt(dot(x, x)) }

func cosine(x, y []float64) float64 { return dot(x, y) / norm(x) / norm(y) }

func distance(x, y []float64) float64 {
	sum := 0.0
	for i := range x {
		sum += (x[i] - y[i]) * (x[i] - y[i])
	}
	return math.Sqrt(sum)
}

func dot(x, y []float64) float64 {
	sum := 0.0
	for i := range x {
		sum += x[i] * y[i]
	}
	return sum
}
