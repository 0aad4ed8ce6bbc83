package compress_test

import (
	"context"
	"testing"

	"github.com/project-sputnik/sputnik/compress"
)

// What a rate keeps by score, a higher one keeps too, but for the words that only filled up the rest of the lower budget.
func TestAHigherRateKeepsWhatALowerOneKept(t *testing.T) {
	for name, text := range prompts(t) {
		for _, scorer := range []string{"frequency", "ngram"} { // whose scores do not depend on the rate
			c := compressor(t, scorer)
			var before compress.Explanation
			for _, rate := range []float64{0.2, 0.33, 0.5, 0.7} {
				e, err := c.Explain(context.Background(), text, compress.Options{Rate: rate, Structure: "prose"})
				if err != nil {
					t.Fatal(err)
				}
				if wrong := lost(before, e); wrong >= 0 && len(before.Units) == len(e.Units) {
					u := e.Units[wrong].Span
					t.Errorf("%s by %s: %q is kept at a lower rate, and not at %v", name, scorer, text[u[0]:u[1]], rate)
				}
				before = e
			}
		}
	}
}

// lost is a unit that stands above all that the first dropped, and that the second dropped; -1 if there is none.
func lost(first, second compress.Explanation) int {
	best := len(first.Units) + 1
	for _, u := range first.Units {
		if !u.Kept && u.Rank > 0 {
			best = min(best, u.Rank)
		}
	}
	for i, u := range first.Units {
		if u.Kept && u.Rank > 0 && u.Rank < best && !second.Units[i].Kept {
			return i
		}
	}
	return -1
}
