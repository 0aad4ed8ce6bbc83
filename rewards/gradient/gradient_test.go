package gradient_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/project-sputnik/sputnik/env"
	"github.com/project-sputnik/sputnik/rewards/gradient"
)

// Two masks of three units. The first was paid more, and keeps the first unit, which the second drops.
func Example() {
	estimator, _ := gradient.New("rloo")
	advantages := estimator.Advantages([]float64{3, 1})
	actions := []gradient.Action{
		{Kept: []bool{true, true, false}, Advantage: advantages[0]},
		{Kept: []bool{false, true, false}, Advantage: advantages[1]},
	}
	w := weights(3)
	estimator.Weigh(w, []float32{0.5, 0.5, 0.5}, actions)
	fmt.Println(w.Keep, w.Drop)
	// Output: [2 0 0] [-2 0 0]
}

func weights(n int) gradient.Weights {
	return gradient.Weights{Keep: make([]float32, n), Drop: make([]float32, n), Gate: make([]float32, n)}
}

func TestAnUnknownEstimatorNamesThoseThereAre(t *testing.T) {
	if _, err := gradient.New("rlo"); err == nil {
		t.Error("want an error")
	}
}

func TestWeightsByHand(t *testing.T) {
	actions := []gradient.Action{
		{Kept: []bool{true, true, false}, Advantage: 2, Credit: []float64{1, 2, 3}},
		{Kept: []bool{true, false, true}, Advantage: -2, Credit: []float64{0, 1, 0}},
	}
	p := []float32{0.9, 0.4, 0.6}
	tests := map[string]gradient.Weights{
		"reinforce": {Keep: []float32{0, 2, -2}, Drop: []float32{0, -2, 2}, Gate: []float32{0, 0, 0}},
		"rloo":      {Keep: []float32{0, 2, -2}, Drop: []float32{0, -2, 2}, Gate: []float32{0, 0, 0}},
		"disarm":    {Keep: []float32{0, 2, 0}, Drop: []float32{0, 0, 2}, Gate: []float32{0, 0, 0}},
		"gate":      {Keep: []float32{0, 0, 0}, Drop: []float32{0, 0, 0}, Gate: []float32{1, 3, 3}},
	}
	for name, want := range tests {
		t.Run(name, func(t *testing.T) {
			w := weights(3)
			named(t, name).Weigh(w, p, actions)
			if diff := cmp.Diff(want, w); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAMaskWithoutItsPairSaysNothing(t *testing.T) {
	disarm := named(t, "disarm")
	if diff := cmp.Diff([]float64{1, -1, 0}, disarm.Advantages([]float64{3, 2, 9})); diff != "" {
		t.Error(diff)
	}
	w := weights(1)
	disarm.Weigh(w, []float32{0.5}, []gradient.Action{{Kept: []bool{true}, Advantage: 9}})
	if w.Keep[0] != 0 || w.Drop[0] != 0 {
		t.Errorf("%v", w)
	}
}

func named(t *testing.T, name string) gradient.Estimator {
	t.Helper()
	estimator, err := gradient.New(name)
	if err != nil {
		t.Fatal(err)
	}
	return estimator
}

// A world is a text of a few units: what every mask of it is paid, and what the reward's derivative in each gate is there.
type world struct {
	logits  []float32
	rewards []float64   // by mask, unit u being bit u
	credits [][]float64 // by mask and unit
}

// droppedGate is the gate of a unit that a mask drops, as readers have it.
const droppedGate = 0.02

// newWorld draws logits and lists what a reward, a function of gates, says of every mask.
func newWorld(random *rand.Rand, n int, reward func(gates []float64) float64) world {
	w := world{rewards: make([]float64, 1<<n), credits: make([][]float64, 1<<n)}
	for range n {
		w.logits = append(w.logits, float32(random.NormFloat64()))
	}
	for mask := range w.rewards {
		real, gates := make([]float64, n), make([]float64, n)
		for u := range n {
			if mask>>u&1 == 1 {
				real[u], gates[u] = 1, 1
			} else {
				gates[u] = droppedGate
			}
		}
		w.rewards[mask] = reward(real)
		w.credits[mask] = derivative(reward, gates)
	}
	return w
}

// derivative of a function by central differences.
func derivative(f func([]float64) float64, at []float64) []float64 {
	const step = 1e-6
	out := make([]float64, len(at))
	for u, x := range at {
		at[u] = x + step
		up := f(at)
		at[u] = x - step
		out[u] = (up - f(at)) / (2 * step)
		at[u] = x
	}
	return out
}

// pairs is a reward around .5 in which every two units help or hinder each other, a straight line in each gate.
func pairs(random *rand.Rand, n int) func([]float64) float64 {
	alone, together := make([]float64, n), make([]float64, n*n)
	for u := range alone {
		alone[u] = 0.15 * random.NormFloat64()
	}
	for i := range together {
		together[i] = 0.1 * random.NormFloat64()
	}
	return func(g []float64) float64 {
		sum := 0.5
		for u := range n {
			sum += alone[u] * (g[u] - 0.5)
			for v := range u {
				sum += together[u*n+v] * (g[u] - 0.5) * (g[v] - 0.5)
			}
		}
		return sum
	}
}

// reading is the share F of what a text tells a reader of one layer that attends to it, a gate g adding log g to a unit's
// attention: the reader gives a probe's answer the probability q = sum_u a_u v_u, a = softmax(e + log g), with v high at
// the few units that tell of it, and loses -log q.
func reading(random *rand.Rand, n int) func([]float64) float64 {
	const probes = 3
	attention, told := make([]float64, n*probes), make([]float64, n*probes)
	for i := range attention {
		attention[i], told[i] = math.Exp(random.NormFloat64()), 0.02
		if i%n == i/n || random.Float64() < 0.2 {
			told[i] = 0.9
		}
	}
	loss := func(g []float64) float64 {
		sum := 0.0
		for p := range probes {
			seen, right := 1.0, 0.02 // the prompt attends to itself too, and knows little
			for u := range n {
				a := g[u] * attention[p*n+u]
				seen += a
				right += a * told[p*n+u]
			}
			sum -= math.Log(right / seen)
		}
		return sum
	}
	none, full := loss(make([]float64, n)), loss(slices.Repeat([]float64{1}, n))
	return func(g []float64) float64 { return (none - loss(g)) / (none - full) }
}

// exact is the gradient of the expected reward in every logit, by enumeration: sum_m P(m) R(m) (m - p).
func (w world) exact() []float64 {
	p, out := probabilities(w.logits), make([]float64, len(w.logits))
	for mask, r := range w.rewards {
		chance := 1.0
		for u := range p {
			chance *= bernoulli(mask, u, float64(p[u]))
		}
		for u := range p {
			out[u] += chance * r * (float64(mask>>u&1) - float64(p[u]))
		}
	}
	return out
}

func bernoulli(mask, u int, p float64) float64 {
	if mask>>u&1 == 1 {
		return p
	}
	return 1 - p
}

func probabilities(logits []float32) []float32 {
	p := make([]float32, len(logits))
	for u, l := range logits {
		p[u] = float32(sigmoid(float64(l)))
	}
	return p
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// A measure is what many draws of an estimate come to.
type measure struct {
	mean, variance []float64 // of one draw, by unit
	draws          int
}

// total is the variance of one draw, summed over the units.
func (m measure) total() float64 {
	sum := 0.0
	for _, v := range m.variance {
		sum += v
	}
	return sum
}

// estimates draws K masks so many times and measures the gradient that an estimator makes of each K.
func (w world) estimates(e gradient.Estimator, k, draws int, random *rand.Rand, drawing drawing) measure {
	n := len(w.logits)
	sum, squares := make([]float64, n), make([]float64, n)
	p := probabilities(w.logits)
	if drawing.budget > 0 {
		p = probabilities(shifted(w.logits, drawing.budget))
	}
	for range draws {
		seed := random.Uint64()
		actions, paid := make([]gradient.Action, k), make([]float64, k)
		for i := range k {
			source, sign := e.Noise(i)
			kept, mask := drawing.draw(w.logits, sign, rand.New(rand.NewPCG(seed, uint64(source))))
			actions[i], paid[i] = gradient.Action{Kept: kept, Credit: w.credits[mask]}, w.rewards[mask]
		}
		for i, advantage := range e.Advantages(paid) {
			actions[i].Advantage = advantage
		}
		for u, g := range drawing.gradient(e, p, actions) {
			sum[u] += g
			squares[u] += g * g
		}
	}
	m := measure{draws: draws}
	for u := range n {
		mean := sum[u] / float64(draws)
		m.mean = append(m.mean, mean)
		m.variance = append(m.variance, squares[u]/float64(draws)-mean*mean)
	}
	return m
}

// A drawing is a way to draw masks: each unit by itself or, with a budget above 0, so many units as training does.
type drawing struct{ budget int }

// draw returns a mask, and its number.
func (d drawing) draw(logits []float32, sign float64, random *rand.Rand) (kept []bool, mask int) {
	scores := env.Perturb(nil, logits, sign, random)
	kept = make([]bool, len(scores))
	for u, s := range scores {
		kept[u] = s > 0
	}
	if d.budget > 0 {
		kept = env.Choose(scores, slices.Repeat([]int{1}, len(scores)), d.budget, nil)
	}
	for u, k := range kept {
		if k {
			mask |= 1 << u
		}
	}
	return kept, mask
}

// gradient is the estimate from K actions. With a budget, p keep it in expectation by a shift of the logits, and the
// gradient has that shift's own in it, as package train has: g_u - w_u sum g / sum w, w = p (1 - p).
func (d drawing) gradient(e gradient.Estimator, p []float32, actions []gradient.Action) []float64 {
	w, g := weights(len(p)), make([]float64, len(p))
	e.Weigh(w, p, actions)
	total, slope := 0.0, 0.0
	for u := range g {
		q := float64(p[u])
		g[u] = (float64(w.Keep[u])*(1-q) - float64(w.Drop[u])*q + float64(w.Gate[u])*q*(1-q)) / float64(len(actions))
		total += g[u]
		slope += q * (1 - q)
	}
	for u := range g {
		if q := float64(p[u]); d.budget > 0 {
			g[u] -= q * (1 - q) * total / slope
		}
	}
	return g
}

// shifted are logits that keep a number of units in expectation.
func shifted(logits []float32, budget int) []float32 {
	low, high := -30.0, 30.0
	out := make([]float32, len(logits))
	for range 60 {
		middle, sum := (low+high)/2, 0.0
		for u, l := range logits {
			out[u] = l + float32(middle)
			sum += sigmoid(float64(out[u]))
		}
		if sum < float64(budget) {
			low = middle
		} else {
			high = middle
		}
	}
	return out
}

// unbiased are the estimators whose mean is the gradient where units are drawn independently.
var unbiased = []string{"reinforce", "rloo", "disarm"}

func TestEstimatorsAreUnbiased(t *testing.T) {
	for seed := range uint64(4) {
		for kind, make := range map[string]func(*rand.Rand, int) func([]float64) float64{"pairs": pairs, "reading": reading} {
			random := rand.New(rand.NewPCG(seed, 1))
			n := 7 + int(seed)
			w := newWorld(random, n, make(random, n))
			want := w.exact()
			for _, name := range unbiased {
				m := w.estimates(named(t, name), 4, 20_000, random, drawing{})
				for u := range want {
					// 4.5 standard errors: one in 150,000 by chance, and there are 204 numbers.
					if limit := 4.5 * math.Sqrt(m.variance[u]/float64(m.draws)); math.Abs(m.mean[u]-want[u]) > limit {
						t.Errorf("%s of %s, %d units: unit %d has the mean %g; want %g ± %g", name, kind, n, u, m.mean[u], want[u], limit)
					}
				}
			}
		}
	}
}

// Where the reward is a straight line in each gate, its derivative at any mask is the difference that the unit makes there.
func TestGateCreditIsUnbiasedWhereTheRewardIsLinearInTheGates(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 1))
	w := newWorld(random, 8, pairs(random, 8))
	for mask, credits := range w.credits {
		// at gates of .02 in place of 0 the other units' share in a pair is 2% off
		for u := range w.logits {
			if with, without := w.rewards[mask|1<<u], w.rewards[mask&^(1<<u)]; math.Abs(credits[u]-(with-without)) > 0.05 {
				t.Fatalf("mask %b, unit %d: credit %g; want %g", mask, u, credits[u], with-without)
			}
		}
	}
	m, want := w.estimates(named(t, "gate"), 4, 20_000, random, drawing{}), w.exact()
	for u := range want {
		if limit := 0.005 + 4.5*math.Sqrt(m.variance[u]/float64(m.draws)); math.Abs(m.mean[u]-want[u]) > limit {
			t.Errorf("unit %d: mean %g; want %g ± %g", u, m.mean[u], want[u], limit)
		}
	}
}

func TestLeavingOneOutHalvesTheVariance(t *testing.T) {
	for seed := range uint64(8) {
		for kind, make := range map[string]func(*rand.Rand, int) func([]float64) float64{"pairs": pairs, "reading": reading} {
			random := rand.New(rand.NewPCG(seed, 2))
			w := newWorld(random, 10, make(random, 10))
			plain := w.estimates(named(t, "reinforce"), 8, 2000, random, drawing{}).total()
			if rloo := w.estimates(named(t, "rloo"), 8, 2000, random, drawing{}).total(); rloo > plain/2 {
				t.Errorf("%s, seed %d: variance %g of rloo, %g of reinforce", kind, seed, rloo, plain)
			}
		}
	}
}
