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

// A piece is what is kept or dropped as one: a word as a rule.
type piece struct {
	start int32 // byte
	score float32
	what  uint32 // cost<<3 | class
}

// class is the one that a piece has.
func (p piece) class() class { return class(p.what & 7) }

// cost is how many tokens of the caller's encoding of the whole input begin in it: an estimate of its price.
func (p piece) cost() int { return int(p.what >> 3) }

func (p *piece) setClass(c class) { p.what = p.what&^7 | uint32(c) }
func (p *piece) setCost(cost int) { p.what = p.what&7 | uint32(cost)<<3 }

// pieces tile a text. Each ends where the next begins; behind the last stands one that begins at the text's end and counts
// for nothing.
type pieces []piece

func (p pieces) count() int                   { return len(p) - 1 }
func (p pieces) span(i int) Span              { return Span{int(p[i].start), int(p[i+1].start)} }
func (p pieces) of(text []byte, i int) []byte { return text[p[i].start:p[i+1].start] }

// An edge is what a piece begins or ends with where that is not what its bytes say, as with escapes; 0 where it is.
type edge struct {
	piece       int
	first, last rune
}

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
	marks  []mark // what is protected or stripped, and not passed yet
	fixed  int    // pieces of the layout that are laid out
	pieces pieces
	edges  []edge

	next struct { // piece, as far as it was seen
		start, end int32
		sum        float32 // of the scores
		tokens     int
	}
	starts []int32 // of tokens whose piece is not laid out yet
}

func newCutter(text []byte, layout structure.Layout, p protection, unit Unit) *cutter {
	return &cutter{text: text, layout: layout, unit: unit, marks: p.marks()}
}

// add takes the next part, and the score of each of its tokens.
func (c *cutter) add(part token.Part, scores []float32) {
	c.starts = slices.Grow(c.starts, part.To-part.From)
	if c.pieces == nil {
		c.pieces = make(pieces, 0, part.End-part.First+2*len(c.marks)+1)
	}
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
	if c.next.tokens == 0 {
		c.next.start = t.Start
	}
	c.next.end = t.End
	c.next.sum += score
	c.next.tokens++
}

// lay appends the piece that was seen, cut where protection begins and ends.
func (c *cutter) lay() {
	p, end := piece{start: c.next.start, score: c.next.sum / float32(max(1, c.next.tokens)), what: uint32(whole)}, c.next.end
	c.next.sum, c.next.tokens = 0, 0
	for len(c.marks) > 0 && c.marks[0].end <= p.start {
		c.marks = c.marks[1:]
	}
	from := len(c.pieces)
	if len(c.marks) > 0 && c.marks[0].start < end {
		c.pieces = cutUnit(c.pieces, p, end, c.marks)
	} else if p.start < end {
		c.pieces = append(c.pieces, p)
	}
	for i := from; i < len(c.pieces); i++ {
		to := end
		if i+1 < len(c.pieces) {
			to = c.pieces[i+1].start
		}
		n := 0
		for n < len(c.starts) && c.starts[n] < to {
			n++
		}
		c.pieces[i].setCost(n)
		c.starts = c.starts[n:]
	}
}

// finish returns the pieces and their edges when all parts were added.
func (c *cutter) finish() (pieces, []edge) {
	if c.layout.Kind != structure.Prose {
		c.layStructured(int32(len(c.text)))
	} else if c.next.tokens > 0 {
		c.lay()
	}
	c.pieces = append(c.pieces, piece{start: int32(len(c.text))})
	for i := 0; i+1 < c.pieces.count() && c.layout.Kind == structure.Prose; i++ { // the white space in front of what is protected goes with it
		if c.pieces[i+1].class() == forced && c.pieces[i].class() == whole && len(bytes.TrimSpace(c.pieces.of(c.text, i))) == 0 {
			c.pieces[i].setClass(beside)
		}
	}
	return c.pieces, c.edges
}

// cutUnit appends the pieces of a unit that ends at end and that marks overlap.
func cutUnit(all pieces, unit piece, end int32, marks []mark) pieces {
	from, plain := len(all), whole
	for at := unit.start; at < end; {
		p, to := piece{start: at, score: unit.score, what: uint32(whole)}, end
		switch {
		case len(marks) > 0 && marks[0].start <= at:
			p.setClass(marks[0].class)
			to = min(end, marks[0].end)
			marks = marks[1:]
		case len(marks) > 0:
			to = min(end, marks[0].start)
		}
		if p.class() == forced {
			plain = beside
		}
		all = append(all, p)
		at = to
	}
	for i := from; i < len(all); i++ {
		if all[i].class() == whole {
			all[i].setClass(plain)
		}
	}
	return all
}

// A mark is bytes that are protected, or to be stripped.
type mark struct {
	start, end int32
	class      class
}

// marks are the protected spans and the tags in one row.
func (p protection) marks() []mark {
	var marks []mark
	for _, s := range p.spans {
		marks = append(marks, mark{int32(s[0]), int32(s[1]), forced})
	}
	for _, s := range p.tags {
		marks = append(marks, mark{int32(s[0]), int32(s[1]), stripped})
	}
	slices.SortFunc(marks, func(a, b mark) int { return cmp.Compare(a.start, b.start) })
	return marks
}

// estimate counts the tokens of a tokenizer that begin in each piece.
func (p pieces) estimate(t token.Tokenizer, text []byte) {
	at, n := 0, 0
	token.Starts(t, text, func(start int) {
		for ; at+1 < p.count() && int(p[at+1].start) <= start; at++ {
			p[at].setCost(n)
			n = 0
		}
		n++
	})
	for ; at < p.count(); at++ {
		p[at].setCost(n)
		n = 0
	}
}

const (
	leastBroken = 64      // tokens up to which a word is whole whatever the target
	mostBroken  = 1 << 16 // pieces that a word is broken into
)

// breakLong cuts the words that alone exceed the target into small pieces between characters.
func breakLong(all pieces, text []byte, target int) pieces {
	limit := min(max(leastBroken, target), len(text))
	if !slices.ContainsFunc(all, func(p piece) bool { return p.class() == whole && p.cost() > limit }) {
		return all
	}
	var out pieces
	for i, p := range all {
		if p.class() != whole || p.cost() <= limit {
			out = append(out, p)
			continue
		}
		out = breakPiece(out, p, all.of(text, i))
	}
	return out
}

func breakPiece(out pieces, p piece, word []byte) pieces {
	step := max(1, len(word)/min(p.cost(), mostBroken)) // the bytes of a token, or of many
	each := piece{start: p.start, what: uint32(broken)}
	each.setCost(max(1, p.cost()/mostBroken))
	for state, n := -1, 0; len(word) > 0; {
		var cluster []byte
		cluster, word, _, state = uniseg.FirstGraphemeCluster(word, state)
		if n += len(cluster); n >= step || len(word) == 0 {
			out = append(out, each)
			each.start += int32(n)
			n = 0
		}
	}
	return out
}
