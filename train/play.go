package train

import (
	"context"
	"slices"
	"time"

	"github.com/project-sputnik/sputnik/probe"
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

// ask puts to the reader the probes of every task, behind nothing, all of the text, and what each of its episodes left.
func (t *Trainer) ask(ctx context.Context, r *rollout) (err error) {
	begun, before := time.Now(), t.tokensRead()
	if r.losses, err = t.ends(ctx, r.tasks); err != nil {
		return err
	}
	if t.crediter != nil {
		err = t.credit(ctx, r)
	} else {
		err = t.readLeft(ctx, r)
	}
	r.readTokens, r.reading = t.tokensRead()-before, time.Since(begun)
	return err
}

// ends are what the reader loses on each task behind nothing and behind all of its text. A reader that does not learn is
// asked once, of all tasks that a step of the joint loop is the first to draw: what is read beside a text shows in the last
// digits, and a run that goes on, which knows nothing yet, has to find the same.
func (t *Trainer) ends(ctx context.Context, tasks []task) ([][][]probe.Loss, error) {
	if t.readerLearns() {
		return t.readEnds(ctx, tasks)
	}
	if t.known == nil {
		t.known, t.together = map[*byte][][]probe.Loss{}, t.drawnTogether()
	}
	losses := make([][][]probe.Loss, len(tasks))
	for i, task := range tasks {
		if _, ok := t.known[task.key()]; !ok {
			group := t.together[task.key()]
			read, err := t.readEnds(ctx, group)
			if err != nil {
				return nil, err
			}
			for j, each := range group {
				t.known[each.key()] = read[j]
			}
		}
		losses[i] = slices.Clone(t.known[task.key()])
	}
	return losses, nil
}

// drawnTogether has every task with those that the joint loop draws for the first time in the same step.
func (t *Trainer) drawnTogether() map[*byte][]task {
	groups := map[*byte][]task{}
	for step := 0; len(groups) < len(t.data.tasks); step++ {
		var group []task
		for _, each := range draw(t.data.tasks, t.cfg.BatchSize, t.cfg.RandomSeed, step) {
			if _, before := groups[each.key()]; !before {
				groups[each.key()] = nil
				group = append(group, each)
			}
		}
		for _, each := range group {
			groups[each.key()] = group
		}
	}
	return groups
}

func (t *Trainer) readEnds(ctx context.Context, tasks []task) ([][][]probe.Loss, error) {
	var asked []probe.Task
	var contexts []string
	for _, task := range tasks {
		asked, contexts = append(asked, task.Task, task.Task), append(contexts, "", task.Text)
	}
	read, err := probe.Read(ctx, t.reader, asked, contexts)
	if err != nil {
		return nil, err
	}
	losses := make([][][]probe.Loss, len(tasks))
	for i := range tasks {
		losses[i] = slices.Clone(read[2*i : 2*i+2])
	}
	return losses, nil
}

// readLeft adds to the losses of a rollout those behind what its episodes left.
func (t *Trainer) readLeft(ctx context.Context, r *rollout) error {
	k := t.cfg.Samples
	asked := make([]probe.Task, len(r.texts))
	for e := range asked {
		asked[e] = r.tasks[e/k].Task
	}
	read, err := probe.Read(ctx, t.reader, asked, r.texts)
	if err != nil {
		return err
	}
	for i := range r.tasks {
		r.losses[i] = append(r.losses[i], read[i*k:(i+1)*k]...)
	}
	return nil
}

// tokensRead is how many tokens the reader has read so far; 0 of one that does not count them.
func (t *Trainer) tokensRead() int64 {
	if counts, ok := t.reader.(interface{ TokensRead() int64 }); ok {
		return counts.TokensRead()
	}
	return 0
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
