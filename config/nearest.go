package config

import "fmt"

// Nearest returns the choice that takes the fewest edits to reach from word, if it is near enough to be what was meant.
func Nearest(word string, choices []string) (string, bool) {
	best, bestEdits := "", len(word)/2+2
	for _, choice := range choices {
		if n := edits(word, choice); n < bestEdits {
			best, bestEdits = choice, n
		}
	}
	return best, best != ""
}

// suggestion ends an error message with the nearest choice, if there is one.
func suggestion(word string, choices []string) string {
	if near, ok := Nearest(word, choices); ok {
		return fmt.Sprintf(" (did you mean %s?)", near)
	}
	return ""
}

// edits is the Levenshtein distance in bytes.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
