package compress

import (
	"github.com/project-sputnik/sputnik/compress/structure"
	"github.com/project-sputnik/sputnik/token"
)

// addStructured lays out the pieces of a text with a structure: what is fixed is forced, the rest may go. A piece that is
// partly protected is protected whole, since half of an escape is none: protection is widened by now. Its score is the mean of
// the tokens that reach into it.
func (c *cutter) addStructured(part token.Part, scores []float32) {
	for i, t := range part.Tokens[part.From:part.To] {
		c.layStructured(int(t.Start))
		for t.Start < t.End && c.fixed < len(c.layout.Pieces) {
			c.take(t, scores[i])
			if int(t.End) <= c.layout.Pieces[c.fixed].End {
				break
			}
			c.layPiece()
		}
	}
}

// layStructured lays out the pieces that end at an offset or before.
func (c *cutter) layStructured(to int) {
	for c.fixed < len(c.layout.Pieces) && c.layout.Pieces[c.fixed].End <= to {
		c.layPiece()
	}
}

func (c *cutter) layPiece() {
	each := c.layout.Pieces[c.fixed]
	c.fixed++
	from := len(c.pieces)
	c.next.start, c.next.end = int32(each.Start), int32(each.End)
	c.lay()
	if each.First != 0 {
		c.edges = append(c.edges, edge{piece: from, first: each.First})
	}
	if each.Last != 0 {
		c.edges = append(c.edges, edge{piece: len(c.pieces) - 1, last: each.Last})
	}
}

// widened adds to spans, ascending, what is fixed, and the rest of each piece that they touch.
func widened(layout structure.Layout, spans []Span) []Span {
	var out []Span
	for _, p := range layout.Pieces {
		for len(spans) > 0 && spans[0][1] <= p.Start {
			spans = spans[1:]
		}
		if p.Fixed || len(spans) > 0 && spans[0][0] < p.End {
			out = append(out, Span{p.Start, p.End})
		}
	}
	return join(out)
}
