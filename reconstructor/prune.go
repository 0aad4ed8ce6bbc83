package reconstructor

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/torch"
	"github.com/project-sputnik/sputnik/transformer"
)

// Prune leaves a share of the weights of the model's layers, above 0 and at most 1: the heads and neurons that what the
// readings answer depends on most, for their size, by Fisher information. report, if not nil, hears how many readings were
// answered. What is left of a model can be healed (TaughtLoss). On an error the model is as it was.
func (r *Reconstructor) Prune(ctx context.Context, share float64, readings []probe.Reading, report func(answered int)) error {
	if len(readings) == 0 {
		return errors.New("prune: no readings say what matters")
	}
	fisher, err := transformer.NewFisher(r.model)
	if err != nil {
		return err
	}
	for i, reading := range readings {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := fisher.Add(func(s *torch.Scope) torch.Tensor { return r.nats(s, r.Answering(reading)) }); err != nil {
			return fmt.Errorf("prune: reading %d: %w", i+1, err)
		}
		if report != nil {
			report(i + 1)
		}
	}
	pruned, err := r.model.Prune(share, fisher.Importance())
	if err != nil {
		return err
	}
	r.model.Close()
	r.model = pruned
	return nil
}

// nats is what an example costs, of more than 512 target tokens that many, as a graph.
func (r *Reconstructor) nats(s *torch.Scope, example Example) torch.Tensor {
	e, _ := r.layOut([]Example{example}, rand.New(rand.NewPCG(0, 0)))
	hidden := r.model.Graph(s, transformer.Context{IDs: e.IDs(s)})
	return s.Sum(s.CrossEntropy(r.model.Logits(s, e.Picked(s, hidden)), e.Targets(s)))
}
