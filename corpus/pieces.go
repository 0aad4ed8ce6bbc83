package corpus

import (
	"iter"
	"strings"
)

// Pieces cuts a text into pieces of size bytes at the most, at line ends, sentences or words if there are any in a piece's
// second half, and yields each with where it begins. A piece may end within a character where there are none.
func Pieces(text string, size int) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		for from := 0; from < len(text); {
			to := cutAt(text, from, size)
			if !yield(from, text[from:to]) {
				return
			}
			from = to
		}
	}
}

func cutAt(text string, from, size int) int {
	if len(text)-from <= size {
		return len(text)
	}
	window := text[from : from+size]
	for _, mark := range []string{"\n", ". ", " "} {
		if at := strings.LastIndex(window, mark); at > size/2 {
			return from + at + 1
		}
	}
	return from + size
}
