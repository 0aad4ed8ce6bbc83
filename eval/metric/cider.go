package metric

import "math"

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
	c := &CIDEr{sets: math.Log(float64(len(sets))), documents: map[string]int{}}
	for _, set := range sets {
		seen := map[string]bool{}
		for _, reference := range set {
			for gram := range ciderGrams(reference) {
				seen[gram] = true
			}
		}
		for gram := range seen {
			c.documents[gram]++
		}
	}
	return c
}

// ciderGrams counts the n-grams of a sentence, of all orders; words are joined by spaces.
func ciderGrams(sentence string) map[string]int {
	words := Rouge{}.cut(sentence)
	counts := map[string]int{}
	for i := range words {
		gram := ""
		for n := 0; n < ciderOrders && i+n < len(words); n++ {
			if n > 0 {
				gram += " "
			}
			gram += words[i+n]
			counts[gram]++
		}
	}
	return counts
}

// ciderVector is a sentence's weights by order, their norms, and its length in words.
type ciderVector struct {
	weights [ciderOrders]map[string]float64
	norms   [ciderOrders]float64
	length  int
}

func (c *CIDEr) vector(sentence string) (v ciderVector) {
	v.length = len(Rouge{}.cut(sentence))
	for n := range v.weights {
		v.weights[n] = map[string]float64{}
	}
	for gram, count := range ciderGrams(sentence) {
		n := order(gram)
		w := float64(count) * (c.sets - math.Log(math.Max(1, float64(c.documents[gram]))))
		v.weights[n][gram] = w
		v.norms[n] += w * w
	}
	for n := range v.norms {
		v.norms[n] = math.Sqrt(v.norms[n])
	}
	return v
}

// order is the n of an n-gram, less one.
func order(gram string) (n int) {
	for i := range len(gram) {
		if gram[i] == ' ' {
			n++
		}
	}
	return n
}

// Score is CIDEr-D of a sentence, 0 to 10 as a rule: the mean over orders and references.
func (c *CIDEr) Score(candidate string, references []string) float64 {
	if len(references) == 0 {
		return 0
	}
	own, total := c.vector(candidate), 0.0
	for _, reference := range references {
		theirs := c.vector(reference)
		apart := float64(own.length - theirs.length)
		penalty := math.Exp(-apart * apart / (2 * ciderDeviation * ciderDeviation))
		for n := range ciderOrders {
			total += penalty * own.along(theirs, n)
		}
	}
	return 10 * total / ciderOrders / float64(len(references))
}

// along is the cosine with a reference at one order, counts clipped by the reference's.
func (v ciderVector) along(reference ciderVector, n int) float64 {
	if v.norms[n] == 0 || reference.norms[n] == 0 {
		return 0
	}
	sum := 0.0
	for gram, w := range v.weights[n] {
		r := reference.weights[n][gram]
		sum += math.Min(w, r) * r
	}
	return sum / (v.norms[n] * reference.norms[n])
}
