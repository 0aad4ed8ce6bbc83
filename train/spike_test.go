package train

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/project-sputnik/sputnik/torch"
)

// around are norms with the median 1 and the median absolute deviation .1: a spike is above 1.6.
func around(n int) *norms {
	return &norms{Last: slices.Repeat([]float64{0.9, 1, 1.1, 1.3, 0.8}, n)[:n]}
}

func TestASpikeIsAboveTheMedianByMoreThanSixDeviations(t *testing.T) {
	tests := map[string]struct {
		last  *norms
		norm  float64
		spike bool
	}{
		"as ever":                    {around(20), 1.1, false},
		"high":                       {around(20), 1.59, false},
		"above the limit":            {around(20), 1.61, true},
		"low":                        {around(20), 0, false},
		"a first norm":               {&norms{}, 1e9, false},
		"too few to tell":            {around(15), 1e9, false},
		"just enough":                {around(16), 1e9, true},
		"most are equal":             {&norms{Last: slices.Repeat([]float64{0, 0, 0, 1}, 5)}, 1e9, false},
		"after as many as there may": {&norms{Last: around(20).Last, Spikes: mostSpikes}, 1e9, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := test.last.spike(test.norm); got != test.spike {
				t.Errorf("%g among %v: spike %t", test.norm, test.last.Last, got)
			}
		})
	}
}

func TestTheLastNormsAreTheAcceptedOnes(t *testing.T) {
	n := around(normsKept)
	for _, norm := range []float64{9, 1, 9} {
		n.spike(norm)
	}
	if want := slices.Concat(around(normsKept).Last[1:], []float64{1}); !slices.Equal(want, n.Last) || n.Spikes != 1 {
		t.Errorf("%d spikes after %v", n.Spikes, n.Last)
	}
}

// A run whose norms are of another size from some step on, or grow for ever, goes on.
func TestGrowingNormsAreNotShutOut(t *testing.T) {
	for name, test := range map[string]struct {
		norm  func(step int) float64
		least int // steps of 200 accepted
	}{
		"a hundred times higher from the middle on": {func(step int) float64 { return math.Sqrt(2+float64(step%7)) * (1 + 99*float64(step/100)) }, 200 - mostSpikes},
		"twice as high at every step":               {func(step int) float64 { return math.Ldexp(1, step) }, 200 * normsNeeded / (normsNeeded + mostSpikes)},
	} {
		t.Run(name, func(t *testing.T) {
			var n norms
			accepted := 0
			for step := range 200 {
				if !n.spike(test.norm(step)) {
					accepted++
				}
			}
			if accepted < test.least {
				t.Errorf("%d of 200 steps were taken; want %d", accepted, test.least)
			}
		})
	}
}

func TestAStepWithASpikeChangesNothingAndIsCounted(t *testing.T) {
	trainer := start(t, game(t, 8), cheapReader(finding))
	trainer.norms("policy").Last = around(20).Last
	before := parameters(t, trainer)
	slope := func(by float64) func(s *torch.Scope) torch.Tensor { // a gradient of that norm, in the bias of the head
		return func(s *torch.Scope) torch.Tensor {
			weights := trainer.agent.Parameters()
			return s.Scale(s.Sum(weights[len(weights)-1].Tensor), by)
		}
	}
	metrics := map[string]float64{}
	if err := trainer.move(trainer.policy, 1e-3, "policy", metrics, slope(50)); err != nil {
		t.Fatal(err)
	}
	if !same(before, parameters(t, trainer)) || trainer.state.Spikes != 1 || trainer.state.Skipped != 0 || metrics["policy_gradient_norm"] != 50 {
		t.Errorf("%d spikes, %d steps skipped, metrics %v; parameters may have moved", trainer.state.Spikes, trainer.state.Skipped, metrics)
	}
	if err := trainer.move(trainer.policy, 1e-3, "policy", metrics, slope(1)); err != nil {
		t.Fatal(err)
	}
	if same(before, parameters(t, trainer)) {
		t.Error("the step after a spike did not move")
	}
}

func same(a, b map[string][]float32) bool { return maps.EqualFunc(a, b, slices.Equal) }

func TestAStateIsTheSameWhenItIsReadAgain(t *testing.T) {
	state := State{Step: 7, RewardScale: 1 / 3.0, Spikes: 2, Norms: map[string]*norms{"joint.policy": {Last: []float64{math.Pi, 1e-300, 2.0 / 7}, Spikes: 1}}}
	raw, err := json.Marshal(state)
	if err != nil {
		t.Fatal(err)
	}
	var again State
	if err := json.Unmarshal(raw, &again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(state, again); diff != "" {
		t.Error(diff)
	}
}

// A step's gradient is clipped: the optimiser's mean after the first is a tenth of it.
func TestTheGradientIsClipped(t *testing.T) {
	c := game(t, 8)
	c.GradientClip = 0.25
	trainer := start(t, c, cheapReader(finding))
	steep := func(s *torch.Scope) torch.Tensor { return s.Scale(s.Sum(trainer.agent.Parameters()[1].Tensor), 1e3) }
	if err := trainer.move(trainer.policy, 1e-3, "policy", map[string]float64{}, steep); err != nil {
		t.Fatal(err)
	}
	square := 0.0
	err := torch.NoGrad(func(s *torch.Scope) error {
		for _, state := range trainer.policy.State() {
			if state.Name == trainer.agent.Parameters()[1].Name+".mean" {
				square = s.Item(s.Sum(s.Mul(state.Tensor, state.Tensor)))
			}
		}
		return nil
	})
	// float32
	if norm := 10 * math.Sqrt(square); err != nil || math.Abs(norm-0.25) > 1e-4 {
		t.Errorf("the gradient's norm was %g, %v; want 0.25", norm, err)
	}
}
