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
	pieces []piece
	counter
	target int

	glue  *glue   // nil where pieces may be joined as they come
	nots  []int32 // which piece negates each, -1 for none; nil where none is
	order []int32 // droppable pieces, the best first
	sums  []int32 // of the costs of order[:i]
	kept  []bool
	shown []bool // kept, and what must stand between
	spent int    // tokens of what is shown, as they were last counted
}

// counter counts the tokens of a text with buffers of its own.
type counter struct {
	tokenizer token.Tokenizer
	tokens    []token.Token
	text      []byte
}

func (c *counter) count(text []byte) int {
	c.tokens = c.tokenizer.Encode(slices.Grow(c.tokens[:0], token.Expected(len(text))), text)
	return len(c.tokens)
}

// choose returns a selector that knows which pieces are shown, and the tokens of the text that they make; whole is how many
// tokens the whole text has.
func choose(text []byte, pieces []piece, whole, target int, t token.Tokenizer, g *glue, nots []int32) *selector {
	s := &selector{text: text, pieces: pieces, target: target, counter: counter{tokenizer: t}, glue: g, nots: nots,
		kept: make([]bool, len(pieces)), shown: make([]bool, len(pieces))}
	s.rank()
	taken := s.search(whole)
	for round := 0; round < 4 && s.spent < s.target && taken < len(s.order); round++ {
		taken = s.fill(taken)
	}
	return s
}

// rank puts the droppable pieces in order: by class, by score with NaN last, by position.
func (s *selector) rank() {
	s.order = make([]int32, 0, len(s.pieces))
	keys := make([]uint64, 0, len(s.pieces))
	for _, class := range []class{beside, whole, broken} {
		keys = keys[:0]
		for i, p := range s.pieces {
			if p.class == class {
				keys = append(keys, uint64(descending(p.score))<<32|uint64(i))
			}
		}
		slices.Sort(keys)
		for _, key := range keys {
			s.order = append(s.order, int32(uint32(key)))
		}
	}
	s.sums = make([]int32, len(s.order)+1)
	for i, at := range s.order {
		s.sums[i+1] = s.sums[i] + s.pieces[at].cost
	}
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
	if strips := len(s.pieces) > 0 && slices.ContainsFunc(s.pieces, func(p piece) bool { return p.class == stripped }); strips {
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
	want := s.sums[low] + int32(share*float64(s.sums[high]-s.sums[low]))
	at, _ := slices.BinarySearch(s.sums[low:high], want+1)
	return min(max(low+at-1, low+1), high-1)
}

// take keeps what is protected and the best n of the rest, and counts the text.
func (s *selector) take(n int) int {
	s.keep(n)
	s.recount()
	return s.spent
}

// keep keeps what is protected and the best n of the rest.
func (s *selector) keep(n int) {
	for i, p := range s.pieces {
		s.kept[i] = p.class == forced
	}
	for _, i := range s.order[:n] {
		s.kept[i] = true
	}
	s.compose()
}

// recount counts the text of what is shown.
func (s *selector) recount() {
	n := 0
	for i, p := range s.pieces {
		if s.shown[i] {
			n += int(p.end - p.start)
		}
	}
	s.counter.text = slices.Grow(s.counter.text[:0], n)
	for i, p := range s.pieces {
		if s.shown[i] {
			s.counter.text = append(s.counter.text, s.text[p.start:p.end]...)
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
