package agent

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/project-sputnik/sputnik/token"
)

// WithoutTorch is an agent that was loaded, scoring in Go though libtorch is there: to compare the two. It shares a's
// weights in Go's memory and is not closed.
func (a *Agent) WithoutTorch() *Agent {
	return &Agent{Config: a.Config, tokenizer: a.tokenizer, statistics: a.statistics, plain: a.plain, quality: a.quality}
}

// A Timed agent scores as the agent does, and adds up what its forward passes take.
type Timed struct {
	*Agent
	model atomic.Int64
}

// Model is the time that forward passes took so far, those that ran at the same time added up.
func (t *Timed) Model() time.Duration { return time.Duration(t.model.Load()) }

// Score is Agent.Score.
func (t *Timed) Score(ctx context.Context, text token.Text, rate float64) ([]float32, error) {
	_, passes := t.Walk(text.Bytes, rate, "")
	return t.pass(ctx, text, passes)
}

// Walk is Agent.Walk.
func (t *Timed) Walk(text []byte, rate float64, question string) (margin int, passes []func(ctx context.Context, part token.Part) ([]float32, error)) {
	return t.walk(&walk{text: text, rate: rate, question: question, spent: &t.model})
}

type timedPolicy struct {
	policy
	spent *atomic.Int64
}

func (t timedPolicy) Scores(ids []int32, features []float32, dynamics int, scores []float32) error {
	defer func(started time.Time) { t.spent.Add(int64(time.Since(started))) }(time.Now())
	return t.policy.Scores(ids, features, dynamics, scores)
}
