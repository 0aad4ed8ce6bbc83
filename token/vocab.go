package token

import (
	"bytes"
	"hash/maphash"
	"math"
)

// vocab maps ids to byte strings and back. All strings lie in one block, and the way back is an open-addressing
// table of ids: two million entries a second go in, which is what lets a command start at once.
type vocab struct {
	bytes []byte
	at    []extent // by id; an absent id has length 0
	slots []int32  // id+1, or 0
	mask  uint64
	seed  maphash.Seed
}

type extent struct{ start, length uint32 }

func newVocab(count, size int) *vocab {
	slots := 1024
	for slots < 2*count && slots < 1<<20 {
		slots *= 2
	}
	return &vocab{
		bytes: make([]byte, 0, size),
		at:    make([]extent, 0, slots/2),
		slots: make([]int32, slots),
		mask:  uint64(slots - 1),
		seed:  maphash.MakeSeed(),
	}
}

// add gives id to piece, and reports false if the id is taken. An earlier id of the same piece keeps it for lookups.
func (v *vocab) add(piece []byte, id int32) bool {
	for int(id) >= len(v.at) {
		v.at = append(v.at, extent{})
	}
	if v.at[id].length > 0 {
		return false
	}
	if len(piece) == 0 {
		return true
	}
	if len(v.at)*2 > len(v.slots) {
		v.grow()
	}
	start := len(v.bytes)
	v.bytes = append(v.bytes, piece...)
	v.at[id] = extent{uint32(start), uint32(len(piece))}
	v.index(id)
	return true
}

// index enters id in the table.
func (v *vocab) index(id int32) {
	piece := v.piece(id)
	for h := maphash.Bytes(v.seed, piece) & v.mask; ; h = (h + 1) & v.mask {
		switch slot := v.slots[h]; {
		case slot == 0:
			v.slots[h] = id + 1
			return
		case bytes.Equal(v.piece(slot-1), piece):
			return
		}
	}
}

func (v *vocab) grow() {
	v.slots = make([]int32, 2*len(v.slots))
	v.mask = uint64(len(v.slots) - 1)
	for id, e := range v.at {
		if e.length > 0 {
			v.index(int32(id))
		}
	}
}

// piece returns the bytes of id, which are nil for an id that is not there.
func (v *vocab) piece(id int32) []byte {
	if uint(id) >= uint(len(v.at)) {
		return nil
	}
	e := v.at[id]
	return v.bytes[e.start : e.start+e.length]
}

func (v *vocab) find(piece []byte) (int32, bool) {
	for h := maphash.Bytes(v.seed, piece) & v.mask; ; h = (h + 1) & v.mask {
		slot := v.slots[h]
		if slot == 0 {
			return 0, false
		}
		if bytes.Equal(v.piece(slot-1), piece) {
			return slot - 1, true
		}
	}
}

func (v *vocab) size() int { return len(v.at) }

const noRank = math.MaxUint32

// pairTable maps two neighbouring ids to the rank of their merge and the id it makes.
type pairTable struct {
	slots []pairSlot
	shift uint
	used  int
}

type pairSlot struct {
	pair uint64 // left<<32 | right, plus 1 so that 0 is empty
	rank uint32
	id   int32
}

func newPairTable(count int) *pairTable {
	t := &pairTable{shift: 64 - 10}
	for 1<<(64-t.shift) < 2*count+2 && t.shift > 64-24 {
		t.shift--
	}
	t.slots = make([]pairSlot, 1<<(64-t.shift))
	return t
}

func (t *pairTable) hash(pair uint64) int {
	return int((pair * 0x9E3779B97F4A7C15) >> t.shift) // Fibonacci hashing: the high bits are well mixed
}

// set enters a merge; the first, lowest rank of a pair stands.
func (t *pairTable) set(left, right int32, rank uint32, id int32) {
	if 2*t.used >= len(t.slots) {
		t.grow()
	}
	t.put(pairSlot{uint64(uint32(left))<<32 | uint64(uint32(right)) + 1, rank, id})
}

func (t *pairTable) put(p pairSlot) {
	for h := t.hash(p.pair); ; h = (h + 1) & (len(t.slots) - 1) {
		switch slot := &t.slots[h]; slot.pair {
		case 0:
			*slot = p
			t.used++
			return
		case p.pair:
			return
		}
	}
}

func (t *pairTable) grow() {
	old := t.slots
	*t = pairTable{slots: make([]pairSlot, 2*len(old)), shift: t.shift - 1}
	for _, p := range old {
		if p.pair != 0 {
			t.put(p)
		}
	}
}

// get returns the rank and id of a merge, or noRank.
func (t *pairTable) get(left, right int32) (rank uint32, id int32) {
	pair := uint64(uint32(left))<<32 | uint64(uint32(right)) + 1
	for h := t.hash(pair); ; h = (h + 1) & (len(t.slots) - 1) {
		switch slot := &t.slots[h]; slot.pair {
		case pair:
			return slot.rank, slot.id
		case 0:
			return noRank, 0
		}
	}
}
