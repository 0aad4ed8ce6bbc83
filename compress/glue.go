package compress

import (
	"cmp"
	"unicode/utf8"
)

// glue knows which pieces would grow together if what stood between them were dropped: "Larsen" and "Ines" from two
// lines must not become "LarsenInes".
type glue struct {
	bits    []uint8 // of each piece
	follows bool    // whether a letter or digit stands right before the first piece
}

const (
	begins  = 1 << iota // a piece begins with a letter or digit
	ends                // so it ends
	between             // it has neither at its borders, so that it can part words
	gone                // it is never kept
)

func newGlue(text []byte, all pieces, edges []edge) *glue {
	g := &glue{bits: make([]uint8, all.count())}
	for i := range g.bits {
		class, word := all[i].class(), all.of(text, i)
		first, _ := utf8.DecodeRune(word)
		last, _ := utf8.DecodeLastRune(word)
		for ; len(edges) > 0 && edges[0].piece == i; edges = edges[1:] {
			first, last = cmp.Or(edges[0].first, first), cmp.Or(edges[0].last, last)
		}
		g.set(i, begins, class != broken && spells(first))
		g.set(i, ends, class != broken && spells(last))
		g.set(i, between, !spells(first) && !spells(last))
		g.set(i, gone, class == stripped)
	}
	return g
}

func (g *glue) set(i int, bit uint8, on bool) {
	if on {
		g.bits[i] |= bit
	}
}

// parts returns the piece that has to part i and j, with nothing kept between, because they would become one word; -1
// if they would not, or nothing before j can part them. An i of -1 stands for what is before the first piece.
func (g *glue) parts(i, j int) int {
	if g.bits[j]&begins == 0 || i < 0 && !g.follows || i >= 0 && g.bits[i]&ends == 0 {
		return -1
	}
	at := j - 1
	for at > i && g.bits[at]&gone != 0 {
		at--
	}
	if at > i && g.bits[at]&between != 0 {
		return at
	}
	return -1
}
