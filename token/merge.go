package token

// symbol is a part of a piece while it is being merged: its id, where it starts, and what it would make with the
// symbol after it. In the list form prev and next are indices, -1 at the ends.
type symbol struct {
	id, start  int32
	rank       uint32 // of the merge with the next symbol, or noRank
	merged     int32  // the id of that merge
	prev, next int32
}

// ranker knows which neighbours merge: the rank of the merge, lowest first, and the id that it makes, or noRank.
type ranker interface {
	rank(left, right *symbol) (rank uint32, id int32)
}

func (t *pairTable) rank(left, right *symbol) (uint32, int32) { return t.get(left.id, right.id) }

// merger holds the buffers of one encoding; it is pooled.
type merger struct {
	symbols []symbol
	heap    []uint64 // rank<<32 | index: the lowest rank first, and of those the leftmost
	sink
}

// longPiece is the number of symbols from which the heap is faster than looking through all pairs.
const longPiece = 40

// run merges m.symbols by rank until no pair has one. The survivors stay in m.symbols, in order.
func (m *merger) run(pairs ranker) {
	for i := 0; i+1 < len(m.symbols); i++ {
		s := &m.symbols[i]
		s.rank, s.merged = pairs.rank(s, &m.symbols[i+1])
	}
	if n := len(m.symbols); n > 0 {
		m.symbols[n-1].rank = noRank
	}
	if len(m.symbols) < longPiece {
		m.runShort(pairs)
	} else {
		m.runLong(pairs)
	}
}

// runShort looks for the lowest rank among all pairs, merges it, and looks again: n^2, and fast for words.
func (m *merger) runShort(pairs ranker) {
	for {
		best, rank := -1, uint32(noRank)
		for i := range m.symbols {
			if r := m.symbols[i].rank; r < rank {
				best, rank = i, r
			}
		}
		if best < 0 {
			return
		}
		m.symbols[best].id = m.symbols[best].merged
		m.symbols = append(m.symbols[:best+1], m.symbols[best+2:]...)
		m.rankShort(pairs, best)
		if best > 0 {
			m.rankShort(pairs, best-1)
		}
	}
}

func (m *merger) rankShort(pairs ranker, i int) {
	s := &m.symbols[i]
	s.rank = noRank
	if i+1 < len(m.symbols) {
		s.rank, s.merged = pairs.rank(s, &m.symbols[i+1])
	}
}

// runLong does the same on a linked list, with a heap of the pairs that may merge: n log n. An entry of the heap
// whose rank is no longer that of its symbol is stale and is skipped.
func (m *merger) runLong(pairs ranker) {
	m.heap = m.heap[:0]
	for i := range m.symbols {
		s := &m.symbols[i]
		s.prev, s.next = int32(i-1), int32(i+1)
		if s.rank != noRank {
			m.push(s.rank, int32(i))
		}
	}
	m.symbols[len(m.symbols)-1].next = -1
	for len(m.heap) > 0 {
		top := m.pop()
		i := int32(uint32(top))
		s := &m.symbols[i]
		if s.rank != uint32(top>>32) {
			continue
		}
		gone := &m.symbols[s.next]
		s.id, s.next, gone.rank = s.merged, gone.next, noRank
		gone.start = -1
		if s.next >= 0 {
			m.symbols[s.next].prev = i
		}
		m.rankLong(pairs, i)
		if s.prev >= 0 {
			m.rankLong(pairs, s.prev)
		}
	}
	m.compact()
}

func (m *merger) rankLong(pairs ranker, i int32) {
	s := &m.symbols[i]
	s.rank = noRank
	if s.next < 0 {
		return
	}
	if s.rank, s.merged = pairs.rank(s, &m.symbols[s.next]); s.rank != noRank {
		m.push(s.rank, i)
	}
}

// compact drops the symbols that were merged into others.
func (m *merger) compact() {
	kept := m.symbols[:0]
	for _, s := range m.symbols {
		if s.start >= 0 {
			kept = append(kept, s)
		}
	}
	m.symbols = kept
}

func (m *merger) push(rank uint32, i int32) {
	m.heap = append(m.heap, uint64(rank)<<32|uint64(uint32(i)))
	h, at := m.heap, len(m.heap)-1
	for at > 0 {
		parent := (at - 1) / 2
		if h[parent] <= h[at] {
			return
		}
		h[parent], h[at] = h[at], h[parent]
		at = parent
	}
}

func (m *merger) pop() uint64 {
	h := m.heap
	top, n := h[0], len(h)-1
	h[0] = h[n]
	m.heap = h[:n]
	h = m.heap
	for at := 0; ; {
		child := 2*at + 1
		if child >= n {
			return top
		}
		if child+1 < n && h[child+1] < h[child] {
			child++
		}
		if h[at] <= h[child] {
			return top
		}
		h[at], h[child] = h[child], h[at]
		at = child
	}
}
