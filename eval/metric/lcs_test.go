package metric

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// slowTable is t[i][j], the length of the longest common subsequence of a[:i] and b[:j], by the definition.
func slowTable(a, b []int32) [][]int {
	t := make([][]int, len(a)+1)
	for i := range t {
		t[i] = make([]int, len(b)+1)
		for j := 1; i > 0 && j <= len(b); j++ {
			if a[i-1] == b[j-1] {
				t[i][j] = t[i-1][j-1] + 1
			} else {
				t[i][j] = max(t[i-1][j], t[i][j-1])
			}
		}
	}
	return t
}

func slowPositions(a, b []int32) (found []int) {
	t := slowTable(a, b)
	for i, j := len(a), len(b); i > 0 && j > 0; {
		switch {
		case a[i-1] == b[j-1]:
			i, j = i-1, j-1
			found = append(found, i)
		case t[i][j-1] > t[i-1][j]:
			j--
		default:
			i--
		}
	}
	slices.Reverse(found)
	return found
}

func randomText(rng *rand.Rand, most, symbols int) []int32 {
	out := make([]int32, rng.IntN(most+1))
	for i := range out {
		out[i] = int32(rng.IntN(symbols))
	}
	return out
}

func TestMetricsFindTheSubsequenceThatTheTableDoes(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, symbols := range []int{1, 2, 5, 50, 1000} {
		t.Run(fmt.Sprint(symbols, " symbols"), func(t *testing.T) {
			for range 200 {
				a, b := randomText(rng, 300, symbols), randomText(rng, 300, symbols)
				if got, want := commonLength(a, b), slowTable(a, b)[len(a)][len(b)]; got != want {
					t.Fatalf("%v and %v: %d in common, want %d", a, b, got, want)
				}
				if got, want := commonPositions(a, b), slowPositions(a, b); !slices.Equal(got, want) {
					t.Fatalf("%v and %v: at %v, want %v", a, b, got, want)
				}
			}
		})
	}
}

// A carry runs through every word of the column when all of a text is found.
func TestMetricsFindAllOfEqualTexts(t *testing.T) {
	text := make([]int32, 100_000)
	if got := commonLength(text, text); got != len(text) {
		t.Errorf("%d of %d", got, len(text))
	}
}
