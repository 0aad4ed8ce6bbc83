package reconstructor

import (
	"context"
	"fmt"

	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/transformer"
)

// Told is what its text tells the model about the target of every probe of a task, token by token: [task][probe], each
// token as a span of the target with l(none) - l(text) in nats, below 0 where the text misleads.
func (r *Reconstructor) Told(ctx context.Context, tasks []probe.Task) ([][][]probe.Label, error) {
	var sequences []transformer.Sequence
	for _, task := range tasks {
		for _, p := range task.Probes {
			for _, text := range []string{"", task.Text} {
				sequences = append(sequences, r.sequence(probe.Reading{Context: text, Probe: p}))
			}
		}
	}
	losses, err := r.model.Losses(ctx, sequences)
	if err != nil {
		return nil, fmt.Errorf("read what %d texts tell: %w", len(tasks), err)
	}
	told := make([][][]probe.Label, len(tasks))
	for i, task := range tasks {
		for _, p := range task.Probes {
			told[i] = append(told[i], r.difference(sequences[0].Target, len(p.Target), losses[0], losses[1]))
			sequences, losses = sequences[2:], losses[2:]
		}
	}
	return told, nil
}

// difference lays the losses of a target's tokens beside its bytes. The space that some models read before a target
// belongs to none of them.
func (r *Reconstructor) difference(target []int32, length int, without, with []float32) []probe.Label {
	labels := make([]probe.Label, len(target))
	at := length - len(r.tokenizer.Decode(target))
	for i, id := range target {
		end := at + len(r.tokenizer.Decode([]int32{id}))
		labels[i] = probe.Label{Span: probe.Span{Start: max(0, at), End: max(0, end)}, Worth: float64(without[i] - with[i])}
		at = end
	}
	return labels
}
