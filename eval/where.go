package eval

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
)

// Tenths are the parts of a text by position; Classes the kinds of words.
const tenths = 10

// WordClasses name what words are counted by, in the order of KeepRates.ByClass.
var WordClasses = []string{"number", "name", "word", "stop word", "mark"}

// whereabouts count tokens by where they stand and by what word they belong to.
type whereabouts struct {
	tenth [tenths]int
	class [5]int
}

// whereabout counts the kept tokens of a text; no mask is all of them.
func whereabout(text token.Text, kept []bool) (w whereabouts) {
	for _, u := range text.Units {
		start, end := u.Span(text.Tokens)
		class := wordClass(string(text.Bytes[start:end]))
		for i := u.First; i < u.End; i++ {
			if kept == nil || kept[i] {
				w.tenth[int(i)*tenths/len(text.Tokens)]++
				w.class[class]++
			}
		}
	}
	return w
}

// wordClass is an index of WordClasses. A capital makes a name, at the beginning of a sentence too.
func wordClass(word string) int {
	word = strings.TrimSpace(word)
	first, _ := utf8.DecodeRuneInString(word)
	switch {
	case strings.ContainsFunc(word, unicode.IsDigit):
		return 0
	case len(probe.Words(word)) == 0:
		return 4
	case probe.Stopword(word):
		return 3
	case unicode.IsUpper(first):
		return 1
	}
	return 2
}

// KeepRates are the shares of the tokens of a place or class that are kept.
type KeepRates struct {
	ByTenth []float64 `json:"by_tenth"` // of a text, from its beginning
	ByClass []float64 `json:"by_class"` // in the order of WordClasses
}

// keepRates sums up where the tokens of cuts stand.
func (s *summary) keepRates(cuts []int) KeepRates {
	var k KeepRates
	share := func(kept func(whereabouts) int) float64 {
		all, some := 0.0, 0.0
		for i, x := range s.mean(cuts, func(c cut) float64 { return float64(kept(c.where)) }) {
			some, all = some+x, all+float64(kept(s.each[i].classes))
		}
		if all == 0 {
			return 0
		}
		return some / all
	}
	for i := range tenths {
		k.ByTenth = append(k.ByTenth, share(func(w whereabouts) int { return w.tenth[i] }))
	}
	for i := range WordClasses {
		k.ByClass = append(k.ByClass, share(func(w whereabouts) int { return w.class[i] }))
	}
	return k
}
