package env_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/project-sputnik/sputnik/env"
	"github.com/project-sputnik/sputnik/env/envtest"
	"github.com/project-sputnik/sputnik/token"
	"pgregory.net/rapid"
)

// Eight words of one token each; two rounds leave a quarter. What is left is worth the sum of its positions.
func Example() {
	sum := func(_ context.Context, left [][]bool) ([]float64, error) {
		worth := 0.0
		for unit, l := range left[0] {
			if l {
				worth += float64(unit)
			}
		}
		return []float64{worth}, nil
	}
	e, _ := env.New([]env.Episode{{Sizes: []int{1, 1, 1, 1, 1, 1, 1, 1}, Rate: 0.25}}, 2, sum)
	state, _ := e.Reset(context.Background())
	for done := false; !done; {
		policy := [][]float32{{0, 1, 2, 3, 4, 5, 6, 7}}
		step, _ := e.Step(context.Background(), policy)
		fmt.Println("budget", state.Budget[0], "reward", step.Reward[0])
		state, done = step.State, step.Done
	}
	// Output:
	// budget 4 reward -6
	// budget 2 reward -9
}

func TestTheEnvironmentConforms(t *testing.T) {
	envtest.Run(t, func(episodes []env.Episode, rounds int, p env.Potential) (envtest.Environment, error) {
		return env.New(episodes, rounds, p)
	})
}

func TestTheEnvironmentConformsWhenItPaysAtTheEnd(t *testing.T) {
	envtest.Run(t, func(episodes []env.Episode, rounds int, p env.Potential) (envtest.Environment, error) {
		return env.New(episodes, rounds, p, env.PayAtEnd())
	})
}

func TestWhatCannotBeRunIsRejected(t *testing.T) {
	tests := map[string]struct {
		episode env.Episode
		rounds  int
	}{
		"no round":               {env.Episode{Rate: 0.5}, 0},
		"a rate of nothing":      {env.Episode{Rate: 0}, 1},
		"a rate above all":       {env.Episode{Rate: 1.1}, 1},
		"a rate that is none":    {env.Episode{Rate: math.NaN()}, 1},
		"protection that is off": {env.Episode{Rate: 1, Sizes: []int{1}, Protected: []bool{}}, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := env.New([]env.Episode{test.episode}, test.rounds, nil); err == nil {
				t.Error("want an error")
			}
		})
	}
}

func TestAPotentialThatFailsIsReported(t *testing.T) {
	broken := errors.New("reader is gone")
	e, err := env.New([]env.Episode{{Sizes: []int{1}, Rate: 1}}, 1, func(context.Context, [][]bool) ([]float64, error) {
		return nil, broken
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Reset(context.Background()); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func TestChooseTakesTheBestThatFit(t *testing.T) {
	nan := float32(math.NaN())
	tests := map[string]struct {
		scores    []float32
		sizes     []int
		budget    int
		protected []bool
		want      []bool
	}{
		"the highest first":               {[]float32{1, 3, 2}, []int{1, 1, 1}, 2, nil, []bool{false, true, true}},
		"what does not fit is passed":     {[]float32{3, 2, 1}, []int{2, 2, 1}, 3, nil, []bool{true, false, true}},
		"ties go to the earlier":          {[]float32{1, 1, 1}, []int{1, 1, 1}, 2, nil, []bool{true, true, false}},
		"the protected come first":        {[]float32{1, 3, 2}, []int{1, 1, 1}, 2, []bool{true, false, false}, []bool{true, true, false}},
		"and stay beyond the budget":      {[]float32{1, 3, 2}, []int{1, 5, 5}, 2, []bool{false, true, true}, []bool{false, true, true}},
		"nothing fits no budget":          {[]float32{1}, []int{1}, 0, nil, []bool{false}},
		"a score that is none comes last": {[]float32{nan, -9, nan}, []int{1, 1, 1}, 2, nil, []bool{true, true, false}},
		"an empty text is empty":          {nil, nil, 5, nil, []bool{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := env.Choose(test.scores, test.sizes, test.budget, test.protected); !slices.Equal(got, test.want) {
				t.Errorf("got %v; want %v", got, test.want)
			}
		})
	}
}

func TestSelectScoresAWordByTheMeanOfItsTokens(t *testing.T) {
	units := []token.Unit{{First: 0, End: 2}, {First: 2, End: 3}, {First: 3, End: 6}}
	kept := env.Select([]float32{0, 4, 1, 9, 0, 0}, units, 5, nil)
	if !slices.Equal(kept, []bool{true, false, true}) {
		t.Errorf("kept %v", kept)
	}
	if mask := env.TokenMask(kept, units, 6); !slices.Equal(mask, []bool{true, true, false, true, true, true}) {
		t.Errorf("mask %v", mask)
	}
}

// No unit that was left out would have fitted in what the budget has left.
func TestChooseLeavesNoRoomThatAUnitWouldFit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sizes := rapid.SliceOf(rapid.IntRange(1, 9)).Draw(t, "sizes")
		scores := rapid.SliceOfN(rapid.Float32(), len(sizes), len(sizes)).Draw(t, "scores")
		budget := rapid.IntRange(0, 60).Draw(t, "budget")
		kept := env.Choose(scores, sizes, budget, nil)
		room := budget - env.Tokens(kept, sizes)
		if room < 0 {
			t.Fatalf("%d tokens too many", -room)
		}
		for i, k := range kept {
			if !k && sizes[i] <= room {
				t.Fatalf("unit %d of %d tokens would fit the %d left", i, sizes[i], room)
			}
		}
	})
}

