package metric

import (
	"math"
	"strings"
)

// CIDEr scores sentences by the n-grams that they share with references, each weighed by how few of the reference sets
// have it [Vedantam et al., arXiv 1411.5726]. Score is CIDEr-D, as pycocoevalcap computes it: n of 1 to 4, counts clipped
// by the reference's, a Gaussian penalty of deviation 6 on the difference in length, times 10. Words are those of ROUGE,
// where the original has the Penn Treebank's.
type CIDEr struct {
	sets      float64        // natural log of how many reference sets there are
	documents map[string]int // reference sets that have an n-gram
}

const (
	ciderOrders    = 4
	ciderDeviation = 6
)

// NewCIDEr counts the n-grams of reference sets, one set a sentence that will be scored.
func NewCIDEr(sets [][]string) *CIDEr {
	c := &CIDEr{sets: math.Log(max(1, float64(len(sets)))), documents: map[string]int{}}
	for _, set := range sets {
		seen := map[string]bool{}
		for _, reference := range set {
			words := Rouge{}.cut(reference)
			for n := 1; n <= ciderOrders; n++ {
				for i := range grams(len(words), n) {
					seen[strings.Join(words[i:i+n], " ")] = true
				}
			}
		}
		for gram := range seen {
			c.documents[gram]++
		}
	}
	return c
}

// ciderVector is a sentence's n-grams of one order in the order in which they come first, for sums that never differ, with
// their weights and the norm of these.
type ciderVector struct {
	grams   []string
	weights map[string]float64
	norm    float64
}

// vectors weighs the n-grams of a sentence, n = 1 .. 4.
func (c *CIDEr) vectors(words []string) (all [ciderOrders]ciderVector) {
	for n := range all {
		v := ciderVector{weights: map[string]float64{}}
		for i := range grams(len(words), n+1) {
			gram := strings.Join(words[i:i+n+1], " ")
			if _, known := v.weights[gram]; !known {
				v.grams = append(v.grams, gram)
			}
			v.weights[gram]++
		}
		for _, gram := range v.grams {
			w := v.weights[gram] * (c.sets - math.Log(max(1, float64(c.documents[gram]))))
			v.weights[gram] = w
			v.norm += w * w
		}
		v.norm = math.Sqrt(v.norm)
		all[n] = v
	}
	return all
}

// ciderLength is what pycocoevalcap takes for the length of a sentence: the number of its bigrams.
func ciderLength(words []string) float64 { return float64(grams(len(words), 2)) }

// Score is CIDEr-D of a sentence, 0 to 10: the mean over orders and references.
func (c *CIDEr) Score(candidate string, references []string) float64 {
	if len(references) == 0 {
		return 0
	}
	words := Rouge{}.cut(candidate)
	own, total := c.vectors(words), 0.0
	for _, reference := range references {
		their := Rouge{}.cut(reference)
		apart := ciderLength(words) - ciderLength(their)
		penalty := math.Exp(-apart * apart / (2 * ciderDeviation * ciderDeviation))
		for n, v := range c.vectors(their) {
			total += penalty * own[n].along(v)
		}
	}
	return 10 * total / ciderOrders / float64(len(references))
}

// along is the cosine with a reference, counts clipped by the reference's.
func (v ciderVector) along(reference ciderVector) float64 {
	if v.norm == 0 || reference.norm == 0 {
		return 0
	}
	sum := 0.0
	for _, gram := range v.grams {
		r := reference.weights[gram]
		sum += min(v.weights[gram], r) * r
	}
	return sum / (v.norm * reference.norm)
}
