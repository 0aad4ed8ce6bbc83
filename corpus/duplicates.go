package corpus

import (
	"crypto/sha256"
	"encoding/binary"
	"hash/fnv"
	"math"
	"strings"
	"unicode"
)

const (
	hashes       = 64 // of a signature; the estimate of an overlap J is off by sqrt(J(1-J)/64), .05 at .8
	bands        = 16 // two texts are compared if any of 16 bands of 4 hashes agrees: at .8 of 10,000 pairs 2 are missed
	rows         = hashes / bands
	shingleWords = 5

	exactBytes = 40                  // memory of an exact hash: map entry and ring
	nearBytes  = 4*hashes + 40*bands // memory of a signature and of its entries in the index
)

// A signature holds the least value of each of 64 hash functions over a text's shingles (Broder 1997): the share of
// equal entries of two signatures estimates the Jaccard overlap of their shingles.
type signature [hashes]uint32

// Duplicates finds texts that were seen before, exactly or nearly. Its memory is bounded: when it is full, what came
// first is forgotten first.
type Duplicates struct {
	threshold float64
	exact     ring[uint64]
	seen      map[uint64]int
	near      ring[signature]
	index     map[uint64]int // band of a signature -> where it is in near
}

// NewDuplicates finds near copies from an overlap of threshold on (1 finds exact copies only), in so many bytes.
func NewDuplicates(threshold float64, memory int) *Duplicates {
	return &Duplicates{
		threshold: threshold,
		exact:     ring[uint64]{limit: max(1, memory/4/exactBytes)},
		near:      ring[signature]{limit: max(1, memory*3/4/nearBytes)},
		seen:      map[uint64]int{}, index: map[uint64]int{},
	}
}

// Add says whether a text is a copy of one before, or nearly; if neither, it is remembered.
func (d *Duplicates) Add(text string) (exact, near bool) {
	sum := sha256.Sum256([]byte(text))
	key := binary.LittleEndian.Uint64(sum[:])
	if _, known := d.seen[key]; known {
		return true, false
	}
	if d.threshold < 1 {
		sig, ok := sign(text)
		if ok && d.similar(&sig) {
			return false, true
		}
		if ok {
			d.remember(sig)
		}
	}
	at, old, full := d.exact.put(key)
	if full && d.seen[old] == at {
		delete(d.seen, old)
	}
	d.seen[key] = at
	return false, false
}

// similar looks for an earlier text whose signature is near enough.
func (d *Duplicates) similar(sig *signature) bool {
	for b := range bands {
		at, ok := d.index[sig.band(b)]
		if ok && overlap(sig, &d.near.items[at]) >= d.threshold {
			return true
		}
	}
	return false
}

func (d *Duplicates) remember(sig signature) {
	at, old, full := d.near.put(sig)
	for b := range bands {
		if full && d.index[old.band(b)] == at {
			delete(d.index, old.band(b))
		}
	}
	for b := range bands {
		d.index[sig.band(b)] = at
	}
}

// overlap estimates the Jaccard overlap of two texts.
func overlap(a, b *signature) float64 {
	equal := 0
	for i := range a {
		if a[i] == b[i] {
			equal++
		}
	}
	return float64(equal) / hashes
}

// band is a hash of the b-th four entries and of b.
func (s *signature) band(b int) uint64 {
	h := uint64(b) + 0x9e3779b97f4a7c15
	for _, x := range s[b*rows : (b+1)*rows] {
		h = mix(h ^ uint64(x))
	}
	return h
}

// sign makes the signature of the five-word shingles of a text, letters and digits in lower case. Texts of fewer words
// have none: they are compared exactly.
func sign(text string) (sig signature, ok bool) {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(words) < shingleWords {
		return sig, false
	}
	for i := range sig {
		sig[i] = math.MaxUint32
	}
	var recent [shingleWords]uint64
	for n, word := range words {
		h := fnv.New64a()
		h.Write([]byte(word))
		recent[n%shingleWords] = h.Sum64()
		if n >= shingleWords-1 {
			sig.add(shingle(&recent, n+1))
		}
	}
	return sig, true
}

// shingle hashes the last words in their order; next is where the oldest of them stands.
func shingle(recent *[shingleWords]uint64, next int) uint64 {
	h := uint64(0)
	for i := range shingleWords {
		h = mix(h ^ recent[(next+i)%shingleWords])
	}
	return h
}

// add lowers the entries that a shingle lowers. The i-th hash function is the i-th sum a + i b of two halves of one
// hash, mixed (Kirsch and Mitzenmacher 2006).
func (s *signature) add(shingle uint64) {
	a, b := shingle, mix(shingle)|1
	for i := range s {
		a += b
		if x := uint32((a ^ a>>29) * 0xbf58476d1ce4e5b9 >> 32); x < s[i] {
			s[i] = x
		}
	}
}

// mix is the finaliser of splitmix64.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// ring keeps the last limit items.
type ring[T any] struct {
	limit int
	items []T
	next  int
}

// put stores an item and returns where, and what it took the place of, if anything.
func (r *ring[T]) put(item T) (at int, old T, full bool) {
	if len(r.items) < r.limit {
		r.items = append(r.items, item)
		return len(r.items) - 1, old, false
	}
	at = r.next
	r.next = (at + 1) % r.limit
	old, r.items[at] = r.items[at], item
	return at, old, true
}
