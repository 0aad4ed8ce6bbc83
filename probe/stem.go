package probe

import (
	"strings"
	"unicode/utf8"
)

// Stem is a word without case and the commonest English endings: enough to match "founded" with "founders".
func Stem(word string) string {
	word = strings.ToLower(word)
	word = strings.TrimSuffix(strings.TrimSuffix(word, "'s"), "’s")
	for _, ending := range []string{"ations", "ation", "ings", "ing", "ers", "ies", "ed", "er", "es", "s", "y", "e"} {
		if short := strings.TrimSuffix(word, ending); len(short) < len(word) && utf8.RuneCountInString(short) >= 4 {
			return short
		}
	}
	return word
}
