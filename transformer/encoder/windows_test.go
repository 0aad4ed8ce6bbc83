package encoder

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestEveryTokenOfATextCountsOnceInItsWindows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(3, 40).Draw(t, "size")
		tokens := make([]int32, rapid.IntRange(0, 300).Draw(t, "length"))
		for i := range tokens {
			tokens[i] = int32(i)
		}
		counted, marks := make([]float64, len(tokens)), 0.0
		for _, w := range windows(7, tokens, [2]int32{-1, -2}, size) {
			if len(w.ids) > size || w.text != 7 || w.ids[0] != -1 || w.ids[len(w.ids)-1] != -2 {
				t.Fatalf("window %+v of size %d", w, size)
			}
			for i, id := range w.ids {
				if id < 0 {
					marks += float64(w.weights[i])
				} else {
					counted[id] += float64(w.weights[i])
				}
			}
		}
		if wrong := slices.IndexFunc(counted, func(n float64) bool { return math.Abs(n-1) > 1e-5 }); wrong >= 0 || math.Abs(marks-2) > 1e-4 {
			t.Fatalf("the marks count %v; of the tokens %d counts %v", marks, wrong, counted)
		}
	})
}

func TestWindowsAreFullAndShareAQuarter(t *testing.T) {
	for _, n := range []int{511, 512, 600, 893, 894, 5000} {
		begins := Spread(n, 510)
		if begins[0] != 0 || begins[len(begins)-1] != n-510 {
			t.Errorf("%d tokens: windows begin at %v", n, begins)
		}
		for i := range begins[1:] {
			if shared := begins[i] + 510 - begins[i+1]; shared < 510/4 {
				t.Errorf("%d tokens: windows %v share %d", n, begins, shared)
			}
		}
	}
}
