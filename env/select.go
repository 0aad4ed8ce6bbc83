package env

import (
	"slices"

	"github.com/project-sputnik/sputnik/token"
)

// Select is Choose for the tokens of a text: a unit's score is the mean of its tokens' scores, its size their number.
// scores has one number a token, protected (nil for none) and the result one a unit.
func Select(scores []float32, units []token.Unit, budget int, protected []bool) []bool {
	return Choose(UnitScores(nil, scores, units), UnitSizes(nil, units), budget, protected)
}

// UnitScores appends to dst the mean score of each unit's tokens.
func UnitScores(dst, scores []float32, units []token.Unit) []float32 {
	dst = slices.Grow(dst, len(units))
	for _, u := range units {
		sum := float32(0)
		for _, s := range scores[u.First:u.End] {
			sum += s
		}
		dst = append(dst, sum/float32(max(1, u.End-u.First)))
	}
	return dst
}

// UnitSizes appends to dst the number of tokens of each unit.
func UnitSizes(dst []int, units []token.Unit) []int {
	for _, u := range units {
		dst = append(dst, int(u.End-u.First))
	}
	return dst
}

// TokenMask spreads a mask over units to their tokens, of which there are n.
func TokenMask(kept []bool, units []token.Unit, n int) []bool {
	mask := make([]bool, n)
	for i, u := range units {
		for t := u.First; kept[i] && t < u.End; t++ {
			mask[t] = true
		}
	}
	return mask
}
