package metric

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// lower is the lower case by Unicode's full rules, as Python's: beyond strings.ToLower, the dot of İ stays, and a Σ that ends
// a word becomes ς. (golang.org/x/text/cases knows both, but v0.43 misses some final sigmas of texts over 128 bytes.)
func lower(s string) string {
	if !strings.ContainsAny(s, "İΣ") {
		return strings.ToLower(s)
	}
	var out strings.Builder
	for i, r := range s {
		switch {
		case r == 'İ':
			out.WriteString("i\u0307")
		case r == 'Σ' && endsWord(s[:i], s[i+len("Σ"):]):
			out.WriteRune('ς')
		default:
			out.WriteRune(unicode.ToLower(r))
		}
	}
	return out.String()
}

// endsWord says whether a letter between before and after is a word's last, by Unicode's Final_Sigma: a cased letter stands
// before it and none after it, where marks, apostrophes and the like are passed over.
func endsWord(before, after string) bool {
	last, _ := utf8.DecodeLastRuneInString(strings.TrimRightFunc(before, isCaseIgnorable))
	next, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(after, isCaseIgnorable))
	return isCased(last) && !isCased(next)
}

func isCased(r rune) bool {
	return unicode.In(r, unicode.Upper, unicode.Lower, unicode.Title, unicode.Other_Uppercase, unicode.Other_Lowercase)
}

func isCaseIgnorable(r rune) bool {
	return unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Lm, unicode.Sk) ||
		strings.ContainsRune("'.:\u00b7\u0387\u055f\u05f4\u2018\u2019\u2024\u2027\ufe13\ufe52\ufe55\uff07\uff0e\uff1a", r)
}

// isSpace says what Python, in which the metrics are defined, takes for white space: four separators more than Go.
func isSpace(r rune) bool { return unicode.IsSpace(r) || '\x1c' <= r && r <= '\x1f' }

// words are the runs of what is no white space.
func words(s string) []string { return strings.FieldsFunc(s, isSpace) }

// vocabulary numbers words: equal words, and no others, have equal numbers.
type vocabulary map[string]int32

func (v vocabulary) numbers(words []string) []int32 {
	out := make([]int32, len(words))
	for i, word := range words {
		id, known := v[word]
		if !known {
			id = int32(len(v))
			v[word] = id
		}
		out[i] = id
	}
	return out
}

// numbered numbers a candidate and its references by one vocabulary.
func numbered(candidate []string, references [][]string) ([]int32, [][]int32) {
	v := vocabulary{}
	own, theirs := v.numbers(candidate), make([][]int32, len(references))
	for r, reference := range references {
		theirs[r] = v.numbers(reference)
	}
	return own, theirs
}

// each is f of every text.
func each[T any](texts []string, f func(string) T) []T {
	out := make([]T, len(texts))
	for i, text := range texts {
		out[i] = f(text)
	}
	return out
}

// ratio is n / of, and 0 where both are.
func ratio(n, of int) float64 { return float64(n) / float64(max(of, 1)) }

// harmonic is the harmonic mean of precision and recall, F = 2PR / (P + R), and 0 where both are.
func harmonic(precision, recall float64) float64 {
	if precision+recall == 0 {
		return 0
	}
	return 2 * precision * recall / (precision + recall)
}
