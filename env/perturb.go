package env

import (
	"math"
	"math/rand/v2"
)

// Perturb writes to dst the scores with logistic noise of a temperature added: dst = scores + T log(u/(1 - u)).
// Keeping what comes out above a threshold is then a draw from independent Bernoulli variables with the probabilities
// sigmoid((score - threshold)/T), and Choose finds the threshold that meets the budget exactly. A temperature below 0
// mirrors the noise: with the same source, T and -T draw an antithetic pair.
func Perturb(dst, scores []float32, temperature float64, rng *rand.Rand) []float32 {
	dst = dst[:0]
	for _, s := range scores {
		u := (float64(rng.Uint64()>>11) + 0.5) / (1 << 53) // in (0, 1), both ends open
		dst = append(dst, s+float32(temperature*math.Log(u/(1-u))))
	}
	return dst
}

// Source is the random source of one episode of one step of a run: the same numbers give the same draws, in whatever
// order episodes are run and wherever a run resumes.
func Source(seed int64, step, episode int) *rand.Rand {
	return rand.New(rand.NewPCG(uint64(seed), uint64(step)<<20^uint64(episode)))
}
