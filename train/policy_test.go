package train

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/project-sputnik/sputnik/rewards/gradient"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
)

// row is a layout of one row of words.
func row(sizes []float32, budget int) layout {
	return layout{rows: 1, units: len(sizes), sizes: sizes, budgets: []int{budget}}
}

func TestTheExpectedRateIsTheBudget(t *testing.T) {
	scores := []float32{-3, 0.2, 5, 1, -0.4}
	sizes := []float32{1, 3, 2, 1, 4}
	for budget := 1; budget < 11; budget++ {
		for _, temperature := range []float64{0.5, 1, 2} {
			b, sum := shift(scores, sizes, float64(budget), temperature), 0.0
			for u, size := range sizes {
				sum += float64(size) * sigmoid((float64(scores[u])+b)/temperature)
			}
			if math.Abs(sum-float64(budget)) > 1e-6 {
				t.Errorf("budget %d at temperature %g: expected %g tokens", budget, temperature, sum)
			}
		}
	}
}

// worthOf is a reward of a mask that no single unit explains.
func worthOf(mask []bool) float64 {
	sum := 0.0
	for u, keep := range mask {
		if keep {
			sum += math.Sin(float64(3*u + 1))
			if u > 0 && mask[u-1] {
				sum += 0.7 * math.Cos(float64(u))
			}
		}
	}
	return sum
}

// expected is the exact value of a policy over all masks of a row, at scores.
func expected(scores, sizes []float32, budget int, temperature float64) float64 {
	b := shift(scores, sizes, float64(budget), temperature)
	total := 0.0
	for _, mask := range masks(len(scores)) {
		total += probability(mask, scores, b, temperature) * worthOf(mask)
	}
	return total
}

func probability(mask []bool, scores []float32, b, temperature float64) float64 {
	p := 1.0
	for u, keep := range mask {
		q := sigmoid((float64(scores[u]) + b) / temperature)
		if !keep {
			q = 1 - q
		}
		p *= q
	}
	return p
}

func masks(n int) [][]bool {
	all := make([][]bool, 1<<n)
	for i := range all {
		all[i] = make([]bool, n)
		for u := range n {
			all[i][u] = i>>u&1 == 1
		}
	}
	return all
}

// enumerated is the policy gradient with every mask as an action whose advantage is its probability times its reward:
// the expectation of the estimator, by enumeration.
func enumerated(t *testing.T, scores, sizes []float32, budget int, temperature float64) (grad []float32) {
	t.Helper()
	l := row(sizes, budget)
	b := shift(scores, sizes, float64(budget), temperature)
	err := torch.Do(func(s *torch.Scope) error {
		leaf := torch.RequireGrad(torch.From(s, scores, 1, int64(len(scores))))
		logits := s.Scale(exactRate(s, leaf, l, temperature), 1/temperature)
		var total torch.Tensor
		for _, mask := range masks(len(scores)) {
			keep := make([]float32, len(mask))
			for u := range mask {
				if mask[u] {
					keep[u] = 1
				}
			}
			m := torch.From(s, keep, 1, int64(len(keep)))
			log := s.Sum(s.Add(s.Mul(m, s.LogSigmoid(logits)), s.Mul(s.Shift(s.Neg(m), 1), s.LogSigmoid(s.Neg(logits)))))
			term := s.Scale(log, probability(mask, scores, b, temperature)*worthOf(mask))
			if total.Defined() {
				term = s.Add(total, term)
			}
			total = term
		}
		s.Backward(total)
		grad = torch.Values[float32](s, s.Grad(leaf))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return grad
}

// The gradient of the expected reward, with the rate held exactly, against differences of the exact expectation.
func TestThePolicyGradientIsTheGradientOfTheExpectedReward(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, temperature := range []float64{0.7, 1} {
		t.Run(fmt.Sprintf("temperature %g", temperature), func(t *testing.T) {
			n, budget := 7, 6
			scores, sizes := make([]float32, n), make([]float32, n)
			for u := range scores {
				scores[u], sizes[u] = float32(random.NormFloat64()), float32(1+random.IntN(3))
			}
			got := enumerated(t, scores, sizes, budget, temperature)
			const step = 1e-3
			for u := range scores {
				at := append([]float32(nil), scores...)
				at[u] += step
				up := expected(at, sizes, budget, temperature)
				at[u] -= 2 * step
				want := (up - expected(at, sizes, budget, temperature)) / (2 * step)
				if math.Abs(want-float64(got[u])) > 2e-3 { // scores are float32: differences are good to 1e-3
					t.Errorf("unit %d: gradient %g, difference %g", u, got[u], want)
				}
			}
		})
	}
}

func TestEveryDecisionHasTheWeightsOfItsOwnActions(t *testing.T) {
	of := func(advantage float64, kept ...bool) decision {
		d := decision{actions: []gradient.Action{{Kept: kept, Advantage: advantage}, {Kept: slices.Repeat([]bool{true}, len(kept)), Advantage: -1}}}
		d.text.Units = make([]token.Unit, len(kept))
		return d
	}
	rloo, err := gradient.New("rloo")
	if err != nil {
		t.Fatal(err)
	}
	w := layout{rows: 2, units: 3}.weights([]decision{of(2, true, false), of(5, false, true, false)}, rloo, make([]float32, 6))
	want := gradient.Weights{Keep: []float32{1, -1, 0, -1, 4, -1}, Drop: []float32{0, 2, 0, 5, 0, 5}, Gate: make([]float32, 6)}
	if diff := cmp.Diff(want, w); diff != "" {
		t.Error(diff)
	}
}
