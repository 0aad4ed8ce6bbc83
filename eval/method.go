package eval

import (
	"encoding/binary"
	"hash/fnv"
	"slices"

	"github.com/project-sputnik/sputnik/compress"
	"github.com/project-sputnik/sputnik/probe"
)

// A Method is one way to rank tokens.
type Method struct {
	Name   string
	Draws  int // how often it is tried: with another seed, or another training; what is reported is the mean
	Scorer func(Draw) (compress.Scorer, error)
}

// A Draw is one try of a method on a document.
type Draw struct {
	Index int
	Seed  int64 // another for every document and index
	Task  probe.Task
}

// Only is a method that draws nothing at random.
func Only(name string, s compress.Scorer) Method {
	return Method{name, 1, func(Draw) (compress.Scorer, error) { return s, nil }}
}

// agentName is what the agent is called among the methods.
const agentName = "agent"

// Seeds is a method that was trained several times; each training is a draw.
func Seeds[S compress.Scorer](name string, trained []S) Method {
	return Method{name, len(trained), func(d Draw) (compress.Scorer, error) { return trained[d.Index], nil }}
}

// seeded are the baselines that depend on their seed.
var seeded = []string{"random", "stopword"}

// Baseline is the method of that name; one that draws at random is drawn so many times.
func Baseline(name string, language compress.Language, draws int) (Method, error) {
	if _, err := compress.Baseline(name, language, 0); err != nil {
		return Method{}, err
	}
	m := Method{name, 1, func(d Draw) (compress.Scorer, error) { return compress.Baseline(name, language, d.Seed) }}
	if slices.Contains(seeded, name) {
		m.Draws = draws
	}
	return m, nil
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
