package eval

import (
	"math"
	"math/rand/v2"
	"testing"
)

// A document whose tokens are worth alike loses in proportion to what is dropped: D*(R) = (1 - R) D(0).
func TestTheLimitOfTokensThatAreWorthAlikeIsALine(t *testing.T) {
	var documents [][]choice
	for range 5 {
		var choices []choice
		for k := range 11 {
			choices = append(choices, choice{float64(k), 1 - float64(k)/10})
		}
		documents = append(documents, choices)
	}
	f := frontierOf(documents)
	for _, rate := range []float64{0, .25, .5, .77, 1} {
		if got, want := f.at(rate*50), 5*(1-rate); math.Abs(got-want) > 1e-12 {
			t.Errorf("at %g: %g; want %g", rate, got, want)
		}
	}
	if got := f.at(1000); math.Abs(got) > 1e-12 {
		t.Errorf("with room to spare: %g", got)
	}
}

// One of two documents needs one token to be known wholly, the other needs all ten: the first gets its token first.
func TestTheLimitSpendsTokensWhereTheyAreWorthMost(t *testing.T) {
	f := frontierOf([][]choice{{{0, 1}, {1, 0}, {10, 0}}, {{0, 1}, {10, 0}}})
	for tokens, want := range map[float64]float64{0: 2, .5: 1.5, 1: 1, 6: .5, 11: 0, 20: 0} {
		if got := f.at(tokens); math.Abs(got-want) > 1e-12 {
			t.Errorf("with %g tokens: %g; want %g", tokens, got, want)
		}
	}
}

// A binary source under Hamming distortion with masks of erasures: the closed form of an erasure limit is a line too,
// and a pool that holds one bad mask more changes nothing.
func TestABadMaskChangesNoLimit(t *testing.T) {
	good := [][]choice{{{0, 2}, {4, 1}, {8, 0}}}
	bad := [][]choice{{{0, 2}, {4, 1}, {8, 0}, {4, 1.9}, {8, 3}, {6, 1}}}
	for tokens := range 9 {
		if a, b := frontierOf(good).at(float64(tokens)), frontierOf(bad).at(float64(tokens)); a != b {
			t.Errorf("with %d tokens: %g and %g", tokens, a, b)
		}
	}
}

func TestPrimalAndDualAgree(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		documents := make([][]choice, 1+random.IntN(6))
		for i := range documents {
			documents[i] = []choice{{0, 1 + random.Float64()}}
			for range random.IntN(8) {
				documents[i] = append(documents[i], choice{float64(1 + random.IntN(30)), 2 * random.Float64()})
			}
		}
		budget := float64(random.IntN(60))
		primal, best := frontierOf(documents).at(budget), math.Inf(-1)
		prices := []float64{0}
		for _, choices := range documents { // the best price is the slope of an edge
			for _, a := range choices {
				for _, b := range choices {
					if b.tokens > a.tokens {
						prices = append(prices, max(0, (a.loss-b.loss)/(b.tokens-a.tokens)))
					}
				}
			}
		}
		for _, price := range prices {
			best = max(best, dual(documents, price, budget))
		}
		if math.Abs(primal-best) > 1e-9 {
			t.Fatalf("primal %g, dual %g", primal, best)
		}
	}
}

func TestTheLimitIsBelowEveryMethodAndFallsWithThePool(t *testing.T) {
	r := run(t, setUp(t, &finder{}, append([]Method{Only(agentName, wanted{})}, baselines(t, "random", "first", "length")...)...), 0)
	if len(r.Limits) != 2 {
		t.Fatalf("%d limits", len(r.Limits))
	}
	for _, l := range r.Limits {
		for _, d := range l.Distance {
			if d.Distance < -1e-9 {
				t.Errorf("%s is %g below the limit at %g", d.Method, -d.Distance, l.Rate)
			}
		}
		last := math.Inf(1)
		for _, p := range append(l.ByPool, PoolSum{l.Pool, l.Loss}) {
			if p.Loss > last+1e-9 {
				t.Errorf("at %g a pool of %d says %g, a smaller one %g", l.Rate, p.Masks, p.Loss, last)
			}
			last = p.Loss
		}
	}
}
