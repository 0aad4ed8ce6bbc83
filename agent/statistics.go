package agent

import (
	"math"
	"slices"

	"github.com/project-sputnik/sputnik/token"
)

// Statistics is what the agent knows of the language before it learns: how often tokens, and pairs of neighbours,
// stand in the training split.
type Statistics struct {
	unigrams []float32 // natural log of (count + 1) of every id
	total    float64   // natural log of all tokens
	pairs    []uint32  // hashes of pairs, ascending
	codes    []byte    // quarter nats of each pair's count
}

// Counter gathers statistics.
type Counter struct {
	unigrams []int
	pairs    map[uint32]int32
	total    int
}

// leastPair is the count below which a pair of neighbours is not remembered.
const leastPair = 4

// NewCounter counts tokens of a vocabulary.
func NewCounter(vocabulary int) *Counter {
	return &Counter{unigrams: make([]int, vocabulary), pairs: map[uint32]int32{}}
}

// Add counts the tokens of a text.
func (c *Counter) Add(tokens []token.Token) {
	for i, t := range tokens {
		c.unigrams[t.ID]++
		if i > 0 {
			c.pairs[pairHash(tokens[i-1].ID, t.ID)]++
		}
	}
	c.total += len(tokens)
}

// Statistics closes the count, remembering at most so many pairs, the most frequent.
func (c *Counter) Statistics(most int) *Statistics {
	s := &Statistics{unigrams: make([]float32, len(c.unigrams)), total: math.Log(float64(c.total) + float64(len(c.unigrams)))}
	for id, n := range c.unigrams {
		s.unigrams[id] = float32(math.Log(float64(n) + 1))
	}
	least := c.threshold(most)
	for hash, n := range c.pairs {
		if n >= least {
			s.pairs = append(s.pairs, hash)
		}
	}
	slices.Sort(s.pairs)
	for _, hash := range s.pairs {
		s.codes = append(s.codes, byte(min(255, math.Round(4*math.Log(float64(c.pairs[hash]))))))
	}
	return s
}

// threshold is the least count that at most so many pairs reach.
func (c *Counter) threshold(most int) int32 {
	var frequent []int32
	for _, n := range c.pairs {
		if n >= leastPair {
			frequent = append(frequent, n)
		}
	}
	if len(frequent) <= most {
		return leastPair
	}
	slices.SortFunc(frequent, func(a, b int32) int { return int(b) - int(a) })
	return frequent[most] + 1
}

func pairHash(first, second int32) uint32 {
	h := uint64(uint32(first))<<32 | uint64(uint32(second))
	h ^= h >> 31
	h *= 0x9e3779b97f4a7c15
	return uint32(h >> 32)
}

// rarity is -log p of a token, in nats.
func (s *Statistics) rarity(id int32) float32 { return float32(s.total) - s.unigrams[id] }

// Rarity is -log p of a token on its own, in nats.
func (s *Statistics) Rarity(id int32) float32 { return s.rarity(id) }

// Surprisal is -log p of a token after the one before it, in nats.
func (s *Statistics) Surprisal(before, id int32) float32 { return s.surprisal(before, id, before, id) }

// surprisal is -log p of one token given its neighbour, in nats: interpolated from pairs and single tokens,
// p = .7 c(first, second)/c(given) + .3 p(token). given is the neighbour's id, token the one that is priced.
func (s *Statistics) surprisal(first, second, given, token int32) float32 {
	p := 0.3 * math.Exp(-float64(s.rarity(token)))
	if at, found := slices.BinarySearch(s.pairs, pairHash(first, second)); found {
		p += 0.7 * math.Min(1, math.Exp(float64(s.codes[at])/4-float64(s.unigrams[given])))
	}
	return float32(-math.Log(p))
}
