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
	KindRebuild    = "rebuild"  // the target is the text itself
	KindDistant    = "distant"  // the target stands some way behind the text
	KindProblem    = "problem"  // the text is worked problems; the prompt is one more, the target its solution
	KindConcepts   = "concepts" // the text is examples; the prompt is words, the target a sentence with all of them
	KindSummary    = "summary"  // the target says in a few sentences what the text says about the prompt
	KindFact       = "fact"     // the target is what was settled in a conversation
)

// A Probe is something to know: what is asked, and what should come out.
type Probe struct {
	Kind   string
	Prompt string
	Target string
	Also   []string // other wordings of the target, which are as right
}

// Limit is how long an answer in words may grow, in tokens, and whether it may have several lines.
func (p Probe) Limit() (tokens int, lines bool) {
	switch p.Kind {
	case KindProblem:
		return 200, true
	case KindSummary:
		return 160, true
	}
	return 32, false
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
	Source string // as its questions have it
	Text   string
	Probes []Probe
	After  string // what follows the text in its source; empty where nothing does or that is not known
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
