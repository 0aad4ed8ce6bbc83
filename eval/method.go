package eval

import (
	"encoding/binary"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/config"
)

// A Method is one way to rank tokens.
type Method struct {
	Name   string
	Draws  int                                       // how often it is tried with another seed; what is reported is the mean
	Scorer func(seed int64) (compress.Scorer, error) // seed depends on the document and the draw
}

// Only is a method that draws nothing at random.
func Only(name string, s compress.Scorer) Method {
	return Method{name, 1, func(int64) (compress.Scorer, error) { return s, nil }}
}

// agentName is what the agent is called among the methods.
const agentName = "agent"

// seeded are the baselines that depend on their seed.
var seeded = []string{"random", "stopword"}

// Baselines are the methods of those names; those that draw at random are drawn so many times.
func Baselines(names []string, language compress.Language, draws int) ([]Method, error) {
	var methods []Method
	for _, name := range names {
		if _, err := compress.Baseline(name, language, 0); err != nil {
			return nil, config.Usagef("baselines: %q is not in this version; it has %s", name, strings.Join(compress.Baselines(), ", "))
		}
		m := Method{name, 1, func(seed int64) (compress.Scorer, error) { return compress.Baseline(name, language, seed) }}
		if slices.Contains(seeded, name) {
			m.Draws = draws
		}
		methods = append(methods, m)
	}
	return methods, nil
}

// A variant is what a document is cut by: one draw of a method at a rate.
type variant struct{ method, draw, rate int }

func (e *Evaluation) variants() []variant {
	var all []variant
	for m, method := range e.Methods {
		for d := range method.Draws {
			for r := range e.Rates {
				all = append(all, variant{m, d, r})
			}
		}
	}
	return all
}

// seedOf is the seed of one draw for one document, whatever other documents there are.
func seedOf(seed int64, draw int, document string) int64 {
	h := fnv.New64a()
	_ = binary.Write(h, binary.LittleEndian, []int64{seed, int64(draw)}) // a hash takes everything
	h.Write([]byte(document))
	return int64(h.Sum64())
}
