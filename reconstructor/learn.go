package reconstructor

import (
	"math/rand/v2"

	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/transformer"
)

// Example is one thing to learn from: a prompt and what should follow.
type Example struct{ sequence transformer.Sequence }

// Rebuilding asks for a text from what was kept of it.
func (r *Reconstructor) Rebuilding(tokens []token.Token, kept []bool) Example {
	return Example{r.rebuild(tokens, kept)}
}

// Answering asks for the target of a probe.
func (r *Reconstructor) Answering(reading probe.Reading) Example { return Example{r.sequence(reading)} }

// lossPositions bounds the target tokens of a step whose loss is taken.
const lossPositions = 512

// Loss is the mean loss in nats of the examples' target tokens, a sample of at most 512 of them, as a graph.
func (r *Reconstructor) Loss(s *torch.Scope, examples []Example, random *rand.Rand) torch.Tensor {
	e, _ := r.layOut(examples, random)
	hidden := r.model.Graph(s, transformer.Context{IDs: e.IDs(s)})
	return s.Mean(s.CrossEntropy(r.model.Logits(s, e.Picked(s, hidden)), e.Targets(s)))
}

// layOut puts examples side by side; present [rows, length] is 0 on padding.
func (r *Reconstructor) layOut(examples []Example, random *rand.Rand) (e transformer.Exercise, present []float32) {
	longest := 1
	for _, each := range examples {
		longest = max(longest, len(each.sequence.Prompt)+len(each.sequence.Target)-1)
	}
	longest = min(longest, r.model.Config.Positions)
	e.Rows, e.Length = int64(len(examples)), int64(longest)
	e.Read, present = make([]int64, len(examples)*longest), make([]float32, len(examples)*longest)
	for i, each := range examples {
		all := append(append([]int32{}, each.sequence.Prompt...), each.sequence.Target...)
		for j := 0; j+1 < len(all) && j < longest; j++ {
			at := i*longest + j
			e.Read[at], present[at] = int64(all[j]), 1
			if j+1 >= len(each.sequence.Prompt) {
				e.Ask(int64(at), int64(all[j+1]))
			}
		}
	}
	e.Sample(lossPositions, random)
	return e, present
}
