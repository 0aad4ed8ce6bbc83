package compress

import (
	"unicode/utf8"

	"github.com/project-sputnik/sputnik/compress/structure"
	"github.com/project-sputnik/sputnik/token"
)

// addStructured lays out the pieces of a text with a structure: what is fixed is forced, the rest may go. A piece that is
// partly protected is protected whole, since half of an escape is none: protection is widened by now. Its score is the mean of
// the tokens that reach into it.
func (c *cutter) addStructured(part token.Part, scores []float32) {
	for i, t := range part.Tokens[part.From:part.To] {
		c.layStructured(t.Start)
		for t.Start < t.End && c.fixed < len(c.layout.Pieces) {
			c.take(t, scores[i])
			if t.End <= c.layout.Pieces[c.fixed].End {
				break
			}
			c.layPiece()
		}
	}
}

// layStructured lays out the pieces that end at an offset or before.
func (c *cutter) layStructured(to int32) {
	for c.fixed < len(c.layout.Pieces) && c.layout.Pieces[c.fixed].End <= to {
		c.layPiece()
	}
}

func (c *cutter) layPiece() {
	each := c.layout.Pieces[c.fixed]
	c.fixed++
	from := len(c.pieces)
	c.next.start, c.next.end = each.Start, each.End
	c.lay()
	if first, _ := utf8.DecodeRune(c.text[each.Start:each.End]); each.First != 0 && each.First != first {
		c.edges = append(c.edges, edge{piece: from, first: each.First})
	}
	if last, _ := utf8.DecodeLastRune(c.text[each.Start:each.End]); each.Last != 0 && each.Last != last {
		c.edges = append(c.edges, edge{piece: len(c.pieces) - 1, last: each.Last})
	}
}

// widened adds to spans, ascending, what is fixed, and the rest of each piece that they touch.
func widened(layout structure.Layout, spans []Span) []Span {
	var out []Span
	for _, p := range layout.Pieces {
		for len(spans) > 0 && spans[0][1] <= int(p.Start) {
			spans = spans[1:]
		}
		if p.Fixed || len(spans) > 0 && spans[0][0] < int(p.End) {
			out = append(out, Span{int(p.Start), int(p.End)})
		}
	}
	return join(out)
}
