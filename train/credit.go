package train

import (
	"context"
	"fmt"

	"github.com/project-sputnik/sputnik/config"
	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/rewards/gradient"
	"github.com/project-sputnik/sputnik/token"
)

// crediter is a reader that also says, for every unit of a task's text, how much keeping it helps: minus the derivative
// of the sum of the probes' mean losses in a gate on the unit (1 kept, .02 dropped), at each mask, in nats.
//
// Units are spans of task.Text, masks and credits are [mask][unit], losses [mask][probe].
type crediter interface {
	Credits(ctx context.Context, task probe.Task, units []probe.Span, masks [][]bool) (losses [][]probe.Loss, credits [][]float64, err error)
}

// makeEstimator takes the gradient estimator that is named, and for gate credit asks the reader for it.
func (t *Trainer) makeEstimator() (err error) {
	if t.estimator, err = gradient.New(t.cfg.GradientEstimator); err != nil {
		return config.Usage(err)
	}
	if t.cfg.GradientEstimator != "gate" {
		return nil
	}
	reader, ok := t.reader.(crediter)
	if !ok {
		return config.Usagef("gradient_estimator is gate, and the reader %s gives no credit; want rloo, disarm or reinforce", t.cfg.Reader)
	}
	t.crediter = reader
	return nil
}

// credit reads what every episode left with gates on the units, and adds the losses and credits to the rollout, whose
// episodes are of one round.
func (t *Trainer) credit(ctx context.Context, r *rollout) error {
	k := t.cfg.Samples
	for i, task := range r.tasks {
		read, credits, err := t.crediter.Credits(ctx, task.Task, spans(task.text), r.left[i*k:(i+1)*k])
		if err == nil && (len(read) != k || len(credits) != k) {
			err = fmt.Errorf("%d losses and %d credits of %d masks", len(read), len(credits), k)
		}
		if err != nil {
			return fmt.Errorf("credit of %s: %w", task.ID, err)
		}
		r.losses[i] = append(r.losses[i], read...)
		r.credits = append(r.credits, credits...)
	}
	return nil
}

// spans are where the units of a text stand in it.
func spans(text token.Text) []probe.Span {
	var all []probe.Span
	for _, u := range text.Units {
		all = append(all, probe.Span{Start: int(text.Tokens[u.First].Start), End: int(text.Tokens[u.End-1].End)})
	}
	return all
}
