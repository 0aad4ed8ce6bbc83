package eval

import (
	"cmp"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
)

// A Limit is the distortion that no choice among a pool of masks undercuts at a rate: the distortion-rate function of
// Nagle et al. (arXiv 2407.15504, section 3) of these documents, restricted to masks that somebody has measured. It is
// the value of the linear program
//
//	D*(R) = min over q of sum_x sum_m q(m|x) d(x,m)   with   sum_x sum_m q(m|x) n(x,m) <= R sum_x n(x)
//
// whose dual is max over lambda >= 0 of sum_x min_m [d(x,m) + lambda n(x,m)] - lambda R sum_x n(x): a document chooses
// its mask by one price of a token, whatever the others do. d is the loss of a document's probes in nats.
type Limit struct {
	Rate     float64   `json:"rate"`
	Loss     float64   `json:"loss"`      // D*(R), mean over probes, nats a token of the answer
	Retained float64   `json:"retained"`  // the F of that
	Pool     int       `json:"pool"`      // masks a document
	ByPool   []PoolSum `json:"by_pool"`   // what smaller pools, drawn at random, would have said
	Distance []Gap     `json:"distances"` // of every method at this rate
}

// A PoolSum is the limit of a pool of another size.
type PoolSum struct {
	Masks int     `json:"masks"`
	Loss  float64 `json:"loss"`
}

// A Gap is how much more than the limit a method loses at the rate that it achieves, in nats a token of the answer.
type Gap struct {
	Method   string  `json:"method"`
	Distance float64 `json:"distance"`
}

// choice is a mask of a document: what it costs in tokens, and what is lost.
type choice struct{ tokens, loss float64 }

// frontier is the least loss that documents can have together, by how many tokens they may have together: a convex line
// through these points, the cheapest first.
type frontier []choice

// frontierOf solves the program for every budget at once. The lower convex hull of a document's choices is what prices
// can make it choose; the hulls' edges, taken steepest first, are the choices of all documents as the price falls.
func frontierOf(documents [][]choice) frontier {
	start := choice{}
	var edges []choice // differences: more tokens, less loss
	for _, choices := range documents {
		hull := lowerHull(choices)
		start.tokens, start.loss = start.tokens+hull[0].tokens, start.loss+hull[0].loss
		for i := 1; i < len(hull); i++ {
			edges = append(edges, choice{hull[i].tokens - hull[i-1].tokens, hull[i].loss - hull[i-1].loss})
		}
	}
	slices.SortStableFunc(edges, func(a, b choice) int { return cmp.Compare(a.loss/a.tokens, b.loss/b.tokens) })
	f := frontier{start}
	for _, e := range edges {
		last := f[len(f)-1]
		f = append(f, choice{last.tokens + e.tokens, last.loss + e.loss})
	}
	return f
}

// lowerHull are the choices that some price of a token makes the best, ascending in tokens and falling in loss.
func lowerHull(choices []choice) []choice {
	sorted := slices.Clone(choices)
	slices.SortFunc(sorted, func(a, b choice) int {
		return cmp.Or(cmp.Compare(a.tokens, b.tokens), cmp.Compare(a.loss, b.loss))
	})
	var hull []choice
	for _, c := range sorted {
		if n := len(hull); n > 0 && c.loss >= hull[n-1].loss {
			continue // more tokens for nothing
		}
		for n := len(hull); n > 1; n = len(hull) {
			a, b := hull[n-2], hull[n-1]
			if (b.loss-a.loss)*(c.tokens-b.tokens) < (c.loss-b.loss)*(b.tokens-a.tokens) {
				break // b is below the line from a to c
			}
			hull = hull[:n-1]
		}
		hull = append(hull, c)
	}
	return hull
}

// at is the least loss with so many tokens; above none where even the cheapest choices cost more.
func (f frontier) at(tokens float64) float64 {
	if tokens < f[0].tokens {
		return math.Inf(1)
	}
	for i := 1; i < len(f); i++ {
		if a, b := f[i-1], f[i]; tokens <= b.tokens {
			return a.loss + (b.loss-a.loss)*(tokens-a.tokens)/(b.tokens-a.tokens)
		}
	}
	return f[len(f)-1].loss
}

// dual is the program's dual value at a price, for a budget: never above the primal value, and equal to it at the best
// price.
func dual(documents [][]choice, price, budget float64) float64 {
	total := -price * budget
	for _, choices := range documents {
		least := math.Inf(1)
		for _, c := range choices {
			least = min(least, c.loss+price*c.tokens)
		}
		total += least
	}
	return total
}

// pool is every document's measured masks: those of the methods, nothing, and everything.
func (s *summary) pool() [][]choice {
	all := make([][]choice, len(s.each))
	for i := range s.each {
		for _, c := range s.each[i].all() {
			all[i] = append(all[i], choice{float64(c.tokens), c.loss})
		}
	}
	return all
}

// shrink draws so many masks a document, beside nothing and everything, which every pool has.
func shrink(pool [][]choice, masks int, seed int64) [][]choice {
	small := make([][]choice, len(pool))
	for i, choices := range pool {
		random := rand.New(rand.NewPCG(uint64(seed), uint64(i)))
		small[i] = slices.Clone(choices[:2])
		for _, at := range random.Perm(len(choices) - 2)[:masks] {
			small[i] = append(small[i], choices[2+at])
		}
	}
	return small
}

// limits are D*(R) at every rate, and how far above it the methods are.
func (s *summary) limits() []Limit {
	pool := s.pool()
	masks := len(pool[0]) - 2
	whole := frontierOf(pool)
	smaller := map[int]frontier{}
	for _, part := range []int{8, 4, 2} {
		if n := masks / part; n > 0 {
			smaller[n] = frontierOf(shrink(pool, n, s.bootstrap.Seed))
		}
	}
	probes, tokens := float64(s.report.Data.Probes), float64(s.report.Data.Tokens)
	var limits []Limit
	for r, rate := range s.Rates {
		l := Limit{Rate: rate, Loss: whole.at(rate*tokens) / probes, Pool: masks + 2}
		l.Retained = (s.report.LossNone - l.Loss) / (s.report.LossNone - s.report.LossFull)
		for _, n := range slices.Sorted(maps.Keys(smaller)) {
			l.ByPool = append(l.ByPool, PoolSum{n + 2, smaller[n].at(rate*tokens) / probes})
		}
		for m := range s.Methods {
			p := s.report.Methods[m].Points[r]
			l.Distance = append(l.Distance, Gap{s.Methods[m].Name, p.Loss - whole.at(p.Achieved*tokens)/probes})
		}
		limits = append(limits, l)
	}
	return limits
}
