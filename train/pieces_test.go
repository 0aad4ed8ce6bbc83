package train

import (
	"fmt"
	"strings"
	"testing"

	"github.com/project-sputnik/sputnik/corpus"
)

// Wherever the pieces are cut off, a source has as many before it as every other, or all of its own.
func TestPiecesComeEvenlyFromTheirSources(t *testing.T) {
	all := pieces{}
	for source, n := range map[string]int{"few": 2, "some": 5, "many": 40} {
		for i := range n {
			all.add(corpus.Document{ID: fmt.Sprint(source, i), Source: source, Text: strings.Repeat("A sentence of no use. ", 12)})
		}
	}
	got := all.even(12)
	if len(got) != 12 {
		t.Fatalf("%d pieces; want 12", len(got))
	}
	of := map[string]int{}
	for i, p := range got {
		of[strings.TrimRight(p.id, "#0123456789")]++
		if i == 5 && (of["few"] != 2 || of["some"] != 2 || of["many"] != 2) {
			t.Errorf("the first six are %v", of)
		}
	}
	if of["few"] != 2 || of["some"] != 5 || of["many"] != 5 {
		t.Errorf("got %v", of)
	}
	if len(all.even(1000)) != 47 {
		t.Error("not all pieces are taken where there are few")
	}
}
