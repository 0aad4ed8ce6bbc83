package metric

import (
	"regexp"
	"strings"
)

// Exact are the parts of a text that are worthless when they are not whole: addresses, identifiers, dates and numbers
// with their sign, separators and unit of currency. A part belongs to one kind only.
type Exact struct{ URLs, IDs, Dates, Numbers []string }

// The kinds, tried in this order at every place: an address may hold an identifier, an identifier a date, a date a number.
var exactKinds = []*regexp.Regexp{
	regexp.MustCompile(`(?:https?|ftp)://[^\s<>"')\]]*[^\s<>"')\].,;:!?]|[\w.+-]+@[\w-]+(?:\.[\w-]+)+`),
	regexp.MustCompile(`\b(?:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9a-fA-F]{32,64}|(?:\d{1,3}\.){3}\d{1,3}|[A-Za-z]+[-_]?\d[\w-]*|\d+[A-Za-z][\w-]*\d[\w-]*)\b`),
	regexp.MustCompile(`\b(?:\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?Z?)?|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}|(?:\d{1,2} )?(?:January|February|March|April|May|June|July|August|September|October|November|December)(?: \d{1,2},)? \d{4}|\d{1,2}:\d{2}(?::\d{2})?)\b`),
	regexp.MustCompile(`[-+−]?[$€£¥]?\d+(?:[.,]\d+)*%?`),
}

// ExactParts finds them in a text, each as often as it stands there.
func ExactParts(text string) Exact {
	var found [4][]string
	rest := []string{text}
	for kind, pattern := range exactKinds {
		var left []string
		for _, piece := range rest {
			from := 0
			for _, at := range pattern.FindAllStringIndex(piece, -1) {
				found[kind] = append(found[kind], piece[at[0]:at[1]])
				left, from = append(left, piece[from:at[0]]), at[1]
			}
			left = append(left, piece[from:])
		}
		rest = left
	}
	return Exact{found[0], found[1], found[2], found[3]}
}

// All are the parts of every kind.
func (e Exact) All() []string {
	var all []string
	for _, parts := range [][]string{e.URLs, e.IDs, e.Dates, e.Numbers} {
		all = append(all, parts...)
	}
	return all
}

// ExactKept counts the parts of a text, and those of them that a shorter one still has as parts, exactly as they were.
func ExactKept(text, shorter string) (kept, all int) {
	left := map[string]int{}
	for _, part := range ExactParts(shorter).All() {
		left[part]++
	}
	parts := ExactParts(text).All()
	for _, part := range parts {
		if left[part] > 0 {
			left[part]--
			kept++
		}
	}
	return kept, len(parts)
}

// AnswerStands says whether one of the answers stands in a text, whatever its case and however its words are spaced.
func AnswerStands(text string, answers []string) bool {
	spaced := func(s string) string { return strings.Join(strings.Fields(strings.ToLower(s)), " ") }
	text = spaced(text)
	for _, a := range answers {
		if a = spaced(a); a != "" && strings.Contains(text, a) {
			return true
		}
	}
	return false
}
