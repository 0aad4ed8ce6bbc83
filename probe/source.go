package probe

import (
	"hash/fnv"
	"math/rand/v2"
)

// source is the random source of one document: it does not depend on which documents came before.
func source(seed int64, id string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(id))
	return rand.New(rand.NewPCG(uint64(seed), h.Sum64()))
}
