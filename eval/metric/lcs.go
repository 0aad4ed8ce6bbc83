package metric

import (
	"math"
	"math/bits"
	"slices"
)

// lcs fills the table t[i][j] of the longest common subsequence of i symbols of a text and j of another, a column at a
// time, 64 cells to a step. Down a column t grows by 0 or 1 a cell; bit i of column is 0 where it grows at symbol i
// [Hyyrö 2004]. With M the positions of the symbol at j,
//
//	column' = (column + (column & M)) | (column & ^M)
//
// where the sum carries from word to word. Only words that M or a carry touches are visited.
type lcs struct {
	column []uint64
	blocks map[int32][]block // where a symbol stands in the text
}

// block is a word of M that is not 0.
type block struct {
	word int
	bits uint64
}

func newLCS(text []int32) *lcs {
	l := &lcs{column: make([]uint64, (len(text)+63)/64), blocks: map[int32][]block{}}
	for w := range l.column {
		l.column[w] = math.MaxUint64
	}
	for i, symbol := range text {
		b := l.blocks[symbol]
		if len(b) == 0 || b[len(b)-1].word != i/64 {
			b = append(b, block{word: i / 64})
		}
		b[len(b)-1].bits |= 1 << (i % 64)
		l.blocks[symbol] = b
	}
	return l
}

// step goes on to the next column, the one of a symbol.
func (l *lcs) step(symbol int32) {
	var carry uint64
	next := 0
	for _, b := range l.blocks[symbol] {
		carry = l.ripple(next, b.word, carry)
		old := l.column[b.word]
		sum, out := bits.Add64(old, old&b.bits, carry)
		l.column[b.word] = sum | old&^b.bits
		carry, next = out, b.word+1
	}
	l.ripple(next, len(l.column), carry)
}

// ripple takes a carry through words of which M has no bit, and returns what is left of it.
func (l *lcs) ripple(from, to int, carry uint64) uint64 {
	for w := from; w < to && carry != 0; w++ {
		old := l.column[w]
		l.column[w], carry = bits.Add64(old, 0, carry)
		l.column[w] |= old
	}
	return carry
}

// commonLength is the length of the longest common subsequence, in memory that grows with the texts.
func commonLength(a, b []int32) (n int) {
	l := newLCS(a)
	for _, symbol := range b {
		l.step(symbol)
	}
	for _, word := range l.column {
		n += bits.OnesCount64(^word)
	}
	return n
}

// commonPositions are the positions in a, ascending, of one longest common subsequence with b: the one that a walk from the
// end of the table finds which takes what is equal, and else prefers to drop of a. Only every sqrt(|b|)-th column is
// kept; the walk computes those between again.
func commonPositions(a, b []int32) (found []int) {
	every := 1 + int(math.Sqrt(float64(len(b))))
	l := newLCS(a)
	var kept [][]uint64
	for j, symbol := range b {
		if j%every == 0 {
			kept = append(kept, slices.Clone(l.column))
		}
		l.step(symbol)
	}
	i := len(a)
	for k := len(kept) - 1; k >= 0; k-- {
		part := b[k*every : min((k+1)*every, len(b))]
		columns := l.replay(kept[k], part)
		for j := len(part); i > 0 && j > 0; {
			switch grew := columns[j-1][(i-1)/64]>>((i-1)%64)&1 == 0; {
			case a[i-1] == part[j-1]:
				i, j = i-1, j-1
				found = append(found, i)
			case grew: // t[i][j-1] > t[i-1][j]
				j--
			default:
				i--
			}
		}
	}
	slices.Reverse(found)
	return found
}

// replay is every column of a part, from the column before it.
func (l *lcs) replay(column []uint64, part []int32) [][]uint64 {
	l.column = column
	out := make([][]uint64, len(part))
	for j, symbol := range part {
		l.step(symbol)
		out[j] = slices.Clone(l.column)
	}
	return out
}
