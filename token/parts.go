package token

import (
	"iter"
	"sync"
)

// A Part is a stretch of a text with as much on both sides as was asked for. Its tokens and units are those that Read finds in
// the whole, but for their indices: Units are about Tokens, which begin somewhere in the text.
type Part struct {
	Text           // with the margins; Bytes is the whole text
	From, To   int // tokens of the stretch itself: whole units
	First, End int // its units
	Skipped    int // units of the text before Units[0]
}

// Parts reads a text in parts of size tokens, or a unit more, each with margins of at least so many tokens on both sides
// where there are so many. A part is good until the next, and the last until the loop ends, unless that is broken off; a text
// without tokens has none.
func Parts(t Tokenizer, text []byte, size, margin int) iter.Seq[Part] {
	return func(yield func(Part) bool) {
		r := parters.Get().(*parter)
		tokens, units := r.part.Tokens[:0], r.part.Units[:0]
		*r = parter{size: size, margin: margin, yield: yield, groups: grouper{text: text}}
		r.part.Bytes, r.part.Tokens, r.part.Units = text, tokens, units
		if room := min(Expected(len(text)), size+2*margin+fullBatch); cap(tokens) < room {
			r.part.Tokens, r.part.Units = make([]Token, 0, room), make([]Unit, 0, room)
		}
		each(t, text, r.add)
		r.finish()
		if !r.done && cap(r.part.Tokens) <= longestReused { // else somebody may still look at it, or few will need so much
			*r = parter{part: Part{Text: Text{Tokens: r.part.Tokens[:0], Units: r.part.Units[:0]}}}
			parters.Put(r)
		}
	}
}

var parters = sync.Pool{New: func() any { return new(parter) }}

// longestReused is how many tokens of memory the next text may take over at the most.
const longestReused = 1 << 17

// parter collects the tokens and units of a part and its margins.
type parter struct {
	size, margin int
	part         Part
	groups       grouper
	yield        func(Part) bool
	done         bool
}

// add takes the tokens that come next, and gives the parts away that they complete.
func (r *parter) add(batch []Token) bool {
	for len(batch) > 0 && !r.done { // a tokenizer that sees all of the text gives all of it at once
		n := min(len(batch), fullBatch)
		r.part.Tokens = append(r.part.Tokens, batch[:n]...)
		batch = batch[n:]
		r.part.Units = r.groups.group(r.part.Units, r.part.Tokens)
		for !r.done && r.complete() {
			r.give()
		}
	}
	return !r.done
}

// complete says whether a part and its margin are there for sure.
func (r *parter) complete() bool {
	n := len(r.part.Units)
	return n > 0 && int(r.part.Units[n-1].End) >= r.part.From+r.size+LongestUnit+r.margin
}

// finish gives the last part away.
func (r *parter) finish() {
	if r.done || len(r.part.Tokens) == 0 {
		return
	}
	p := &r.part
	p.Units = r.groups.finish(p.Units, p.Tokens)
	p.To, p.End = len(p.Tokens), len(p.Units)
	r.done = !r.yield(*p)
}

// give gives a part away, and drops what is no margin of the next.
func (r *parter) give() {
	p := &r.part
	p.End = p.First
	for int(p.Units[p.End].First) < p.From+r.size {
		p.End++
	}
	p.To = int(p.Units[p.End].First)
	if r.done = !r.yield(*p); r.done {
		return // who broke off may have left somebody behind who still looks at the part
	}
	drop := p.End
	for drop > 0 && int(p.Units[drop].First) > p.To-r.margin {
		drop--
	}
	tokens := p.Units[drop].First
	p.Tokens = p.Tokens[:copy(p.Tokens, p.Tokens[tokens:])]
	p.Units = p.Units[:copy(p.Units, p.Units[drop:])]
	for i := range p.Units {
		p.Units[i].First -= tokens
		p.Units[i].End -= tokens
	}
	p.From, p.First, p.Skipped = p.To-int(tokens), p.End-drop, p.Skipped+drop
	r.groups.first -= int(tokens)
	r.groups.next -= int(tokens)
}
