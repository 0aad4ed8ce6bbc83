package eval

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"
)

func TestTheShareOfPermutationsIsThatOfAllOfThem(t *testing.T) {
	differences := []float64{0.9, -0.2, 1.1, 0.4, 0.3, -0.1, 0.8, 0.5, 0.2}
	n, sum, reached := len(differences), 0.0, 0
	for _, d := range differences {
		sum += d
	}
	for signs := range 1 << n {
		other := 0.0
		for i, d := range differences {
			if signs>>i&1 == 0 {
				d = -d
			}
			other += d
		}
		if math.Abs(other) >= math.Abs(sum)-1e-9 {
			reached++
		}
	}
	exact := float64(reached) / float64(int(1)<<n)
	if got := permuted(differences, 1); math.Abs(got-exact) > 4*math.Sqrt(exact/permutations) { // 4 deviations of a count
		t.Errorf("p is %v, of all sign changes %v", got, exact)
	}
}

// noise is differences of paired measurements that differ by chance, plus a true difference.
func noise(rng *rand.Rand, n int, difference float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = rng.NormFloat64() + difference
	}
	return out
}

func TestAMethodBesideItselfHasUniformP(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	const repetitions = 200
	var p []float64
	for i := range repetitions {
		p = append(p, permuted(noise(rng, 40, 0), int64(i)))
	}
	slices.Sort(p)
	uniform := make([]float64, 10_000)
	for i := range uniform {
		uniform[i] = (float64(i) + 0.5) / float64(len(uniform))
	}
	if d := stat.KolmogorovSmirnov(p, nil, uniform, nil); d > 1.63/math.Sqrt(repetitions) { // the 1% point of Kolmogorov's distribution
		t.Errorf("p lies up to %.3f from uniform", d)
	}
}

func TestTheLeastDifferenceIsFoundFourTimesInFive(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 1))
	const n, repetitions = 60, 300
	least := significance(noise(rng, n, 0), 1/math.Sqrt(n), 1).Least
	found := 0
	for i := range repetitions {
		if permuted(noise(rng, n, least), int64(i)) < 0.05 {
			found++
		}
	}
	if share := float64(found) / repetitions; math.Abs(share-power) > 0.07 { // 3 deviations of a share of 300
		t.Errorf("found %.2f of the time", share)
	}
}

func TestHolmMultipliesTheSmallestByTheNumberOfTests(t *testing.T) {
	got := holm([]float64{0.01, 0.04, 0.03, 0.005, 0.9})
	for i, want := range []float64{0.04, 0.09, 0.09, 0.025, 0.9} {
		if math.Abs(got[i]-want) > 1e-12 {
			t.Errorf("test %d: %v, want %v", i, got[i], want)
		}
	}
}

func TestADifferenceThatNeverVariesIsNoChance(t *testing.T) {
	same := significance(slices.Repeat([]float64{0.5}, 20), 0, 1)
	if same.P > 0.001 || same.Effect != nil || same.Least != 0 {
		t.Errorf("got %+v", same)
	}
	if none := significance(make([]float64, 20), 0, 1); none.P != 1 {
		t.Errorf("no difference at all has p = %v", none.P)
	}
}
