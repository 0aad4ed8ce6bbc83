package compress

import (
	"math"
	"slices"

	"github.com/project-sputnik/sputnik/token"
)

// selector finds which pieces to keep so that the text that they make has at most target tokens.
//
// Joining pieces changes what they cost, so no sum of costs decides anything: sums only say where to look. The search
// goes over how many pieces are taken in the order of their scores, and counts the text of each candidate with the
// caller's tokenizer; then single pieces fill what is left, priced in their surroundings; at the end the text is
// counted once more, and pieces are given back until it fits.
type selector struct {
	text   []byte
	pieces pieces
	counter
	target int

	glue  *glue    // nil where pieces may be joined as they come
	nots  []int32  // which piece negates each, -1 for none; nil where none is
	order []ranked // droppable pieces, the best first
	kept  []bool
	shown []bool // kept, and what must stand between
	spent int    // tokens of what is shown, as they were last counted
}

// ranked is a piece in its place, with the costs of all up to it: sum<<32 | piece.
type ranked uint64

func (r ranked) piece() int32 { return int32(uint32(r)) }
func (r ranked) sum() int     { return int(r >> 32) }

// counter counts the tokens of a text with buffers of its own.
type counter struct {
	tokenizer token.Tokenizer
	tokens    []token.Token
	text      []byte
}

// manyBytes are counted without holding their tokens.
const manyBytes = 1 << 16

func (c *counter) count(text []byte) int {
	if len(text) > manyBytes {
		return token.Count(c.tokenizer, text)
	}
	c.tokens = c.tokenizer.Encode(slices.Grow(c.tokens[:0], token.Expected(len(text))), text)
	return len(c.tokens)
}

// choose returns a selector that knows which pieces are shown, and the tokens of the text that they make; whole is how many
// tokens the whole text has.
func choose(text []byte, all pieces, whole, target int, t token.Tokenizer, g *glue, nots []int32) *selector {
	s := &selector{text: text, pieces: all, target: target, counter: counter{tokenizer: t}, glue: g, nots: nots,
		kept: make([]bool, all.count()), shown: make([]bool, all.count())}
	s.rank()
	taken := s.search(whole)
	for round := 0; round < 4 && s.spent < s.target && taken < len(s.order); round++ {
		taken = s.fill(taken)
	}
	return s
}

// rank puts the droppable pieces in order: by class, by score with NaN last, by position.
func (s *selector) rank() {
	n := 0
	for _, p := range s.pieces {
		if droppable := p.class(); droppable == beside || droppable == whole || droppable == broken {
			n++
		}
	}
	s.order = make([]ranked, 0, n)
	for _, class := range []class{beside, whole, broken} {
		from := len(s.order)
		for i, p := range s.pieces {
			if p.class() == class {
				s.order = append(s.order, ranked(descending(p.score))<<32|ranked(i))
			}
		}
		slices.Sort(s.order[from:])
	}
	sum := 0
	for i, r := range s.order {
		sum += s.pieces[r.piece()].cost()
		s.order[i] = ranked(sum)<<32 | r&math.MaxUint32
	}
}

// sum is the costs of order[:n].
func (s *selector) sum(n int) int {
	if n == 0 {
		return 0
	}
	return s.order[n-1].sum()
}

// descending is a key that is the smaller, the larger a score; that of NaN is the largest.
func descending(score float32) uint32 {
	if score != score {
		return math.MaxUint32
	}
	bits := math.Float32bits(score + 0) // -0 is 0
	if bits>>31 == 1 {
		return bits
	}
	return ^bits & math.MaxInt32
}

// search takes as many pieces in order as fit, or nearly, and returns how many. It interpolates between counts,
// bisects where that does not converge, and stops where filling up is cheaper than counting again.
func (s *selector) search(whole int) int {
	low, high := 0, len(s.order)
	lowCount := s.take(0)
	if lowCount > s.target && (s.glue != nil || s.nots != nil) { // room for what is protected, if at all, and nothing between
		s.glue, s.nots = nil, nil
		lowCount = s.take(0)
	}
	if lowCount > s.target {
		return high // what is protected exceeds the target: nothing more is taken
	}
	highCount := whole
	if strips := slices.ContainsFunc(s.pieces[:s.pieces.count()], func(p piece) bool { return p.class() == stripped }); strips {
		highCount = s.take(high)
	}
	if highCount <= s.target {
		s.keep(high)
		s.spent = highCount
		return high
	}
	slack, taken := 8+s.target/1000, high
	for step := 0; high-low > 1 && s.target-lowCount > slack; step++ {
		taken = (low + high) / 2
		if step%4 != 3 {
			taken = s.guess(low, high, lowCount, highCount, slack)
		}
		if n := s.take(taken); n <= s.target {
			low, lowCount = taken, n
		} else {
			high, highCount = taken, n
		}
	}
	if taken != low {
		s.keep(low)
		s.spent = lowCount
	}
	return low
}

// guess is where a count somewhat below the target lies between low and high if counts grow as the sums of costs do.
func (s *selector) guess(low, high, lowCount, highCount, slack int) int {
	share := float64(s.target-slack/2-lowCount) / float64(highCount-lowCount)
	want := s.sum(low) + int(share*float64(s.sum(high)-s.sum(low)))
	at, _ := slices.BinarySearchFunc(s.order[low:high], want+1, func(r ranked, sum int) int { return r.sum() - sum })
	return min(max(low+at, low+1), high-1)
}

// take keeps what is protected and the best n of the rest, and counts the text.
func (s *selector) take(n int) int {
	s.keep(n)
	s.recount()
	return s.spent
}

// keep keeps what is protected and the best n of the rest.
func (s *selector) keep(n int) {
	for i := range s.kept {
		s.kept[i] = s.pieces[i].class() == forced
	}
	for _, r := range s.order[:n] {
		s.kept[r.piece()] = true
	}
	s.compose()
}

// recount counts the text of what is shown.
func (s *selector) recount() {
	n := 0
	for i, shown := range s.shown {
		if shown {
			n += int(s.pieces[i+1].start - s.pieces[i].start)
		}
	}
	s.counter.text = slices.Grow(s.counter.text[:0], n)
	for i, shown := range s.shown {
		if shown {
			s.counter.text = append(s.counter.text, s.pieces.of(s.text, i)...)
		}
	}
	s.spent = s.count(s.counter.text)
}

// compose shows what is kept, what negates it, and between two words that would become one what stood before the second.
func (s *selector) compose() {
	copy(s.shown, s.kept)
	if s.nots != nil {
		for i, kept := range s.kept {
			if kept && s.nots[i] >= 0 {
				s.shown[s.nots[i]] = true
			}
		}
	}
	if s.glue == nil {
		return
	}
	before := -1
	for i, shown := range s.shown {
		if !shown {
			continue
		}
		if at := s.glue.parts(before, i); at >= 0 {
			s.shown[at] = true
		}
		before = i
	}
}
