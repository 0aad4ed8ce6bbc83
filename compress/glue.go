package compress

import (
	"cmp"
	"unicode/utf8"
)

// glue knows which pieces would grow together if what stood between them were dropped: "Larsen" and "Ines" from two
// lines must not become "LarsenInes".
type glue struct {
	begins, ends []bool // whether a piece begins, or ends, with a letter or digit
	between      []bool // whether it has neither at its borders, so that it can part words
	gone         []bool // whether it is never kept
	follows      bool   // whether a letter or digit stands right before the first piece
}

func newGlue(text []byte, pieces []piece, edges []edge) *glue {
	n := len(pieces)
	g := &glue{begins: make([]bool, n), ends: make([]bool, n), between: make([]bool, n), gone: make([]bool, n)}
	for i, p := range pieces {
		first, _ := utf8.DecodeRune(text[p.start:p.end])
		last, _ := utf8.DecodeLastRune(text[p.start:p.end])
		for ; len(edges) > 0 && edges[0].piece == i; edges = edges[1:] {
			first, last = cmp.Or(edges[0].first, first), cmp.Or(edges[0].last, last)
		}
		g.begins[i] = p.class != broken && spells(first)
		g.ends[i] = p.class != broken && spells(last)
		g.gone[i] = p.class == stripped
		g.between[i] = !spells(first) && !spells(last)
	}
	return g
}

// parts returns the piece that has to part i and j, with nothing kept between, because they would become one word; -1
// if they would not, or nothing before j can part them. An i of -1 stands for what is before the first piece.
func (g *glue) parts(i, j int) int {
	if !g.begins[j] || i < 0 && !g.follows || i >= 0 && !g.ends[i] {
		return -1
	}
	at := j - 1
	for at > i && g.gone[at] {
		at--
	}
	if at > i && g.between[at] {
		return at
	}
	return -1
}
