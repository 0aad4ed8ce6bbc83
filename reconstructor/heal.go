package reconstructor

import (
	"fmt"
	"math/rand/v2"

	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/transformer"
)

// CanTeach says why this model cannot teach a student, by TaughtLoss: that reads other tokens, or its hidden states have
// another width.
func (r *Reconstructor) CanTeach(student *Reconstructor) error {
	if mine, theirs := r.model.Config, student.model.Config; mine.Vocabulary != theirs.Vocabulary || mine.Width != theirs.Width {
		return fmt.Errorf("it has %d tokens and is %d wide, its student %d and %d", mine.Vocabulary, mine.Width, theirs.Vocabulary, theirs.Width)
	}
	return token.SameVocabulary(r.tokenizer, student.tokenizer)
}

// TaughtLoss heals a model that lacks layers of its teacher or parts of them, by three things added up: the divergence in nats of what it
// says from what the teacher says, and by how many nats it is off the teacher's loss, means over a sample of at most 512
// target tokens; and the squared distance of their last hidden states, as a share of the teacher's squared norm, at all
// tokens. A target that a mask took away is unlikely to both, of which the divergence says little. The embedding stays as
// it is.
func (r *Reconstructor) TaughtLoss(s *torch.Scope, teacher *Reconstructor, examples []Example, random *rand.Rand) torch.Tensor {
	e, present := r.layOut(examples, random)
	ids := e.IDs(s)
	mine := r.model.Graph(s, transformer.Context{IDs: ids, Words: s.Detach(r.model.Words(s, ids))})
	theirs := s.Detach(teacher.model.Hidden(s, ids, torch.Tensor{}, nil))
	says := func(who *Reconstructor, hidden torch.Tensor) torch.Tensor {
		return s.LogSoftmax(s.To(who.model.FrozenLogits(s, e.Picked(s, hidden)), torch.Float32), -1)
	}
	said, wanted, targets := says(r, mine), says(teacher, theirs), s.Unsqueeze(e.Targets(s), -1)
	off := s.Abs(s.Sub(s.Gather(said, 1, targets), s.Gather(wanted, 1, targets)))

	mask := torch.From(s, present, e.Rows, e.Length, 1)
	square := func(x torch.Tensor) torch.Tensor { return s.Sum(s.Mul(s.Mul(x, x), mask)) }
	theirs = s.To(theirs, torch.Float32)
	distance := s.Div(square(s.Sub(s.To(mine, torch.Float32), theirs)), square(theirs))
	return s.Add(s.Add(s.Mean(s.Divergence(wanted, said)), s.Mean(off)), distance)
}
