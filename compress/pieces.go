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

// A piece is what is kept or dropped as one: a word as a rule. A long text has millions, so it is 8 bytes.
type piece struct {
	start int32  // byte
	what  uint32 // cost<<8 | flags | class
}

// What is known of a piece, bits of what.
const (
	begins  = 1 << (3 + iota) // it begins with a letter or digit
	ends                      // so it ends
	between                   // it has neither at its borders, so that it can part words
	kept                      // it was chosen
	shown                     // it was, or has to stand beside what was

	classBits = 1<<3 - 1
	costShift = 8
	mostCost  = 1<<24 - 1
)

// class is the one that a piece has.
func (p piece) class() class { return class(p.what & classBits) }

// cost is how many tokens of the caller's encoding of the whole input begin in it, up to mostCost: an estimate of its price.
func (p piece) cost() int { return int(p.what >> costShift) }

func (p piece) is(flag uint32) bool { return p.what&flag != 0 }

func (p *piece) setClass(c class) { p.what = p.what&^classBits | uint32(c) }
func (p *piece) setCost(cost int) {
	p.what = p.what&(1<<costShift-1) | uint32(min(cost, mostCost))<<costShift
}

func (p *piece) set(flag uint32, on bool) {
	p.what &^= flag
	if on {
		p.what |= flag
	}
}

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
	scores []float32 // of the pieces
	edges  []edge

	next struct { // piece, as far as it was seen
		start, end int32
		sum        float32 // of the scores
		tokens     int
	}
	starts []int32 // of tokens whose piece is not laid out yet: the rest of begun
	begun  []int32
}

// start begins with a text, in the memory that the last one took.
func (c *cutter) start(text []byte, layout structure.Layout, p protection, unit Unit) {
	*c = cutter{text: text, layout: layout, unit: unit, marks: p.marks(), joiner: joiner{words: c.words[:0]},
		pieces: c.pieces[:0], scores: c.scores[:0], begun: c.begun[:0]}
}

// add takes the next part, and the score of each of its tokens.
func (c *cutter) add(part token.Part, scores []float32) {
	c.begun = append(c.begun[:0], c.starts...)
	for _, t := range part.Tokens[part.From:part.To] {
		c.begun = append(c.begun, t.Start)
	}
	c.starts = c.begun
	if len(c.pieces) == 0 {
		c.grow(part.End - part.First + 2*len(c.marks) + 1)
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
		if len(c.pieces)+int(more) >= cap(c.pieces) {
			c.grow(int(1.02*more) + 16)
		}
	}
}

// grow makes room for so many pieces more, and no more than that.
func (c *cutter) grow(more int) {
	c.pieces, c.scores = roomier(c.pieces, more), roomier(c.scores, more)
}

// roomier is slices.Grow without its reserve, which is a quarter of a long slice.
func roomier[S ~[]T, T any](s S, more int) S {
	if more <= cap(s)-len(s) {
		return s
	}
	return append(make(S, 0, len(s)+more), s...)
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
	p, end := piece{start: c.next.start, what: uint32(whole)}, c.next.end
	score := c.next.sum / float32(max(1, c.next.tokens))
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
		c.scores = append(c.scores, score)
		c.starts = c.starts[n:]
	}
}

// finish lays out what is left when all parts were added.
func (c *cutter) finish() {
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
}

// cutUnit appends the pieces of a unit that ends at end and that marks overlap.
func cutUnit(all pieces, unit piece, end int32, marks []mark) pieces {
	from, plain := len(all), whole
	for at := unit.start; at < end; {
		p, to := piece{start: at, what: uint32(whole)}, end
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

// breakLong cuts the words that alone exceed the target into small pieces between characters, whose scores are 0.
func (c *cutter) breakLong(target int) {
	limit := min(max(leastBroken, target), len(c.text), mostCost-1)
	if !slices.ContainsFunc(c.pieces, func(p piece) bool { return p.class() == whole && p.cost() > limit }) {
		return
	}
	all, scores := c.pieces, c.scores
	c.pieces, c.scores = nil, nil
	for i, p := range all {
		if p.class() == whole && p.cost() > limit {
			c.pieces = breakPiece(c.pieces, p, all.of(c.text, i))
			c.scores = append(c.scores, make([]float32, len(c.pieces)-len(c.scores))...)
			continue
		}
		c.pieces = append(c.pieces, p)
		if i < len(scores) { // what is behind the last has none
			c.scores = append(c.scores, scores[i])
		}
	}
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

// spans are the bytes of the pieces that have a flag.
func (p pieces) spans(flag uint32) []Span {
	runs := 0
	for i := range p.count() {
		if p[i].is(flag) && (i == 0 || !p[i-1].is(flag)) {
			runs++
		}
	}
	out := make([]Span, 0, runs)
	for i := range p.count() {
		switch {
		case !p[i].is(flag):
		case i > 0 && p[i-1].is(flag): // pieces tile the text
			out[len(out)-1][1] = int(p[i+1].start)
		default:
			out = append(out, p.span(i))
		}
	}
	return join(out)
}
