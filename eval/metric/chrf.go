package metric

import (
	"strings"
	"unicode/utf8"
)

const (
	charOrder  = 6 // longest n-gram of characters
	recallOdds = 4 // beta^2: recall counts beta = 2 times as much as precision
)

// A ChrFKind is a choice of chrF: up to WordOrder words in a row are counted beside the characters. The zero value is
// chrF; with 2 it is chrF++.
type ChrFKind struct{ WordOrder int }

// ChrF is the sentence chrF, 0-100, of a candidate: the best over the references of
//
//	chrF = 100 (1 + beta^2) P R / (beta^2 P + R),  beta = 2
//
// with P and R the precision and recall of n-grams of 1 to 6 characters, white space taken out, averaged over those n that
// both texts are long enough for [Popović 2015].
func ChrF(candidate string, references []string) float64 {
	return ChrFKind{}.Sentence(candidate, references)
}

// ChrFPlusPlus is chrF with words and pairs of words counted in the averages, 0-100 [Popović 2017].
func ChrFPlusPlus(candidate string, references []string) float64 {
	return ChrFKind{WordOrder: 2}.Sentence(candidate, references)
}

// Sentence is the chrF of one candidate.
func (k ChrFKind) Sentence(candidate string, references []string) float64 {
	return chrF(k.best(candidate, references))
}

// Corpus is the chrF of many candidates, candidates[i] against references[i]: the counts of each candidate's best
// reference are summed before they are divided. It panics if there are fewer lists of references than candidates.
func (k ChrFKind) Corpus(candidates []string, references [][]string) float64 {
	sum := make([]overlap, charOrder+k.WordOrder)
	for i, candidate := range candidates {
		for n, o := range k.best(candidate, references[i]) {
			sum[n].candidate += o.candidate
			sum[n].reference += o.reference
			sum[n].shared += o.shared
		}
	}
	return chrF(sum)
}

// overlap counts the n-grams of a pair, for one n.
type overlap struct{ candidate, reference, shared int }

// best is the overlap with the first of the references that give the highest score, order by order.
func (k ChrFKind) best(candidate string, references []string) (best []overlap) {
	top := -1.0
	for _, overlaps := range k.overlaps(candidate, references) {
		if score := chrF(overlaps); score > top {
			top, best = score, overlaps
		}
	}
	return best
}

// overlaps counts for every reference the orders of characters, then of words.
func (k ChrFKind) overlaps(candidate string, references []string) [][]overlap {
	out := make([][]overlap, len(references))
	count := func(own []int32, theirs [][]int32, orders int) {
		eachOrder(own, theirs, orders, func(n int, ownCounts []int32, theirCounts [][]int32) {
			for r, counts := range theirCounts {
				o := overlap{reference: grams(len(theirs[r]), n), shared: shared(ownCounts, counts)}
				if o.reference > 0 { // else the candidate's count for nothing either
					o.candidate = grams(len(own), n)
				}
				out[r] = append(out[r], o)
			}
		})
	}
	count(characters(candidate), each(references, characters), charOrder)
	if k.WordOrder > 0 {
		own, theirs := numbered(looseWords(candidate), each(references, looseWords))
		count(own, theirs, k.WordOrder)
	}
	return out
}

// chrF is the score of the orders' overlaps.
func chrF(overlaps []overlap) float64 {
	var precision, recall, used float64
	for _, o := range overlaps {
		if o.candidate > 0 && o.reference > 0 {
			precision += float64(o.shared) / float64(o.candidate)
			recall += float64(o.shared) / float64(o.reference)
			used++
		}
	}
	if precision+recall == 0 {
		return 0
	}
	precision, recall = precision/used, recall/used
	// The conversion keeps a machine that can from fusing product and sum, which rounds otherwise.
	return 100 * ((1 + recallOdds) * precision * recall / (float64(recallOdds*precision) + recall))
}

// characters are the code points of a text but its white space.
func characters(text string) []int32 {
	out := make([]int32, 0, utf8.RuneCountInString(text))
	for _, r := range text {
		if !isSpace(r) {
			out = append(out, r)
		}
	}
	return out
}

// looseWords are words, with one mark of ASCII's punctuation cut off at the end, or else at the beginning.
func looseWords(text string) []string {
	var out []string
	for _, word := range words(text) {
		last := len(word) - 1
		switch {
		case last == 0 || !isPunctuation(word[0]) && !isPunctuation(word[last]):
			out = append(out, word)
		case isPunctuation(word[last]):
			out = append(out, word[:last], word[last:])
		default:
			out = append(out, word[:1], word[1:])
		}
	}
	return out
}

// isPunctuation is true of ASCII's 32 marks.
func isPunctuation(c byte) bool {
	return strings.IndexByte("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", c) >= 0
}
