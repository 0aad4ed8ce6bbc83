package compress_test

import (
	"context"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/project-sputnik/sputnik/agent"
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

// Words that white space does not part cost what they cost beside others: there a higher rate may choose anew.
func TestAHigherRateKeepsWhatALowerOneKeptOfAnyWords(t *testing.T) {
	piece := rapid.SampledFrom([]string{" the", " of", "\n", " 12.5%", " 東京", " é", ",", " not", " don't", " unbelievably", " Gothenburg", ".", " It", " 7", " \xff"})
	rapid.Check(t, func(t *rapid.T) {
		text := []byte(strings.Join(rapid.SliceOfN(piece, 0, 120).Draw(t, "text"), ""))
		low := rapid.Float64Range(0.05, 0.8).Draw(t, "low")
		var kept [2]compress.Explanation
		for i, rate := range []float64{low, low + 0.2} {
			c := properties(t)
			var err error
			if c.Scorer, err = compress.Baseline("ngram", c.Language.(*agent.Statistics), 1); err != nil {
				t.Fatal(err)
			}
			if kept[i], err = c.Explain(context.Background(), text, compress.Options{Rate: rate, Structure: "prose"}); err != nil {
				t.Fatal(err)
			}
		}
		if len(kept[0].Units) != len(kept[1].Units) {
			return // a word that exceeds the lower target was cut
		}
		if wrong := lost(kept[0], kept[1]); wrong >= 0 {
			u := kept[0].Units[wrong].Span
			t.Fatalf("%q: %q is kept at %v, and not at %v", text, text[u[0]:u[1]], low, low+0.2)
		}
	})
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
