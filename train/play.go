package train

import (
	"context"

	"github.com/project-sputnik/sputnik/torch"
)

// overlapped is in how many parts a step is played on a device other than the CPU.
const overlapped = 4

// stepParts is one on the CPU: policy and reader share its cores, and what other texts are beside a text in a forward shows
// in the last digits of its scores.
func stepParts() int {
	if torch.InUse() == torch.CPU {
		return 1
	}
	return overlapped
}

// play rolls the episodes of a step and has the reader read what they leave, in parts: the policy draws the masks of the
// next while the reader reads the last's.
func (t *Trainer) play(ctx context.Context, tasks []task, step int, temperature float64) (*rollout, error) {
	rollouts := make([]*rollout, min(t.parts, len(tasks)))
	roll := func(i int) (err error) {
		first, end := i*len(tasks)/len(rollouts), (i+1)*len(tasks)/len(rollouts)
		rollouts[i], err = t.roll(ctx, tasks[first:end], first, step, temperature)
		return err
	}
	ask := func(i int) error { return t.ask(ctx, rollouts[i]) }
	if err := overlap(len(rollouts), roll, ask); err != nil {
		return nil, err
	}
	return join(rollouts), nil
}

// overlap makes parts one after the other and uses them in the same order, each while the next is made.
func overlap(parts int, produce, use func(part int) error) error {
	used := make(chan error, 1)
	used <- nil
	for part := range parts {
		err := produce(part)
		if failed := <-used; failed != nil {
			return failed
		}
		if err != nil {
			return err
		}
		if part+1 == parts {
			return use(part)
		}
		go func() { used <- use(part) }()
	}
	return nil
}

// join lays rollouts one behind the other.
func join(rollouts []*rollout) *rollout {
	all := &rollout{}
	for _, r := range rollouts {
		for _, owner := range r.owner {
			all.owner = append(all.owner, [2]int{len(all.left) + owner[0], owner[1]})
		}
		all.tasks, all.rates = append(all.tasks, r.tasks...), append(all.rates, r.rates...)
		all.decisions, all.left = append(all.decisions, r.decisions...), append(all.left, r.left...)
		all.texts, all.entropy = append(all.texts, r.texts...), append(all.entropy, r.entropy...)
		all.losses, all.credits = append(all.losses, r.losses...), append(all.credits, r.credits...)
		all.readTokens, all.reading = all.readTokens+r.readTokens, all.reading+r.reading
	}
	return all
}

// speeds notes how many masks a step drew, and how many tokens its reader read and how fast: while it read, not by the clock
// on the wall.
func (r *rollout) speeds(metrics map[string]float64) {
	metrics["masks"] = float64(len(r.left))
	if r.readTokens > 0 {
		metrics["reader_tokens"] = float64(r.readTokens)
		metrics["reader_tokens_per_second"] = float64(r.readTokens) / r.reading.Seconds()
	}
}