// The share of draws that come out above 0 is sigmoid(score/T).
func TestPerturbDrawsBernoulliVariables(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const draws, score, temperature = 20000, 0.8, 0.5
	above := 0
	for range draws {
		if env.Perturb(nil, []float32{score}, temperature, rng)[0] > 0 {
			above++
		}
	}
	want := 1 / (1 + math.Exp(-score/temperature))
	// Five standard deviations of a share of 20,000 draws.
	if got := float64(above) / draws; math.Abs(got-want) > 5*math.Sqrt(want*(1-want)/draws) {
		t.Errorf("share %g; want %g", got, want)
	}
}

func TestATemperatureBelowZeroMirrorsTheNoise(t *testing.T) {
	scores := []float32{0, 0.5, -2}
	one := env.Perturb(nil, scores, 0.7, env.Source(1, 2, 3))
	other := env.Perturb(nil, scores, -0.7, env.Source(1, 2, 3))
	for i, s := range scores {
		if math.Abs(float64(one[i]+other[i]-2*s)) > 1e-6 { // float32
			t.Errorf("score %g: %g and %g", s, one[i], other[i])
		}
	}
}

func TestASourceIsTheSameForTheSameNumbersOnly(t *testing.T) {
	a, b, c := env.Source(1, 2, 3).Uint64(), env.Source(1, 2, 3).Uint64(), env.Source(1, 2, 4).Uint64()
	if a != b || a == c {
		t.Errorf("%x %x %x", a, b, c)
	}
}

func BenchmarkChoose(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	scores := env.Perturb(nil, make([]float32, 1<<16), 1, rng)
	sizes := slices.Repeat([]int{1, 2}, 1<<15)
	for b.Loop() {
		env.Choose(scores, sizes, 1<<15, nil)
	}
	b.ReportMetric(float64(3<<15)*float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
}

func TestAFreeEpisodeKeepsWhatScoresAboveZero(t *testing.T) {
	nothing := func(_ context.Context, left [][]bool) ([]float64, error) { return make([]float64, len(left)), nil }
	world, err := env.New([]env.Episode{{Sizes: []int{1, 2, 3}, Rate: 0.1, Free: true}}, 2, nothing)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := world.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, round := range []struct {
		scores []float32
		want   []bool
	}{{[]float32{1, -1, 0.5}, []bool{true, false, true}}, {[]float32{-1, 9, 2}, []bool{false, false, true}}} {
		step, err := world.Step(t.Context(), [][]float32{round.scores})
		if err != nil || !slices.Equal(step.State.Left[0], round.want) {
			t.Errorf("scores %v leave %v, %v", round.scores, step.State.Left[0], err)
		}
	}
}
