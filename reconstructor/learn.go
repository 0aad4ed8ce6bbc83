package reconstructor

import (
	"fmt"
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
	p := r.lay(examples, random)
	hidden := r.model.Graph(s, transformer.Context{IDs: p.read(s)})
	return s.Mean(s.CrossEntropy(r.model.Logits(s, p.picked(s, hidden)), torch.From(s, p.targets, int64(len(p.targets)))))
}

// CanTeach says why a model cannot teach this one: it reads other tokens, or its hidden states have another width.
func (r *Reconstructor) CanTeach(student *Reconstructor) error {
	if mine, theirs := r.model.Config, student.model.Config; mine.Vocabulary != theirs.Vocabulary || mine.Width != theirs.Width {
		return fmt.Errorf("it has %d tokens and is %d wide, its student %d and %d", mine.Vocabulary, mine.Width, theirs.Vocabulary, theirs.Width)
	}
	return token.SameVocabulary(r.tokenizer, student.tokenizer)
}

// TaughtLoss heals a model that lacks layers of its teacher, by three things added up: the divergence in nats of what it
// says from what the teacher says, and by how many nats it is off the teacher's loss, means over a sample of at most 512
// target tokens; and the squared distance of their last hidden states, as a share of the teacher's squared norm, at all
// tokens. A target that a mask took away is unlikely to both, of which the divergence says little. The embedding stays as
// it is.
func (r *Reconstructor) TaughtLoss(s *torch.Scope, teacher *Reconstructor, examples []Example, random *rand.Rand) torch.Tensor {
	p := r.lay(examples, random)
	ids := p.read(s)
	mine := r.model.Graph(s, transformer.Context{IDs: ids, Words: s.Detach(r.model.Words(s, ids))})
	theirs := s.Detach(teacher.model.Hidden(s, ids, torch.Tensor{}, nil))
	said := s.LogSoftmax(s.To(r.model.FrozenLogits(s, p.picked(s, mine)), torch.Float32), -1)
	wanted := s.LogSoftmax(s.To(teacher.model.FrozenLogits(s, p.picked(s, theirs)), torch.Float32), -1)
	divergence := s.Mean(s.SumDim(s.Mul(s.Exp(wanted), s.Sub(wanted, said)), -1))
	targets := torch.From(s, p.targets, int64(len(p.targets)), 1)
	off := s.Mean(s.Abs(s.Sub(s.Gather(said, 1, targets), s.Gather(wanted, 1, targets))))

	real := torch.From(s, p.real, p.rows, p.length, 1)
	square := func(x torch.Tensor) torch.Tensor { return s.Sum(s.Mul(s.Mul(x, x), real)) }
	theirs = s.To(theirs, torch.Float32)
	distance := square(s.Sub(s.To(mine, torch.Float32), theirs))
	return s.Add(s.Add(divergence, off), s.Scale(distance, 1/s.Item(square(theirs))))
}

// page is examples side by side, padded on the right, and a sample of the places that say a target.
type page struct {
	rows, length    int64
	ids             []int64   // [rows, length]
	real            []float32 // [rows, length]: 0 on padding
	places, targets []int64
}

func (p page) read(s *torch.Scope) torch.Tensor { return torch.From(s, p.ids, p.rows, p.length) }

// picked are the hidden states of the places: hidden [rows, length, width] -> [places, width].
func (p page) picked(s *torch.Scope, hidden torch.Tensor) torch.Tensor {
	flat := s.Reshape(hidden, p.rows*p.length, hidden.Size(-1))
	return s.IndexSelect(flat, 0, torch.From(s, p.places, int64(len(p.places))))
}

func (r *Reconstructor) lay(examples []Example, random *rand.Rand) page {
	longest := 1
	for _, e := range examples {
		longest = max(longest, len(e.sequence.Prompt)+len(e.sequence.Target)-1)
	}
	longest = min(longest, r.model.Config.Positions)
	p := page{rows: int64(len(examples)), length: int64(longest), ids: make([]int64, len(examples)*longest), real: make([]float32, len(examples)*longest)}
	for i, e := range examples {
		all := append(append([]int32{}, e.sequence.Prompt...), e.sequence.Target...)
		for j := 0; j+1 < len(all) && j < longest; j++ {
			at := i*longest + j
			p.ids[at], p.real[at] = int64(all[j]), 1
			if j+1 >= len(e.sequence.Prompt) {
				p.places, p.targets = append(p.places, int64(at)), append(p.targets, int64(all[j+1]))
			}
		}
	}
	random.Shuffle(len(p.places), func(i, j int) {
		p.places[i], p.places[j] = p.places[j], p.places[i]
		p.targets[i], p.targets[j] = p.targets[j], p.targets[i]
	})
	n := min(len(p.places), lossPositions)
	p.places, p.targets = p.places[:n], p.targets[:n]
	return p
}
