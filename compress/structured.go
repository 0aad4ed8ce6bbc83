package compress

import (
	"github.com/project-sputnik/sputnik/compress/structure"
	"github.com/project-sputnik/sputnik/token"
)

// cutStructured lays out the pieces of a text with a structure: what is fixed is forced, the rest may go. A piece that is
// partly protected is protected whole, since half of an escape is none: p is widened by now.
func cutStructured(text token.Text, layout structure.Layout, scores []float32, p protection) ([]piece, []edge) {
	marks := p.marks()
	pieces := make([]piece, 0, len(layout.Pieces)+len(marks))
	var edges []edge
	at := 0 // the first token that reaches into what comes
	for _, each := range layout.Pieces {
		for at+1 < len(text.Tokens) && int(text.Tokens[at].End) <= each.Start {
			at++
		}
		unit := piece{start: int32(each.Start), end: int32(each.End), score: meanScore(text.Tokens[at:], scores[at:], each.End), class: whole}
		from := len(pieces)
		for len(marks) > 0 && int(marks[0].end) <= each.Start {
			marks = marks[1:]
		}
		pieces = cutUnit(pieces, unit, marks)
		if each.First != 0 {
			edges = append(edges, edge{piece: from, first: each.First})
		}
		if each.Last != 0 {
			edges = append(edges, edge{piece: len(pieces) - 1, last: each.Last})
		}
	}
	return pieces, edges
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

// meanScore is the mean of the tokens that begin before end.
func meanScore(tokens []token.Token, scores []float32, end int) float32 {
	sum, n := float32(0), 0
	for n < len(tokens) && int(tokens[n].Start) < end {
		sum += scores[n]
		n++
	}
	return sum / float32(max(1, n))
}
