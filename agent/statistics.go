package agent

import (
	"bytes"
	"math"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/project-sputnik/sputnik/token"
)

// Statistics is what the agent knows of the language before it learns: how often tokens, pairs of neighbours and words
// stand in the training split.
type Statistics struct {
	unigrams []float32 // natural log of (count + 1) of every id
	total    float64   // natural log of all tokens
	pairs    counts    // of neighbouring tokens
	words    counts    // whatever their case
}

// counts remembers the frequent among many keys.
type counts struct {
	hashes []uint32 // ascending
	codes  []byte   // quarter nats of each key's count
	starts []int32  // [1<<startBits + 1]: where the hashes begin that share their highest bits
}

const startBits = 12

// index notes where hashes begin.
func (c *counts) index() {
	c.starts = make([]int32, 1<<startBits+1)
	for _, hash := range c.hashes {
		c.starts[hash>>(32-startBits)+1]++
	}
	for i := range 1 << startBits {
		c.starts[i+1] += c.starts[i]
	}
}

// log is the natural log of a key's count, and whether it is remembered.
func (c counts) log(hash uint32) (float64, bool) {
	part := hash >> (32 - startBits)
	first, end := c.starts[part], c.starts[part+1]
	at, found := slices.BinarySearch(c.hashes[first:end], hash)
	if !found {
		return 0, false
	}
	return float64(c.codes[int(first)+at]) / 4, true
}

// Counter gathers statistics.
type Counter struct {
	unigrams []int
	pairs    map[uint32]int32
	words    map[uint32]int32
	total    int
}

// least is the count below which a pair of neighbours or a word is not remembered.
const least = 4

// At most so many pairs and words are remembered, the most frequent: 5 bytes each.
const (
	mostPairs = 200_000
	mostWords = 40_000
)

// NewCounter counts tokens of a vocabulary.
func NewCounter(vocabulary int) *Counter {
	return &Counter{unigrams: make([]int, vocabulary), pairs: map[uint32]int32{}, words: map[uint32]int32{}}
}

// Add counts what a text is made of.
func (c *Counter) Add(text token.Text) {
	for i, t := range text.Tokens {
		c.unigrams[t.ID]++
		if i > 0 {
			c.pairs[pairHash(text.Tokens[i-1].ID, t.ID)]++
		}
	}
	for _, u := range text.Units {
		c.words[wordHash(wordOf(text, u))]++
	}
	c.total += len(text.Tokens)
}

// Statistics closes the count.
func (c *Counter) Statistics() *Statistics {
	s := &Statistics{
		unigrams: make([]float32, len(c.unigrams)), total: math.Log(float64(c.total) + float64(len(c.unigrams))),
		pairs: frequent(c.pairs, mostPairs), words: frequent(c.words, mostWords),
	}
	for id, n := range c.unigrams {
		s.unigrams[id] = float32(math.Log(float64(n) + 1))
	}
	return s
}

// frequent keeps at most so many keys, those with the highest counts; of equal ones all or none.
func frequent(all map[uint32]int32, most int) counts {
	var high []int32
	for _, n := range all {
		if n >= least {
			high = append(high, n)
		}
	}
	threshold := int32(least)
	if len(high) > most {
		slices.SortFunc(high, func(a, b int32) int { return int(b) - int(a) })
		threshold = high[most] + 1
	}
	var c counts
	for hash, n := range all {
		if n >= threshold {
			c.hashes = append(c.hashes, hash)
		}
	}
	slices.Sort(c.hashes)
	for _, hash := range c.hashes {
		c.codes = append(c.codes, byte(min(255, math.Round(4*math.Log(float64(all[hash]))))))
	}
	c.index()
	return c
}

// wordOf is the word that a unit spells, without the space before it.
func wordOf(text token.Text, u token.Unit) []byte {
	return bytes.TrimSpace(text.Bytes[text.Tokens[u.First].Start:text.Tokens[u.End-1].End])
}

// wordHash is FNV-1a of a word in lower case.
func wordHash(word []byte) uint32 {
	var room [64]byte
	h := uint32(2166136261)
	for _, c := range lowered(room[:0], word) {
		h = (h ^ uint32(c)) * 16777619
	}
	return h
}

// longHash is FNV-1a of 64 bits of a word in lower case.
func longHash(word []byte) uint64 {
	var room [64]byte
	h := uint64(14695981039346656037)
	for _, c := range lowered(room[:0], word) {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return h
}

// lowered appends a word in lower case, as bytes.ToLower has it.
func lowered(dst, word []byte) []byte {
	for len(word) > 0 {
		if c := word[0]; c < utf8.RuneSelf {
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			dst, word = append(dst, c), word[1:]
			continue
		}
		r, size := utf8.DecodeRune(word)
		dst, word = utf8.AppendRune(dst, unicode.ToLower(r)), word[size:]
	}
	return dst
}

func pairHash(first, second int32) uint32 {
	h := uint64(uint32(first))<<32 | uint64(uint32(second))
	h ^= h >> 31
	h *= 0x9e3779b97f4a7c15
	return uint32(h >> 32)
}

// Rarity is -log p of a token on its own, in nats.
func (s *Statistics) Rarity(id int32) float32 { return float32(s.total) - s.unigrams[id] }

// Surprisal is -log p of a token after the one before it, in nats.
func (s *Statistics) Surprisal(before, id int32) float32 {
	log, known := s.pairs.log(pairHash(before, id))
	return s.surprisal(id, before, log, known)
}

// WordRarity is -log p of a word, whatever its case, in nats; words that are not remembered are taken to stand once.
func (s *Statistics) WordRarity(word []byte) float32 {
	log, _ := s.words.log(wordHash(word))
	return float32(s.total - log)
}

// surprisal is -log p of a token given its neighbour, in nats: interpolated from pairs and single tokens,
// p = .7 c(pair)/c(given) + .3 p(token), where log is that of the pair's count, if it is known.
func (s *Statistics) surprisal(token, given int32, log float64, known bool) float32 {
	p := 0.3 * math.Exp(-float64(s.Rarity(token)))
	if known {
		p += 0.7 * math.Min(1, math.Exp(log-float64(s.unigrams[given])))
	}
	return float32(-math.Log(p))
}
