package compress

import (
	"bytes"
	"cmp"
	"slices"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"github.com/project-sputnik/sputnik/compress/structure"
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

// A cutter lays out the pieces of a text while its parts come in.
type cutter struct {
	text   []byte
	layout structure.Layout
	unit   Unit
	joiner
	marks  []piece // what is protected or stripped, and not passed yet
	fixed  int     // pieces of the layout that are laid out
	pieces []piece
	edges  []edge

	next   piece   // as far as it was seen, with the sum of the scores
	tokens int     // of it
	starts []int32 // of tokens whose piece is not laid out yet
}

func newCutter(text []byte, layout structure.Layout, p protection, unit Unit) *cutter {
	return &cutter{text: text, layout: layout, unit: unit, marks: p.marks()}
}

// add takes the next part, and the score of each of its tokens.
func (c *cutter) add(part token.Part, scores []float32) {
	for _, t := range part.Tokens[part.From:part.To] {
		c.starts = append(c.starts, t.Start)
	}
	switch {
	case c.layout.Kind != structure.Prose:
		c.addStructured(part, scores)
	case c.unit == Word:
		c.addWords(part, scores)
	default:
		c.addTokens(part, scores)
	}
	c.expect(part)
}

// expect makes room for the pieces that the rest of the text will take, if it is like what is known of it.
func (c *cutter) expect(part token.Part) {
	if seen, all := int(part.Tokens[part.To-1].End), len(c.text); seen < all {
		more := float64(len(c.pieces)) / float64(max(1, seen)) * float64(all-seen)
		c.pieces = slices.Grow(c.pieces, int(1.05*more)+16)
	}
}

func (c *cutter) addWords(part token.Part, scores []float32) {
	c.begin(part)
	for u := part.First; u < part.End; u++ {
		unit := part.Units[u]
		for i := int(unit.First); i < int(unit.End); i++ {
			c.take(part.Tokens[i], scores[i-part.From])
		}
		if c.ends(u) {
			c.lay()
		}
	}
}

// addTokens makes a unit of every token, and of several where a character lies across them.
func (c *cutter) addTokens(part token.Part, scores []float32) {
	for i := part.From; i < part.To; i++ {
		t := part.Tokens[i]
		c.take(t, scores[i-part.From])
		if int(t.End) == len(c.text) {
			if i+1 == len(part.Tokens) { // or what follows has no width
				c.lay()
			}
		} else if utf8.RuneStart(c.text[t.End]) && t.End > c.next.start {
			c.lay()
		}
	}
}

// take makes a token part of the piece that comes next.
func (c *cutter) take(t token.Token, score float32) {
	if c.tokens == 0 {
		c.next.start = t.Start
	}
	c.next.end = t.End
	c.next.score += score
	c.tokens++
}

// lay appends the piece that was seen, cut where protection begins and ends.
func (c *cutter) lay() {
	p := piece{start: c.next.start, end: c.next.end, score: c.next.score / float32(max(1, c.tokens)), class: whole}
	c.next.score, c.tokens = 0, 0
	for len(c.marks) > 0 && c.marks[0].end <= p.start {
		c.marks = c.marks[1:]
	}
	from := len(c.pieces)
	if len(c.marks) > 0 && c.marks[0].start < p.end {
		c.pieces = cutUnit(c.pieces, p, c.marks)
	} else if p.start < p.end {
		c.pieces = append(c.pieces, p)
	}
	c.starts = estimate(c.pieces[from:], c.starts)
}

// finish returns the pieces and their edges when all parts were added.
func (c *cutter) finish() ([]piece, []edge) {
	if c.layout.Kind != structure.Prose {
		c.layStructured(int32(len(c.text)))
	} else if c.tokens > 0 {
		c.lay()
	}
	for i := 1; i < len(c.pieces) && c.layout.Kind == structure.Prose; i++ { // the white space in front of what is protected goes with it
		p := &c.pieces[i-1]
		if c.pieces[i].class == forced && p.class == whole && len(bytes.TrimSpace(c.text[p.start:p.end])) == 0 {
			p.class = beside
		}
	}
	return c.pieces, c.edges
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

// estimate counts the tokens that begin in each piece; it returns where those begin that are left.
func estimate(pieces []piece, starts []int32) []int32 {
	for i := range pieces {
		n := 0
		for n < len(starts) && starts[n] < pieces[i].end {
			n++
		}
		pieces[i].cost, starts = int32(n), starts[n:]
	}
	return starts
}

// estimateBy is estimate with the tokens of another tokenizer.
func estimateBy(t token.Tokenizer, text []byte, pieces []piece) {
	for i := range pieces {
		pieces[i].cost = 0
	}
	at := 0
	token.Starts(t, text, func(start int) {
		for at+1 < len(pieces) && int(pieces[at].end) <= start {
			at++
		}
		pieces[at].cost++
	})
}

const (
	leastBroken = 64      // tokens up to which a word is whole whatever the target
	mostBroken  = 1 << 16 // pieces that a word is broken into
)

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
	step := max(1, (p.end-p.start)/min(p.cost, mostBroken)) // the bytes of a token, or of many
	rest, state, start, end := text[p.start:p.end], -1, p.start, p.start
	for len(rest) > 0 {
		var cluster []byte
		cluster, rest, _, state = uniseg.FirstGraphemeCluster(rest, state)
		end += int32(len(cluster))
		if end-start >= step || len(rest) == 0 {
			out = append(out, piece{start: start, end: end, cost: max(1, p.cost/mostBroken), class: broken})
			start = end
		}
	}
	return out
}
