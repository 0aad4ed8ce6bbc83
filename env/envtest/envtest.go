// Package envtest holds an environment to what an agent and its trainer rely on.
package envtest

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/project-sputnik/sputnik/env"
	"pgregory.net/rapid"
)

// An Environment is what is put to the test.
type Environment interface {
	Reset(ctx context.Context) (env.State, error)
	Step(ctx context.Context, scores [][]float32) (env.Step, error)
}

// Make returns an environment of episodes with so many rounds, paid by potential.
type Make func(episodes []env.Episode, rounds int, potential env.Potential) (Environment, error)

// Run checks that rewards telescope, budgets hold exactly, nothing that was dropped returns, protected units stay, an
// episode has its rounds and no more, and the same actions lead to the same steps.
func Run(t *testing.T, make Make) {
	t.Run("rewards telescope", rapid.MakeCheck(func(t *rapid.T) {
		episodes, steps := play(t, make)
		for i := range episodes {
			sum := 0.0
			for _, s := range steps {
				sum += s.Reward[i]
			}
			start := worth(slices.Repeat([]bool{true}, len(episodes[i].Sizes)))
			end := worth(steps[len(steps)-1].State.Left[i])
			// Differences of numbers up to 2^9 lose a few of their last digits.
			if math.Abs(sum-(end-start)) > 1e-9 {
				t.Fatalf("rewards add up to %g; want %g", sum, end-start)
			}
		}
	}))
	t.Run("budgets hold exactly", rapid.MakeCheck(func(t *rapid.T) {
		episodes, steps := play(t, make)
		for i, ep := range episodes {
			total, protected := env.Tokens(slices.Repeat([]bool{true}, len(ep.Sizes)), ep.Sizes), 0
			if ep.Protected != nil {
				protected = env.Tokens(ep.Protected, ep.Sizes)
			}
			kept := env.Tokens(steps[len(steps)-1].State.Left[i], ep.Sizes)
			if limit := max(protected, env.Budget(total, ep.Rate)); kept > limit {
				t.Fatalf("%d tokens are left; want at most %d", kept, limit)
			}
		}
	}))
	t.Run("what was dropped never returns", rapid.MakeCheck(func(t *rapid.T) {
		_, steps := play(t, make)
		for s := 1; s < len(steps); s++ {
			for i, left := range steps[s].State.Left {
				for u := range left {
					if left[u] && !steps[s-1].State.Left[i][u] {
						t.Fatalf("unit %d of episode %d is back in round %d", u, i, s)
					}
				}
			}
		}
	}))
	t.Run("protected units stay", rapid.MakeCheck(func(t *rapid.T) {
		episodes, steps := play(t, make)
		for i, ep := range episodes {
			for u, protected := range ep.Protected {
				if protected && !steps[len(steps)-1].State.Left[i][u] {
					t.Fatalf("unit %d of episode %d is gone", u, i)
				}
			}
		}
	}))
	t.Run("an episode ends once", func(t *testing.T) { ends(t, make) })
	t.Run("a state is the caller's to change", func(t *testing.T) { owns(t, make) })
}

// play runs random episodes twice with the same actions, checks that both went alike, and returns the steps.
func play(t *rapid.T, make Make) ([]env.Episode, []env.Step) {
	episodes := rapid.SliceOfN(rapid.Custom(episode), 1, 4).Draw(t, "episodes")
	rounds := rapid.IntRange(1, 5).Draw(t, "rounds")
	seed := rapid.Uint64().Draw(t, "seed")
	e, err := make(episodes, rounds, potential)
	if err != nil {
		t.Fatal(err)
	}
	first, again := run(t, e, episodes, seed), run(t, e, episodes, seed)
	if fmt.Sprint(first) != fmt.Sprint(again) {
		t.Fatal("the same actions led elsewhere")
	}
	if len(first) != rounds {
		t.Fatalf("%d rounds; want %d", len(first), rounds)
	}
	return episodes, first
}

func run(t *rapid.T, e Environment, episodes []env.Episode, seed uint64) []env.Step {
	rng := rand.New(rand.NewPCG(seed, 1))
	if _, err := e.Reset(context.Background()); err != nil {
		t.Fatal(err)
	}
	for steps := []env.Step(nil); ; {
		step, err := e.Step(context.Background(), scores(rng, episodes))
		if err != nil {
			t.Fatal(err)
		}
		if steps = append(steps, step); step.Done {
			return steps
		}
	}
}

func scores(rng *rand.Rand, episodes []env.Episode) [][]float32 {
	out := make([][]float32, len(episodes))
	for i, ep := range episodes {
		out[i] = env.Perturb(nil, make([]float32, len(ep.Sizes)), 1, rng)
	}
	return out
}

// episode draws a text of up to 40 words.
func episode(t *rapid.T) env.Episode {
	ep := env.Episode{
		Sizes: rapid.SliceOfN(rapid.IntRange(1, 6), 0, 40).Draw(t, "sizes"),
		Rate:  rapid.Float64Range(0.01, 1).Draw(t, "rate"),
	}
	if rapid.Bool().Draw(t, "protects") {
		ep.Protected = rapid.SliceOfN(rapid.Bool(), len(ep.Sizes), len(ep.Sizes)).Draw(t, "protected")
	}
	return ep
}

// worth is a potential in which every unit counts differently.
func worth(left []bool) float64 {
	sum := 0.0
	for u, l := range left {
		if l {
			sum += math.Sqrt(float64(u + 2))
		}
	}
	return sum
}

func potential(_ context.Context, left [][]bool) ([]float64, error) {
	out := make([]float64, len(left))
	for i := range left {
		out[i] = worth(left[i])
	}
	return out, nil
}

func one() []env.Episode { return []env.Episode{{Sizes: []int{1, 2, 3, 1}, Rate: 0.5}} }

func ends(t *testing.T, make Make) {
	e, err := make(one(), 2, potential)
	if err != nil {
		t.Fatal(err)
	}
	action, ctx := [][]float32{{4, 3, 2, 1}}, context.Background()
	if _, err := e.Step(ctx, action); err == nil {
		t.Error("a step before the first reset passes")
	}
	if _, err := e.Reset(ctx); err != nil {
		t.Fatal(err)
	}
	for round := 1; round <= 2; round++ {
		if step, err := e.Step(ctx, action); err != nil || step.Done != (round == 2) {
			t.Errorf("round %d: done %v, %v", round, step.Done, err)
		}
	}
	if _, err := e.Step(ctx, action); err == nil {
		t.Error("a step after the end passes")
	}
	if _, err := e.Reset(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Step(ctx, [][]float32{{1}}); err == nil {
		t.Error("an action of another length passes")
	}
}

func owns(t *testing.T, make Make) {
	e, err := make(one(), 2, potential)
	if err != nil {
		t.Fatal(err)
	}
	state, err := e.Reset(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	clear(state.Left[0])
	step, err := e.Step(context.Background(), [][]float32{{4, 3, 2, 1}})
	if err != nil || !slices.Contains(step.State.Left[0], true) {
		t.Errorf("the caller's change of a state reached the environment: %v, %v", step.State.Left, err)
	}
}
