package compress

import (
	"cmp"
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
	sums  []int   // of the costs of order[:i]
	kept  []bool
	shown []bool // kept, and what must stand between
	spent int    // tokens of what is shown
}

// counter counts the tokens of a text with buffers of its own.
type counter struct {
	tokenizer token.Tokenizer
	tokens    []token.Token
	text      []byte
}

func (c *counter) count(text []byte) int {
	c.tokens = c.tokenizer.Encode(c.tokens[:0], text)
	return len(c.tokens)
}

// choose returns a selector that knows which pieces are shown, and the tokens of the text that they make.
func choose(text []byte, pieces []piece, target int, t token.Tokenizer, g *glue, nots []int32) *selector {
	s := &selector{text: text, pieces: pieces, target: target, counter: counter{tokenizer: t}, glue: g, nots: nots,
		kept: make([]bool, len(pieces)), shown: make([]bool, len(pieces))}
	s.rank()
	taken := s.search()
	for round := 0; round < 4 && s.spent < s.target && taken < len(s.order); round++ {
		taken = s.fill(taken)
	}
	s.spent = s.total()
	return s
}

// rank puts the droppable pieces in order: by class, by score with NaN last, by position.
func (s *selector) rank() {
	for i, p := range s.pieces {
		if p.class != stripped && p.class != forced {
			s.order = append(s.order, int32(i))
		}
	}
	slices.SortFunc(s.order, func(a, b int32) int {
		p, q := s.pieces[a], s.pieces[b]
		if c := cmp.Compare(q.class, p.class); c != 0 {
			return c
		}
		if c := cmp.Compare(q.score, p.score); c != 0 {
			return c
		}
		return cmp.Compare(a, b)
	})
	s.sums = make([]int, len(s.order)+1)
	for i, at := range s.order {
		s.sums[i+1] = s.sums[i] + int(s.pieces[at].cost)
	}
}

// search takes as many pieces in order as fit, or nearly, and returns how many. It interpolates between counts,
// bisects where that does not converge, and stops where filling up is cheaper than counting again.
func (s *selector) search() int {
	low, high := 0, len(s.order)
	lowCount := s.take(0)
	if lowCount > s.target && (s.glue != nil || s.nots != nil) { // room for what is protected, if at all, and nothing between
		s.glue, s.nots = nil, nil
		lowCount = s.take(0)
	}
	if lowCount > s.target {
		s.spent = lowCount
		return high // what is protected exceeds the target: nothing more is taken
	}
	highCount := s.take(high)
	if highCount <= s.target {
		s.spent = highCount
		return high
	}
	slack := 8 + s.target/1000
	for step := 0; high-low > 1 && s.target-lowCount > slack; step++ {
		middle := (low + high) / 2
		if step%4 != 3 {
			middle = s.guess(low, high, lowCount, highCount)
		}
		if n := s.take(middle); n <= s.target {
			low, lowCount = middle, n
		} else {
			high, highCount = middle, n
		}
	}
	s.take(low)
	s.spent = lowCount
	return low
}

// guess is where the target lies between low and high if counts grow as the sums of costs do.
func (s *selector) guess(low, high, lowCount, highCount int) int {
	share := float64(s.target-lowCount) / float64(highCount-lowCount)
	want := s.sums[low] + int(share*float64(s.sums[high]-s.sums[low]))
	at, _ := slices.BinarySearch(s.sums[low:high], want+1)
	return min(max(low+at-1, low+1), high-1)
}

// take keeps what is protected and the best n of the rest, and counts the text.
func (s *selector) take(n int) int {
	for i, p := range s.pieces {
		s.kept[i] = p.class == forced
	}
	for _, i := range s.order[:n] {
		s.kept[i] = true
	}
	return s.total()
}

// total counts the text of what is kept.
func (s *selector) total() int {
	s.compose()
	s.counter.text = s.counter.text[:0]
	for i, p := range s.pieces {
		if s.shown[i] {
			s.counter.text = append(s.counter.text, s.text[p.start:p.end]...)
		}
	}
	return s.count(s.counter.text)
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
