package env

import (
	"cmp"
	"math"
	"slices"
)

// Budget is the number of tokens that a rate leaves of n: round(rate n).
func Budget(n int, rate float64) int { return int(math.Round(rate * float64(n))) }

// Choose keeps the units with the highest scores that fit a budget of tokens, and returns which: units are taken in
// order of their score, each if it still fits. Protected units (nil for none) are taken first and whatever they cost.
// Equal scores go by position, the earlier first; NaN is below every number.
func Choose(scores []float32, sizes []int, budget int, protected []bool) []bool {
	kept := make([]bool, len(sizes))
	order := make([]int, 0, len(sizes))
	for i, size := range sizes {
		if protected != nil && protected[i] {
			kept[i] = true
			budget -= size
			continue
		}
		order = append(order, i)
	}
	take(kept, order, scores, sizes, budget)
	return kept
}

// take adds to kept the units of order with the highest scores that fit the budget.
func take(kept []bool, order []int, scores []float32, sizes []int, budget int) {
	slices.SortFunc(order, func(a, b int) int {
		if c := cmp.Compare(scores[b], scores[a]); c != 0 { // cmp.Compare has NaN below every number
			return c
		}
		return a - b
	})
	for _, i := range order {
		if budget <= 0 {
			return
		}
		if sizes[i] <= budget {
			kept[i] = true
			budget -= sizes[i]
		}
	}
}

// Tokens counts the tokens of the units that are kept.
func Tokens(kept []bool, sizes []int) int {
	n := 0
	for i, keep := range kept {
		if keep {
			n += sizes[i]
		}
	}
	return n
}
