package train

import (
	"context"
	"slices"
	"time"

	"github.com/project-sputnik/sputnik/probe"
)

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
		losses[i] = t.known[task.key()]
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
	return slices.Collect(slices.Chunk(read, 2)), nil // what is added to a chunk is not in the next
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
