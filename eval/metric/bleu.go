package metric

import "strings"

// bleuOrder is the length of the longest n-gram that BLEU counts.
const bleuOrder = 4

// A BLEUKind is a choice of BLEU's words. The zero value takes [Tokenize13a] and case as it is.
type BLEUKind struct {
	Tokenizer Tokenizer
	Lowercase bool
}

// A BLEUScore is a score and what it is made of.
type BLEUScore struct {
	Score           float64    // 0-100
	Precisions      [4]float64 // 0-100, of n = 1..4, smoothed
	BrevityPenalty  float64    // 0-1
	CandidateLength int        // words
	ReferenceLength int        // words, of the reference that is nearest in length
}

// BLEU is the sentence BLEU, 0-100, of a candidate against references:
//
//	BLEU = BP exp(1/N sum_{n=1..N} ln p_n),  BP = min(1, exp(1 - r/c))
//
// with p_n the share of the candidate's n-grams that a reference has, each at most as often as in one reference, c the
// candidate's length and r that of the nearest reference [Papineni et al. 2002]. N is 4, or the candidate's length where
// that is less; the k-th p_n that is zero counts as 1 / 2^k of a match [Chen and Cherry 2014, method 3].
func BLEU(candidate string, references []string) float64 {
	return BLEUKind{}.Sentence(candidate, references).Score
}

// Sentence is the BLEU of one candidate.
func (k BLEUKind) Sentence(candidate string, references []string) BLEUScore {
	return k.match(candidate, references).score(true)
}

// Corpus is the BLEU of many candidates, candidates[i] against references[i]: matches and lengths are summed before they
// are divided, and N is 4 whatever the lengths. It panics if there are fewer lists of references than candidates.
func (k BLEUKind) Corpus(candidates []string, references [][]string) BLEUScore {
	var sum bleuMatch
	for i, candidate := range candidates {
		sum.add(k.match(candidate, references[i]))
	}
	return sum.score(false)
}

// bleuMatch is what sentences add to a corpus.
type bleuMatch struct {
	matched, total       [bleuOrder]int // n-grams of the candidate
	candidate, reference int            // words
}

func (k BLEUKind) match(candidate string, references []string) (m bleuMatch) {
	if len(references) == 0 {
		return m
	}
	own, theirs := numbered(k.cut(candidate), each(references, k.cut))
	m.candidate, m.reference = len(own), nearestLength(len(own), theirs)
	eachOrder(own, theirs, bleuOrder, func(n int, own []int32, theirs [][]int32) {
		m.matched[n-1] = shared(own, most(theirs))
		m.total[n-1] = grams(m.candidate, n)
	})
	return m
}

func (k BLEUKind) cut(text string) []string {
	if k.Lowercase {
		text = lower(text)
	}
	text = strings.TrimRightFunc(text, isSpace)
	if k.Tokenizer == nil {
		return Tokenize13a(text)
	}
	return k.Tokenizer(text)
}

// nearestLength is the length that differs least from n; of two such, the shorter.
func nearestLength(n int, texts [][]int32) int {
	nearest := len(texts[0])
	for _, text := range texts[1:] {
		was, is := abs(nearest-n), abs(len(text)-n)
		if is < was || is == was && len(text) < nearest {
			nearest = len(text)
		}
	}
	return nearest
}

func abs(n int) int { return max(n, -n) }

func (m *bleuMatch) add(other bleuMatch) {
	for n := range bleuOrder {
		m.matched[n] += other.matched[n]
		m.total[n] += other.total[n]
	}
	m.candidate += other.candidate
	m.reference += other.reference
}

// score divides and takes the mean: over all orders, or over those only that the candidate is long enough for.
func (m bleuMatch) score(effectiveOrder bool) BLEUScore {
	s := BLEUScore{BrevityPenalty: m.brevity(), CandidateLength: m.candidate, ReferenceLength: m.reference}
	if m.matched == [bleuOrder]int{} {
		return s
	}
	logs, used, share := 0.0, 0, 1.0
	for ; used < bleuOrder && m.total[used] > 0; used++ {
		matched := float64(m.matched[used])
		if matched == 0 {
			share /= 2
			matched = share
		}
		s.Precisions[used] = 100 * matched / float64(m.total[used])
		logs += roundedLog(s.Precisions[used])
	}
	if effectiveOrder || used == bleuOrder {
		s.Score = s.BrevityPenalty * roundedExp(logs/float64(used))
	}
	return s
}

// brevity is BP = min(1, exp(1 - r/c)).
func (m bleuMatch) brevity() float64 {
	switch {
	case m.candidate >= m.reference:
		return 1
	case m.candidate == 0:
		return 0
	}
	return roundedExp(1 - float64(m.reference)/float64(m.candidate))
}
