package compress

import (
	"cmp"
	"slices"
)

const (
	// mostMisses bounds how many pieces fill looks at in vain, and with that its time.
	mostMisses = 20000
	// surroundings is how many bytes on each side a piece is priced in.
	surroundings = 48
	// farthest is how many pieces away surroundings are looked for.
	farthest = 4096
)

// fill adds single pieces of order[from:] that still fit, the best first, until the target is met. Prices are taken in
// the surroundings of a piece, which nearly always is what it costs in the whole; the count at the end is the one that
// holds, and gives the last ones back while it exceeds the target. It returns how far in the order it came.
func (s *selector) fill(from int) int {
	start, left, misses := s.spent, s.target-s.spent, 0
	var added []int32
	at := from
	for ; at < len(s.order) && left > 0 && misses < mostMisses; at++ {
		i := s.order[at]
		price := 0 // of what is shown already, between two words
		if !s.pieces[i].is(shown) {
			if s.pieces[i].cost() > left+2 { // a word costs two tokens less at the most where it joins others
				continue
			}
			price = s.price(int(i))
		}
		not := s.negation(i)
		if not >= 0 {
			price += s.pieces[not].cost()
		}
		if price > left {
			misses++
			continue
		}
		left -= price
		s.pieces[i].set(kept|shown, true)
		if not >= 0 {
			s.pieces[not].set(shown, true)
		}
		added = append(added, i)
	}
	for give := 1; len(added) > 0; give *= 2 {
		s.compose()
		if s.recount(); s.spent <= s.target {
			break
		}
		for range min(give, len(added)) {
			s.pieces[added[len(added)-1]].set(kept, false)
			added = added[:len(added)-1]
		}
		if len(added) == 0 {
			s.compose()
			s.spent = start
		}
	}
	if misses == mostMisses {
		return len(s.order)
	}
	return at
}

// negation is the piece that has to be shown with piece i and is not yet, or -1.
func (s *selector) negation(i int32) int32 {
	at, found := slices.BinarySearchFunc(s.nots, i, func(n negation, i int32) int { return cmp.Compare(n.of, i) })
	if !found || s.pieces[s.nots[at].by].is(shown) {
		return -1
	}
	return s.nots[at].by
}

// price is how many tokens piece i adds between the bytes around it, with what has to part it from them.
func (s *selector) price(i int) int {
	before, nearest := i, -1
	for n := 0; n < surroundings && before > 0 && i-before < farthest; {
		before--
		if !s.pieces[before].is(shown) {
			continue
		}
		if nearest < 0 {
			nearest = before
		}
		n += int(s.pieces[before+1].start - s.pieces[before].start)
	}
	buffer := s.counter.text[:0]
	for j := before; j < i; j++ {
		if s.pieces[j].is(shown) { // of a long piece its end will do
			piece := s.pieces.of(s.text, j)
			buffer = append(buffer, piece[max(0, len(piece)-4*surroundings):]...)
		}
	}
	border := len(buffer)
	for j := i + 1; j < s.pieces.count() && len(buffer) < border+surroundings && j-i < farthest; j++ {
		if s.pieces[j].is(shown) {
			piece := s.pieces.of(s.text, j)
			buffer = append(buffer, piece[:min(len(piece), 4*surroundings)]...)
		}
	}
	without := s.count(buffer)
	buffer = slices.Insert(buffer, border, s.pieces.of(s.text, i)...)
	if s.apart {
		if at := s.pieces.parts(nearest, i, s.follows); at >= 0 {
			buffer = slices.Insert(buffer, border, s.pieces.of(s.text, at)...)
		}
	}
	s.counter.text = buffer
	return s.count(s.counter.text) - without
}
