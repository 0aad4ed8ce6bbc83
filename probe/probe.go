package probe

import (
	"context"
	"fmt"
)

// The kinds of probe.
const (
	KindQuestion   = "question"
	KindCloze      = "cloze"
	KindRecurrence = "recurrence"
)

// A Probe is something to know: what is asked, and what should come out.
type Probe struct {
	Kind   string
	Prompt string
	Target string
	Also   []string // other wordings of the target, which are as right
}

// A Reading is a probe put to a reader that sees a context. An empty context is none.
type Reading struct {
	Context string
	Probe   Probe
}

// A Loss is what a target cost: -log q(target | context, prompt), and over how many of the reader's tokens.
type Loss struct {
	Nats   float64
	Tokens int
}

// Mean is the loss in nats a token.
func (l Loss) Mean() float64 {
	if l.Tokens == 0 {
		return 0
	}
	return l.Nats / float64(l.Tokens)
}

// A Reader is a language model that reads a context and is asked for targets. It answers in the order of the readings.
type Reader interface {
	Losses(ctx context.Context, readings []Reading) ([]Loss, error)
}

// A Task is a text and what will be asked about it.
type Task struct {
	ID     string
	Text   string
	Probes []Probe
}

// Read puts every probe of every task to the reader, which sees contexts[i] in place of the text of tasks[i].
// The losses are by task and probe.
func Read(ctx context.Context, reader Reader, tasks []Task, contexts []string) ([][]Loss, error) {
	if len(contexts) != len(tasks) {
		return nil, fmt.Errorf("%d contexts for %d tasks", len(contexts), len(tasks))
	}
	var readings []Reading
	for i, task := range tasks {
		for _, p := range task.Probes {
			readings = append(readings, Reading{Context: contexts[i], Probe: p})
		}
	}
	flat, err := reader.Losses(ctx, readings)
	if err == nil && len(flat) != len(readings) {
		err = fmt.Errorf("%d losses for %d readings", len(flat), len(readings))
	}
	if err != nil {
		return nil, fmt.Errorf("read %d probes: %w", len(readings), err)
	}
	losses := make([][]Loss, len(tasks))
	for i, task := range tasks {
		losses[i], flat = flat[:len(task.Probes)], flat[len(task.Probes):]
	}
	return losses, nil
}

// Sum adds up the mean losses of each task's probes: the l of a document.
func Sum(losses [][]Loss) []float64 {
	sums := make([]float64, len(losses))
	for i, task := range losses {
		for _, l := range task {
			sums[i] += l.Mean()
		}
	}
	return sums
}
