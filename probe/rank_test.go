package probe_test

import (
	"math"
	"testing"

	"github.com/project-sputnik/sputnik/probe"
)

func TestRankCorrelationByHand(t *testing.T) {
	for name, test := range map[string]struct {
		x, y []float64
		want float64
	}{
		"the same order":        {[]float64{1, 2, 9}, []float64{-5, 0, 0.1}, 1},
		"the opposite order":    {[]float64{1, 2, 9}, []float64{3, 2, 1}, -1},
		"two of three swapped":  {[]float64{1, 2, 3}, []float64{1, 3, 2}, 0.5},
		"equals share a rank":   {[]float64{1, 1, 2, 3}, []float64{1, 2, 3, 4}, 4.5 / math.Sqrt(4.5*5)},
		"no order":              {[]float64{1, 2, 3}, []float64{7, 7, 7}, math.NaN()},
		"one value has no rank": {[]float64{1}, []float64{1}, math.NaN()},
	} {
		t.Run(name, func(t *testing.T) {
			got := probe.RankCorrelation(test.x, test.y)
			if math.IsNaN(got) != math.IsNaN(test.want) || math.Abs(got-test.want) > 1e-12 {
				t.Errorf("got %g; want %g", got, test.want)
			}
		})
	}
}
