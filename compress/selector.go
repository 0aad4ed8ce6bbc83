package compress

import (
	"math"
	"slices"
	"sort"

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

	apart     bool // whether words must not grow together
	follows   bool // and a letter or digit stands right before the first piece
	blockwise bool // the text is a block of a sequence, in which words stay apart even where what is protected exceeds the target
	nots      []negation
	order     []int32 // droppable pieces, the best first
	spare     []int32 // as long as order, to sort
	sums      []int   // the costs of order[:n], for every n that is a multiple of stride
	spent     int     // tokens of what is shown, as they were last counted
}

// stride is how many costs have to be added up at the most to know a sum.
const stride = 256

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

// start begins with the pieces of a text, in the memory that the last one took.
func (s *selector) start(text []byte, all pieces, target int, t token.Tokenizer) {
	*s = selector{text: text, pieces: all, target: target, order: s.order[:0], spare: s.spare, sums: s.sums[:0], nots: s.nots[:0],
		counter: counter{tokenizer: t, tokens: s.tokens[:0], text: s.counter.text[:0]}}
}

// choose decides which pieces are shown, and counts the tokens of the text that they make; whole is how many tokens the
// whole text has.
func (s *selector) choose(scores []float32, whole int) {
	s.rank(scores)
	taken := s.search(whole)
	for round := 0; round < 4 && s.spent < s.target && taken < len(s.order); round++ {
		taken = s.fill(taken)
	}
}

// rank puts the droppable pieces in order: by class, by score with NaN last, by position.
func (s *selector) rank(scores []float32) {
	s.order = roomier(s.order, len(s.pieces))
	for _, class := range [...]class{beside, whole, broken} {
		from := len(s.order)
		for i, p := range s.pieces {
			if p.class() == class {
				s.order = append(s.order, int32(i))
			}
		}
		if n := len(s.order) - from; n > 1 {
			s.spare = roomier(s.spare[:0], n)
			sortByScore(s.order[from:], s.spare[:n], scores)
		}
	}
	if len(s.text) > longestReused {
		s.spare = nil // its memory is wanted
	}
	sum := 0
	for i, piece := range s.order {
		if i%stride == 0 {
			s.sums = append(s.sums, sum)
		}
		sum += s.pieces[piece].cost()
	}
}

// sum is the costs of order[:n].
func (s *selector) sum(n int) int {
	if n == 0 {
		return 0
	}
	last := (n - 1) / stride
	sum := s.sums[last]
	for _, piece := range s.order[last*stride : n] {
		sum += s.pieces[piece].cost()
	}
	return sum
}

// sortByScore puts pieces in the order of their scores, the largest first, those of equal score as they are: digit by digit
// of 11 bits, from the last to the first, which is several times as fast as by comparing. spare is as long as order.
func sortByScore(order, spare []int32, scores []float32) {
	const bits, digits = 11, 3
	var counts [digits][1 << bits]int32
	for _, i := range order {
		key := descending(scores[i])
		for d := range digits {
			counts[d][key>>(d*bits)&(1<<bits-1)]++
		}
	}
	for d := range digits {
		at := int32(0)
		for digit, n := range counts[d] {
			counts[d][digit] = at
			at += n
		}
		for _, i := range order {
			digit := descending(scores[i]) >> (d * bits) & (1<<bits - 1)
			spare[counts[d][digit]] = i
			counts[d][digit]++
		}
		order, spare = spare, order
	}
	copy(spare, order) // after an odd number of digits the result lies in what was spare
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
	if lowCount > s.target && (s.apart || len(s.nots) > 0) { // room for what is protected, if at all, and nothing between
		s.apart, s.nots = s.apart && s.blockwise, s.nots[:0]
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
	at := sort.Search(high-low, func(i int) bool { return s.sum(low+i+1) > want })
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
	for i := range s.pieces {
		s.pieces[i].set(kept, s.pieces[i].class() == forced)
	}
	for _, piece := range s.order[:n] {
		s.pieces[piece].set(kept, true)
	}
	s.compose()
}

// recount counts the text of what is shown.
func (s *selector) recount() {
	n := 0
	for i, p := range s.pieces {
		if p.is(shown) {
			n += int(s.pieces[i+1].start - p.start)
		}
	}
	s.counter.text = slices.Grow(s.counter.text[:0], n)
	for i, p := range s.pieces {
		if p.is(shown) {
			s.counter.text = append(s.counter.text, s.pieces.of(s.text, i)...)
		}
	}
	s.spent = s.count(s.counter.text)
}

// compose shows what is kept, what negates it, and between two words that would become one what stood before the second.
func (s *selector) compose() {
	for i := range s.pieces {
		s.pieces[i].set(shown, s.pieces[i].is(kept))
	}
	for _, not := range s.nots {
		if s.pieces[not.of].is(kept) {
			s.pieces[not.by].set(shown, true)
		}
	}
	if !s.apart {
		return
	}
	before := -1
	for i, p := range s.pieces {
		if !p.is(shown) {
			continue
		}
		if at := s.pieces.parts(before, i, s.follows); at >= 0 {
			s.pieces[at].set(shown, true)
		}
		before = i
	}
}
