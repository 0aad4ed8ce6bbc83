package corpus

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPiecesEndAtLinesThenSentencesThenWords(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want []string
	}{
		"short":     {"one two", []string{"one two"}},
		"empty":     {"", nil},
		"lines":     {"first line\nsecond. More", []string{"first line\n", "second. More"}},
		"sentences": {"A sentence. Another one", []string{"A sentence.", " Another one"}},
		"words":     {"no end of it to be found here", []string{"no end of it to ", "be found here"}},
		"one word":  {strings.Repeat("x", 30), []string{strings.Repeat("x", 16), strings.Repeat("x", 14)}},
		"too early": {"a\nbcdefghijklmnopqrs", []string{"a\nbcdefghijklmno", "pqrs"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			at := 0
			for from, piece := range Pieces(test.text, 16) {
				if from != at {
					t.Errorf("a piece begins at %d, want %d", from, at)
				}
				at += len(piece)
				got = append(got, piece)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
