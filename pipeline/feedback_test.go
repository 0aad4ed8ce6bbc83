package pipeline

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// world retains 1 - (ratio / tolerance)^2 / 20, with noise: .95 at a ratio of tolerance.
func world(ratio, tolerance float64, random *rand.Rand) float64 {
	return math.Min(1, 1-math.Pow(ratio/tolerance, 2)/20+0.05*random.NormFloat64())
}

// Over 10,000 inputs whose tolerance drifts down and up again, the shares stay within bounds, come to rest where retention
// is between .95 and .98 or the seed's limits on the reduction hold them, and turn round rarely.
func TestTheStrategiesSettleUnderDrift(t *testing.T) {
	for seed := range uint64(5) {
		f := NewFeedback(DefaultStrategies(), "")
		random := rand.New(rand.NewPCG(seed, 1))
		tracks := map[Complexity][]float64{}
		for n := range 10_000 {
			c := Complexities[n%3]
			tolerance := 0.45 + 0.15*math.Cos(2*math.Pi*math.Min(float64(n), 6000)/6000) // drifts until 6,000, then rests
			ratio := f.Strategies[c]
			f.Observe(c, world(ratio, tolerance, random), ratio)
			if now := f.Strategies[c]; now < leastAdapted || now > mostAdapted {
				t.Fatalf("%s is at %g", c, now)
			}
			tracks[c] = append(tracks[c], f.Strategies[c])
		}
		for c, shares := range tracks {
			low, high := spread(shares[len(shares)*3/4:])
			if high/low > 1.25 {
				t.Errorf("seed %d: %s moves between %.3f and %.3f at the end", seed, c, low, high)
			}
			if r := f.Tracks[c].Reversals; r > 15 {
				t.Errorf("seed %d: %s turned round %d times in %d inputs", seed, c, r, len(shares))
			}
			if last := shares[len(shares)-1]; last > 0.66 || last < removedLow*0.85 {
				t.Errorf("seed %d: %s came to rest at %.3f", seed, c, last)
			}
		}
	}
}

func spread(values []float64) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, v := range values {
		low, high = math.Min(low, v), math.Max(high, v)
	}
	return low, high
}

func TestTheSeedsThresholdsMoveAShare(t *testing.T) {
	tests := map[string]struct{ share, retention, reduction, want float64 }{
		"too little is retained of much":            {0.5, 0.90, 0.5, 0.45},
		"too little is retained of little":          {0.1, 0.90, 0.1, 0.1},
		"more could be removed":                     {0.1, 0.99, 0.1, 0.11},
		"more could be removed, but enough is":      {0.5, 0.99, 0.5, 0.5},
		"between the thresholds nothing moves":      {0.25, 0.965, 0.25, 0.25},
		"the cap holds":                             {0.68, 0.99, 0.25, 0.7},
		"a share beyond the cap is not moved to it": {0.8, 0.99, 0.25, 0.8},
		"nothing removed stays nothing":             {0, 0.99, 0, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := NewFeedback(Strategies{Simple: test.share}, "")
			for range feedbackWindow {
				f.Observe(Simple, test.retention, test.reduction)
			}
			if got := f.Strategies[Simple]; math.Abs(got-test.want) > 1e-9 {
				t.Errorf("%g, want %g", got, test.want)
			}
		})
	}
}

func TestFeedbackGoesOnWhereItWas(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "strategies.json")
	f, err := OpenFeedback(DefaultStrategies(), path)
	if err != nil {
		t.Fatal(err)
	}
	for n := range 33 {
		f.Observe(Simple, 0.5+float64(n%2)/10, 0.5)
	}
	if err := f.Save(); err != nil {
		t.Fatal(err)
	}
	again, err := OpenFeedback(DefaultStrategies(), path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(f.Tracks, again.Tracks); diff != "" || f.Strategies[Simple] != again.Strategies[Simple] {
		t.Errorf("%v, %s", again.Strategies, diff)
	}
	if err := os.WriteFile(path, []byte(`{"pruning_strategies":{"simple":7}}`), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenFeedback(DefaultStrategies(), path); err == nil {
		t.Error("a share of 7 was taken")
	}
}
