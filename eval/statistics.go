package eval

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/project-sputnik/sputnik/probe"
	"gonum.org/v1/gonum/stat"
)

// pick chooses the cuts of one method at one rate: as many a document as the method has draws.
func (o *Outcomes) pick(method, rate int) []int {
	var at []int
	for i, v := range o.variants {
		if v.method == method && v.rate == rate {
			at = append(at, i)
		}
	}
	return at
}

// total adds up a number of every document.
func (o *Outcomes) total(of func(outcome) float64) (sum float64) {
	for _, each := range o.each {
		sum += of(each)
	}
	return sum
}

// mean is, for every document, the mean over cuts of a number.
func (o *Outcomes) mean(cuts []int, of func(cut) float64) []float64 {
	out := make([]float64, len(o.each))
	for i, each := range o.each {
		for _, c := range cuts {
			out[i] += of(each.cuts[c]) / float64(len(cuts))
		}
	}
	return out
}

// losses are the documents' losses with nothing and with everything to read.
func (o *Outcomes) losses() probe.Documents {
	var d probe.Documents
	for _, each := range o.each {
		d.None, d.Full = append(d.None, each.nothing.loss), append(d.Full, each.whole.loss)
	}
	return d
}

// A ratio is a sum over documents by another, such as nats a dropped token, or its exponential.
type ratio struct {
	above, below []float64
	exp          bool
}

// of is the ratio with documents counted as often as weights say; nil is once.
func (r ratio) of(weights []int) (float64, bool) {
	var above, below float64
	for i := range r.above {
		w := 1.0
		if weights != nil {
			w = float64(weights[i])
		}
		above, below = above+w*r.above[i], below+w*r.below[i]
	}
	if r.exp {
		return math.Exp(above / below), below > 0
	}
	return above / below, below > 0
}

// ratioInterval is the percentile bootstrap interval of a ratio; with another it is that of their difference, paired by
// document. It is nil where nothing was dropped.
func ratioInterval(b probe.Bootstrap, r ratio, less *ratio) *probe.Interval {
	statistic := func(weights []int) (float64, bool) {
		x, ok := r.of(weights)
		if less == nil {
			return x, ok
		}
		y, also := less.of(weights)
		return x - y, ok && also
	}
	value, ok := statistic(nil)
	if !ok {
		return nil
	}
	draws := resampled(b, len(r.above), statistic)
	if len(draws) == 0 {
		return nil
	}
	tail := (1 - b.Level) / 2
	return &probe.Interval{Value: value, Documents: len(r.above),
		Low: stat.Quantile(tail, stat.LinInterp, draws, nil), High: stat.Quantile(1-tail, stat.LinInterp, draws, nil),
		Error: stat.StdDev(draws, nil)}
}

// resampled is the statistic of every resample that it is defined for, ascending.
func resampled(b probe.Bootstrap, n int, statistic func([]int) (float64, bool)) []float64 {
	rng := rand.New(rand.NewPCG(uint64(b.Seed), 0x6a9))
	weights := make([]int, n)
	var draws []float64
	for range b.Resamples {
		clear(weights)
		for range n {
			weights[rng.IntN(n)]++
		}
		if x, ok := statistic(weights); ok {
			draws = append(draws, x)
		}
	}
	slices.Sort(draws)
	return draws
}
