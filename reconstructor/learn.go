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

// lossPositions bounds the target tokens of a step whose loss is taken: the head is wide, and a sample of positions is
// an unbiased estimate.
const lossPositions = 512

// Loss is the mean loss in nats of the examples' target tokens, a sample of at most 512 of them, as a graph.
func (r *Reconstructor) Loss(s *torch.Scope, examples []Example, random *rand.Rand) torch.Tensor {
	longest := 1
	for _, e := range examples {
		longest = max(longest, len(e.sequence.Prompt)+len(e.sequence.Target)-1)
	}
	longest = min(longest, r.model.Config.Positions)
	ids := make([]int64, len(examples)*longest)
	var rows, targets []int64
	for i, e := range examples {
		all := append(append([]int32{}, e.sequence.Prompt...), e.sequence.Target...)
		for j := 0; j+1 < len(all) && j < longest; j++ {
			ids[i*longest+j] = int64(all[j])
			if j+1 >= len(e.sequence.Prompt) {
				rows, targets = append(rows, int64(i*longest+j)), append(targets, int64(all[j+1]))
			}
		}
	}
	random.Shuffle(len(rows), func(i, j int) {
		rows[i], rows[j] = rows[j], rows[i]
		targets[i], targets[j] = targets[j], targets[i]
	})
	n := min(len(rows), lossPositions)
	hidden := r.model.Graph(s, transformer.Context{IDs: torch.From(s, ids, int64(len(examples)), int64(longest))})
	flat := s.Reshape(hidden, int64(len(examples)*longest), int64(r.model.Config.Width))
	picked := s.IndexSelect(flat, 0, torch.From(s, rows[:n], int64(n)))
	return s.Mean(s.CrossEntropy(r.model.Logits(s, picked), torch.From(s, targets[:n], int64(n))))
}
