package compress

import (
	"cmp"
	"unicode/utf8"
)

// border notes what the pieces begin and end with, so that parts can tell which would grow together.
func (p pieces) border(text []byte, edges []edge) {
	for i := range p.count() {
		class, word := p[i].class(), p.of(text, i)
		first, _ := utf8.DecodeRune(word)
		last, _ := utf8.DecodeLastRune(word)
		for ; len(edges) > 0 && edges[0].piece == i; edges = edges[1:] {
			first, last = cmp.Or(edges[0].first, first), cmp.Or(edges[0].last, last)
		}
		p[i].set(begins, class != broken && spells(first))
		p[i].set(ends, class != broken && spells(last))
		p[i].set(between, !spells(first) && !spells(last))
	}
}

// parts returns the piece that has to part i and j, with nothing kept between, because they would become one word, as
// "Larsen" and "Ines" from two lines must not become "LarsenInes"; -1 if they would not, or nothing before j can part them.
// An i of -1 stands for what is before the first piece, which follows says ends with a letter or digit.
func (p pieces) parts(i, j int, follows bool) int {
	if !p[j].is(begins) || i < 0 && !follows || i >= 0 && !p[i].is(ends) {
		return -1
	}
	at := j - 1
	for at > i && p[at].class() == stripped {
		at--
	}
	if at > i && p[at].is(between) {
		return at
	}
	return -1
}
