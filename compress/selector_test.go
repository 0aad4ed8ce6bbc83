package compress

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestSortingByScoreIsStableWithNaNLast(t *testing.T) {
	odd := []float32{0, float32(math.Copysign(0, -1)), float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 1, -1, math.SmallestNonzeroFloat32}
	rapid.Check(t, func(t *rapid.T) {
		scores := rapid.SliceOfN(rapid.OneOf(rapid.Float32(), rapid.SampledFrom(odd)), 0, 300).Draw(t, "scores")
		got := make([]int32, len(scores))
		for i := range got {
			got[i] = int32(i)
		}
		want := slices.Clone(got)
		sortByScore(got, make([]int32, len(got)), scores)
		slices.SortStableFunc(want, func(a, b int32) int { return cmp.Compare(scores[b], scores[a]) }) // NaN is less than any
		if !slices.Equal(got, want) {
			t.Fatalf("%v puts %v, want %v", scores, got, want)
		}
	})
}
