package metric

import (
	"slices"
	"strings"
	"unicode"
)

// SquadNormalize is an answer as SQuAD compares it: lower case, without ASCII punctuation, without the words a, an and the,
// one space between words [Rajpurkar et al. 2016, and the evaluation script that came with it].
func SquadNormalize(answer string) string { return strings.Join(answerWords(answer), " ") }

// SquadExact is 1 if the candidate equals a reference after normalisation, else 0.
func SquadExact(candidate string, references []string) float64 {
	want := SquadNormalize(candidate)
	if slices.ContainsFunc(references, func(r string) bool { return SquadNormalize(r) == want }) {
		return 1
	}
	return 0
}

// SquadF1 is the best over the references of F = 2PR / (P + R), 0-1, with P and R the shares of the candidate's and of the
// reference's words that the other has, as often as it has them. Two texts of which nothing is left by normalisation score
// 1, one such text 0 [Rajpurkar et al. 2018].
func SquadF1(candidate string, references []string) (best float64) {
	own, theirs := numbered(answerWords(candidate), each(references, answerWords))
	for _, reference := range theirs {
		if len(own) == 0 && len(reference) == 0 {
			return 1
		}
	}
	eachOrder(own, theirs, 1, func(_ int, ownCounts []int32, theirCounts [][]int32) {
		for r, counts := range theirCounts {
			same := shared(ownCounts, counts)
			best = max(best, harmonic(ratio(same, len(own)), ratio(same, len(theirs[r]))))
		}
	})
	return best
}

func answerWords(answer string) []string {
	answer = strings.Map(func(r rune) rune {
		if r < 0x80 && isPunctuation(byte(r)) {
			return -1
		}
		return r
	}, lower(answer))
	return words(withoutArticles(answer))
}

// withoutArticles puts a space in the place of each article. A word here is a run of letters and numbers, so "a-b" has
// lost its dash before, and "a’b" loses its a.
func withoutArticles(s string) string {
	var out strings.Builder
	for len(s) > 0 {
		word := s[:run(s, isWordPart)]
		s = s[len(word):]
		gap := s[:run(s, not(isWordPart))]
		s = s[len(gap):]
		if word == "a" || word == "an" || word == "the" {
			word = " "
		}
		write(&out, word, gap)
	}
	return out.String()
}

// run is how many bytes at the beginning of s are characters of a kind.
func run(s string, is func(rune) bool) int {
	if n := strings.IndexFunc(s, not(is)); n >= 0 {
		return n
	}
	return len(s)
}

func isWordPart(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }
