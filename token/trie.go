package token

// trie finds the pieces that a text begins with. Its edges, from a node by a byte to a node, lie in one open-addressing
// table, which takes a quarter of a million pieces in a few hundred milliseconds.
type trie struct {
	edges []uint64 // node<<40 | byte<<32 | child; 0 is empty: no edge leads to the root
	shift uint
	used  int
	ids   []int32 // by node: the piece that ends there, or -1
}

func newTrie() *trie {
	const bits = 12
	return &trie{edges: make([]uint64, 1<<bits), shift: 64 - bits, ids: []int32{-1}}
}

// slot is where the edge is, or where it would go.
func (t *trie) slot(node uint32, c byte) int {
	key := uint64(node)<<8 | uint64(c)
	for h := int(key * 0x9E3779B97F4A7C15 >> t.shift); ; h = (h + 1) & (len(t.edges) - 1) {
		if e := t.edges[h]; e == 0 || e>>32 == key {
			return h
		}
	}
}

// add enters a piece; the last id of equal ones stands.
func (t *trie) add(piece []byte, id int32) {
	node := uint32(0)
	for _, c := range piece {
		if 2*t.used >= len(t.edges) {
			t.grow()
		}
		e := &t.edges[t.slot(node, c)]
		if *e == 0 {
			*e = uint64(node)<<40 | uint64(c)<<32 | uint64(len(t.ids))
			t.ids = append(t.ids, -1)
			t.used++
		}
		node = uint32(*e)
	}
	t.ids[node] = id
}

func (t *trie) grow() {
	old := t.edges
	t.edges, t.shift = make([]uint64, 2*len(old)), t.shift-1
	for _, e := range old {
		if e != 0 {
			t.edges[t.slot(uint32(e>>40), byte(e>>32))] = e
		}
	}
}

// prefixes calls use for every piece that text begins with, shortest first.
func (t *trie) prefixes(text []byte, use func(n int, id int32)) {
	node := uint32(0)
	for i, c := range text {
		e := t.edges[t.slot(node, c)]
		if e == 0 {
			return
		}
		node = uint32(e)
		if id := t.ids[node]; id >= 0 {
			use(i+1, id)
		}
	}
}
