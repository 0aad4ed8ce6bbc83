package compress

import (
	"bytes"
	"cmp"
	"iter"
	"slices"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"github.com/project-sputnik/sputnik/token"
)

// A piece is what is kept or dropped as one: a word as a rule. Pieces tile the input.
type piece struct {
	start, end int32 // bytes
	score      float32
	cost       int32 // tokens of the caller's encoding of the whole input that begin in it: an estimate of its price
	class      class
}

// An edge is what a piece begins or ends with where that is not what its bytes say, as with escapes; 0 where it is.
type edge struct {
	piece       int
	first, last rune
}

func (p piece) span() Span { return Span{int(p.start), int(p.end)} }

// class orders pieces before their scores do.
type class uint8

const (
	stripped class = iota // never kept: the tags of the caller
	broken                // a part of a word that alone exceeds the target
	whole                 // a word
	beside                // the rest of a word that is partly protected, white space in front of it
	forced                // protected
)

// cut lays out the pieces of a text: its units, of which there are so many at the most, cut where protection begins and ends.
func cut(text token.Text, units iter.Seq[token.Unit], most int, scores []float32, p protection) []piece {
	marks := p.marks()
	pieces := make([]piece, 0, most+2*len(marks))
	for u := range units {
		start, end := text.Tokens[u.First].Start, text.Tokens[u.End-1].End
		score := mean(scores[u.First:u.End])
		for len(marks) > 0 && marks[0].end <= start {
			marks = marks[1:]
		}
		if len(marks) == 0 || marks[0].start >= end {
			if start < end {
				pieces = append(pieces, piece{start: start, end: end, score: score, class: whole})
			}
			continue
		}
		pieces = cutUnit(pieces, piece{start: start, end: end, score: score}, marks)
	}
	for i := 1; i < len(pieces); i++ { // the white space in front of what is protected goes with it
		p := &pieces[i-1]
		if pieces[i].class == forced && p.class == whole && len(bytes.TrimSpace(text.Bytes[p.start:p.end])) == 0 {
			p.class = beside
		}
	}
	return pieces
}

func mean(scores []float32) float32 {
	sum := float32(0)
	for _, s := range scores {
		sum += s
	}
	return sum / float32(max(1, len(scores)))
}

// cutUnit appends the pieces of a unit that marks overlap.
func cutUnit(pieces []piece, unit piece, marks []piece) []piece {
	from, plain := len(pieces), whole
	for at := unit.start; at < unit.end; {
		p := piece{start: at, end: unit.end, score: unit.score, class: whole}
		switch {
		case len(marks) > 0 && marks[0].start <= at:
			p.end, p.class = min(unit.end, marks[0].end), marks[0].class
			marks = marks[1:]
		case len(marks) > 0:
			p.end = min(unit.end, marks[0].start)
		}
		if p.class == forced {
			plain = beside
		}
		pieces = append(pieces, p)
		at = p.end
	}
	for i := from; i < len(pieces); i++ {
		if pieces[i].class == whole {
			pieces[i].class = plain
		}
	}
	return pieces
}

// marks are the protected spans and the tags in one row.
func (p protection) marks() []piece {
	var marks []piece
	for _, s := range p.spans {
		marks = append(marks, piece{start: int32(s[0]), end: int32(s[1]), class: forced})
	}
	for _, s := range p.tags {
		marks = append(marks, piece{start: int32(s[0]), end: int32(s[1]), class: stripped})
	}
	slices.SortFunc(marks, func(a, b piece) int { return cmp.Compare(a.start, b.start) })
	return marks
}

// tokenUnits makes a unit of every token, and of several where a character lies across them.
func tokenUnits(text token.Text) iter.Seq[token.Unit] {
	return func(yield func(token.Unit) bool) {
		first, size := 0, int32(len(text.Bytes))
		for i, t := range text.Tokens {
			if t.End == size && i+1 < len(text.Tokens) {
				continue // what follows has no width
			}
			if t.End == size || utf8.RuneStart(text.Bytes[t.End]) && t.End > text.Tokens[first].Start {
				if !yield(token.Unit{First: int32(first), End: int32(i + 1)}) {
					return
				}
				first = i + 1
			}
		}
	}
}

// estimate counts the tokens of the caller's encoding that begin in each piece.
func estimate(pieces []piece, tokens []token.Token) {
	at := 0
	for i := range pieces {
		first := at
		for at < len(tokens) && tokens[at].Start < pieces[i].end {
			at++
		}
		pieces[i].cost = int32(at - first)
	}
}

// leastBroken is the number of tokens up to which a word is whole whatever the target.
const leastBroken = 64

// breakLong cuts the words that alone exceed the target into small pieces between characters.
func breakLong(pieces []piece, text []byte, target int) []piece {
	limit := int32(min(max(leastBroken, target), len(text)))
	if !slices.ContainsFunc(pieces, func(p piece) bool { return p.class == whole && p.cost > limit }) {
		return pieces
	}
	var out []piece
	for _, p := range pieces {
		if p.class != whole || p.cost <= limit {
			out = append(out, p)
			continue
		}
		out = breakPiece(out, text, p)
	}
	return out
}

func breakPiece(out []piece, text []byte, p piece) []piece {
	step := max(1, (p.end-p.start)/p.cost) // the bytes of a token
	rest, state, start, end := text[p.start:p.end], -1, p.start, p.start
	for len(rest) > 0 {
		var cluster []byte
		cluster, rest, _, state = uniseg.FirstGraphemeCluster(rest, state)
		end += int32(len(cluster))
		if end-start >= step || len(rest) == 0 {
			out = append(out, piece{start: start, end: end, cost: 1, class: broken})
			start = end
		}
	}
	return out
}
