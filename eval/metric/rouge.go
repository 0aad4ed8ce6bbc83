package metric

import "strings"

// Rouge is a choice of ROUGE's words: runs of a-z and 0-9 after lower-casing, and with Stem those of more than three
// letters cut to their stems. Text in other scripts has no words, and scores 0.
type Rouge struct{ Stem bool }

// A RougeScore holds the shares, 0-1, of the candidate's and of the reference's units that the other has, and their harmonic
// mean F = 2PR / (P + R).
type RougeScore struct{ Precision, Recall, F float64 }

// N is ROUGE-N: the units are n-grams, each shared as often as it occurs in both [Lin 2004]. Of several references the
// first with the best F counts, here and below.
func (k Rouge) N(n int, candidate string, references []string) RougeScore {
	own, theirs := numbered(k.cut(candidate), each(references, k.cut))
	scores := make([]RougeScore, len(references))
	eachOrder(own, theirs, n, func(m int, ownCounts []int32, theirCounts [][]int32) {
		for r, counts := range theirCounts {
			scores[r] = fraction(shared(ownCounts, counts), grams(len(own), m), grams(len(theirs[r]), m))
		}
	})
	return bestRouge(scores)
}

// L is ROUGE-L: the units are words, and shared is their longest common subsequence [Lin 2004].
func (k Rouge) L(candidate string, references []string) RougeScore {
	own, theirs := numbered(k.cut(candidate), each(references, k.cut))
	scores := make([]RougeScore, len(references))
	for r, reference := range theirs {
		scores[r] = fraction(commonLength(reference, own), len(own), len(reference))
	}
	return bestRouge(scores)
}

// Lsum is ROUGE-L of summaries: a line is a sentence, and shared are the words of each reference sentence that lie on its
// longest common subsequence with any sentence of the candidate, as often as both texts have them [Lin 2004, section 3.2].
func (k Rouge) Lsum(candidate string, references []string) RougeScore {
	scores := make([]RougeScore, len(references))
	v := vocabulary{}
	own := k.sentences(v, candidate)
	for r, reference := range references {
		scores[r] = summary(own, k.sentences(v, reference))
	}
	return bestRouge(scores)
}

func (k Rouge) sentences(v vocabulary, text string) [][]int32 {
	return each(strings.Split(text, "\n"), func(line string) []int32 { return v.numbers(k.cut(line)) })
}

// summary scores sentences against sentences.
func summary(candidate, reference [][]int32) RougeScore {
	own, theirs := wordCounts(candidate), wordCounts(reference)
	hits := 0
	for _, sentence := range reference {
		for _, word := range union(sentence, candidate) {
			if own[word] > 0 && theirs[word] > 0 {
				own[word]--
				theirs[word]--
				hits++
			}
		}
	}
	return fraction(hits, size(candidate), size(reference))
}

// union is what of a sentence lies on its common subsequence with any of others, in order.
func union(sentence []int32, others [][]int32) (out []int32) {
	on := make([]bool, len(sentence))
	for _, other := range others {
		for _, i := range commonPositions(sentence, other) {
			on[i] = true
		}
	}
	for i, word := range sentence {
		if on[i] {
			out = append(out, word)
		}
	}
	return out
}

func wordCounts(sentences [][]int32) map[int32]int {
	counts := map[int32]int{}
	for _, sentence := range sentences {
		for _, word := range sentence {
			counts[word]++
		}
	}
	return counts
}

func size(sentences [][]int32) (n int) {
	for _, sentence := range sentences {
		n += len(sentence)
	}
	return n
}

// fraction is the score of so many units that the candidate and the reference share.
func fraction(shared, candidate, reference int) RougeScore {
	precision, recall := ratio(shared, candidate), ratio(shared, reference)
	return RougeScore{precision, recall, harmonic(precision, recall)}
}

func bestRouge(scores []RougeScore) (best RougeScore) {
	for i, s := range scores {
		if i == 0 || s.F > best.F {
			best = s
		}
	}
	return best
}

func (k Rouge) cut(text string) []string {
	text = lower(text)
	out := strings.FieldsFunc(text, func(r rune) bool { return (r < 'a' || r > 'z') && !isDigit(r) })
	for i, word := range out {
		if k.Stem && len(word) > 3 {
			out[i] = Stem(word)
		}
	}
	return out
}
