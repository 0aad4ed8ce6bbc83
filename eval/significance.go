package eval

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// A Test says whether a difference of F could be chance.
type Test struct {
	P      float64  `json:"p"`                // two-sided, of a paired permutation test over documents
	Holm   float64  `json:"p_holm"`           // the same, adjusted for all comparisons of the report
	Effect *float64 `json:"effect,omitempty"` // mean of the documents' differences over their deviation, where they vary (Cohen's d of pairs)
	Least  float64  `json:"least"`            // the smallest true difference that so many documents would find 4 times in 5
}

// permutations of a test: p can be told to about 1e-4.
const permutations = 10_000

// power is the share of the time that the least detectable difference is detected.
const power = 0.8

// significance tests the differences of documents' losses; standardError is that of their difference of F.
func significance(differences []float64, standardError float64, seed int64) *Test {
	z := distuv.UnitNormal.Quantile(0.975) + distuv.UnitNormal.Quantile(power)
	t := &Test{P: permuted(differences, seed), Least: z * standardError}
	if mean, deviation := stat.MeanStdDev(differences, nil); deviation > 0 {
		effect := mean / deviation
		t.Effect = &effect
	}
	return t
}

// permuted is the two-sided p of the sum of paired differences: were the two methods alike, each document's difference
// could as well have the other sign. p = (1 + #{|sum of random signs x difference| >= |sum|}) / (1 + permutations).
func permuted(differences []float64, seed int64) float64 {
	sum, scale := 0.0, 0.0
	for _, d := range differences {
		sum, scale = sum+d, scale+math.Abs(d)
	}
	rng := rand.New(rand.NewPCG(uint64(seed), 0x9e27))
	reached := 1
	for range permutations {
		other, bits := 0.0, uint64(0)
		for i, d := range differences {
			if i%64 == 0 {
				bits = rng.Uint64()
			}
			if bits&1 == 0 {
				d = -d
			}
			other, bits = other+d, bits>>1
		}
		if math.Abs(other) >= math.Abs(sum)-1e-12*scale { // sums that differ by rounding alone are equal
			reached++
		}
	}
	return float64(reached) / (permutations + 1)
}

// holm adjusts p of several tests so that the chance of even one false finding is what a single p says (Holm 1979):
// the i-th smallest of n is multiplied by n - i + 1, and none is below a smaller one.
func holm(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	adjusted, least := make([]float64, len(p)), 0.0
	for rank, i := range order {
		least = max(least, math.Min(1, p[i]*float64(len(p)-rank)))
		adjusted[i] = least
	}
	return adjusted
}

// adjust fills in what depends on all comparisons.
func (r *Report) adjust() {
	var tests []*Test
	var p []float64
	for _, c := range r.Comparisons {
		if c.Test != nil {
			tests, p = append(tests, c.Test), append(p, c.Test.P)
		}
	}
	for i, adjusted := range holm(p) {
		tests[i].Holm = adjusted
	}
}

// tested is one line a comparison.
func (r *Report) tested() Table {
	what := "F"
	if r.LossNone == 0 {
		what = "retained " + r.AnswerScores[0]
	}
	t := Table{
		Title: "Could the differences be chance?",
		Note: fmt.Sprintf("p: two-sided paired permutation test over the %d documents, %d permutations; Holm: adjusted for all %d comparisons. "+
			"Effect: mean of the documents' differences over their deviation. Least: the smallest true difference that so many documents find 4 times in 5.",
			r.Data.Documents, permutations, len(r.Comparisons)),
		Head: []string{"agent less", "rate", what, "p", "Holm", "effect", "least"},
	}
	for _, c := range r.Comparisons {
		d := c.Retained
		if d == nil {
			d = c.Answers
		}
		row := []string{c.Baseline, fmt.Sprintf("%.2f", c.Rate), d.cell()}
		t.Rows = append(t.Rows, append(row, c.Test.cells()...))
	}
	return t
}

// cells are the test's columns; a comparison without one has none to show.
func (t *Test) cells() []string {
	if t == nil {
		return []string{"-", "-", "-", "-"}
	}
	effect := "-"
	if t.Effect != nil {
		effect = fmt.Sprintf("%+.2f", *t.Effect)
	}
	return []string{fmt.Sprintf("%.4f", t.P), fmt.Sprintf("%.4f", t.Holm), effect, fmt.Sprintf("%.3f", t.Least)}
}
