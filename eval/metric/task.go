package metric

import (
	"regexp"
	"strings"
	"unicode"
)

var number = regexp.MustCompile(`-?\d[\d,]*(?:\.\d+)?`)

// Solved is 1 when the last number of a worked answer is the right one, as GSM8K is scored (arXiv 2110.14168), else 0.
func Solved(answer, final string) float64 {
	numbers := number.FindAllString(answer, -1)
	if len(numbers) == 0 || plainNumber(numbers[len(numbers)-1]) != plainNumber(final) {
		return 0
	}
	return 1
}

// plainNumber is a number without thousands separators, a point at the end or zeros behind it.
func plainNumber(s string) string {
	s = strings.ReplaceAll(s, ",", "")
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// Coverage is the share of the concepts that a sentence uses in any form, as CommonGen counts them (arXiv 1911.03705).
// Forms are compared by their Porter stems, where the official count has lemmas: it misses forms such as ran for run.
func Coverage(sentence string, concepts []string) float64 {
	if len(concepts) == 0 {
		return 0
	}
	used := map[string]bool{}
	for _, w := range strings.FieldsFunc(strings.ToLower(sentence), func(r rune) bool { return !unicode.IsLetter(r) }) {
		used[Stem(w)] = true
	}
	n := 0
	for _, c := range concepts {
		if used[Stem(strings.ToLower(strings.TrimSpace(c)))] {
			n++
		}
	}
	return float64(n) / float64(len(concepts))
}
