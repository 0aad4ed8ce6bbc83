package probe

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Documents are the summed losses of the same documents with nothing to read, and with all of it.
type Documents struct{ None, Full []float64 }

// A Bootstrap says how intervals are made. The same seed and documents are resampled alike for every method, which
// pairs them.
type Bootstrap struct {
	Resamples int     // 1000 unless given
	Level     float64 // share of the resamples that an interval holds; .95 unless given
	Seed      int64
}

// An Interval is an estimate and the percentile bootstrap interval around it.
type Interval struct {
	Value     float64 `json:"value"`
	Low       float64 `json:"low"`
	High      float64 `json:"high"`
	Error     float64 `json:"standard_error"` // the deviation of the resamples
	Documents int     `json:"documents"`
}

// Excludes says whether a value lies outside the interval.
func (i Interval) Excludes(x float64) bool { return x < i.Low || x > i.High }

func (i Interval) String() string { return fmt.Sprintf("%.3f [%.3f, %.3f]", i.Value, i.Low, i.High) }

// errNothing is what a share of nothing comes to.
var errNothing = errors.New("the whole texts tell the reader nothing about what is asked, so no share of it can be retained")

// Retained is F of what a method kept, whose summed losses by document are kept.
func (d Documents) Retained(kept []float64, b Bootstrap) (Interval, error) {
	return d.interval(b, func(weights []int) (float64, bool) { return d.share(kept, weights) }, kept)
}

// Difference is F of one method less F of another, paired by document.
func (d Documents) Difference(kept, other []float64, b Bootstrap) (Interval, error) {
	return d.interval(b, func(weights []int) (float64, bool) {
		x, ok := d.share(kept, weights)
		y, also := d.share(other, weights)
		return x - y, ok && also
	}, kept, other)
}

// share is the ratio of sums over documents, each counted as often as weights say (nil: once). It is false where the
// documents drawn tell nothing.
func (d Documents) share(kept []float64, weights []int) (float64, bool) {
	var told, all float64
	for i := range kept {
		w := 1.0
		if weights != nil {
			w = float64(weights[i])
		}
		told += w * (d.None[i] - kept[i])
		all += w * (d.None[i] - d.Full[i])
	}
	return told / all, all > 0
}

func (d Documents) interval(b Bootstrap, statistic func([]int) (float64, bool), methods ...[]float64) (Interval, error) {
	for _, m := range append(methods, d.Full) {
		if len(m) != len(d.None) {
			return Interval{}, fmt.Errorf("losses of %d documents beside %d", len(m), len(d.None))
		}
	}
	return b.interval(len(d.None), statistic)
}

// Mean is the mean of values, one a document.
func (b Bootstrap) Mean(values []float64) (Interval, error) {
	return b.interval(len(values), func(weights []int) (float64, bool) {
		sum, n := 0.0, 0.0
		for i, v := range values {
			w := 1.0
			if weights != nil {
				w = float64(weights[i])
			}
			sum, n = sum+w*v, n+w
		}
		return sum / n, n > 0
	})
}

// Interval is a statistic of n documents, which is told how often each counts; nil is once. It is false where the
// documents drawn say nothing.
func (b Bootstrap) Interval(n int, statistic func(weights []int) (float64, bool)) (Interval, error) {
	return b.interval(n, statistic)
}

// Share is F of some losses over documents, each counted as often as weights say.
func (d Documents) Share(kept []float64, weights []int) (float64, bool) {
	return d.share(kept, weights)
}

// interval is a statistic of n documents, counted as often as weights say; nil is once.
func (b Bootstrap) interval(n int, statistic func(weights []int) (float64, bool)) (Interval, error) {
	value, ok := statistic(nil)
	if !ok {
		return Interval{}, errNothing
	}
	draws := b.draws(n, statistic)
	if len(draws) == 0 {
		return Interval{}, errNothing
	}
	slices.Sort(draws)
	tail := (1 - b.level()) / 2
	return Interval{
		Value: value, Documents: n,
		Low:   stat.Quantile(tail, stat.LinInterp, draws, nil),
		High:  stat.Quantile(1-tail, stat.LinInterp, draws, nil),
		Error: stat.StdDev(draws, nil),
	}, nil
}

// draws is the statistic of each resample for which it is defined.
func (b Bootstrap) draws(n int, statistic func([]int) (float64, bool)) []float64 {
	rng := rand.New(rand.NewPCG(uint64(b.Seed), 0x5ca1ab1e))
	weights := make([]int, n)
	var out []float64
	for range b.resamples() {
		clear(weights)
		for range n {
			weights[rng.IntN(n)]++
		}
		if x, ok := statistic(weights); ok && !math.IsNaN(x) {
			out = append(out, x)
		}
	}
	return out
}

func (b Bootstrap) resamples() int {
	if b.Resamples == 0 {
		return 1000
	}
	return b.Resamples
}

func (b Bootstrap) level() float64 {
	if b.Level == 0 {
		return 0.95
	}
	return b.Level
}
