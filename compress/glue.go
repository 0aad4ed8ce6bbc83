package compress

import "unicode/utf8"

// glue knows which pieces would grow together if what stood between them were dropped: "Larsen" and "Ines" from two
// lines must not become "LarsenInes".
type glue struct {
	begins, ends []bool // whether a piece begins, or ends, with a letter or digit
	between      []bool // whether it has neither at its borders, so that it can part words
}

func newGlue(text []byte, pieces []piece) *glue {
	n := len(pieces)
	g := &glue{begins: make([]bool, n), ends: make([]bool, n), between: make([]bool, n)}
	for i, p := range pieces {
		first, _ := utf8.DecodeRune(text[p.start:p.end])
		last, _ := utf8.DecodeLastRune(text[p.start:p.end])
		g.begins[i] = p.class != broken && spells(first)
		g.ends[i] = p.class != broken && spells(last)
		g.between[i] = p.class != stripped && !spells(first) && !spells(last)
	}
	return g
}

// joins says whether pieces i and j, with nothing kept between, would become one word, and piece j-1 can part them.
func (g *glue) joins(i, j int) bool {
	return i >= 0 && i < j-1 && g.begins[j] && g.ends[i] && g.between[j-1]
}
