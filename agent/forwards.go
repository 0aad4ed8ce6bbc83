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
	return &Agent{Config: a.Config, tokenizer: a.tokenizer, statistics: a.statistics, statics: a.statics, plain: a.plain, quality: a.quality}
}

// A Timed agent scores as the agent does, and adds up what its forward passes take.
type Timed struct {
	*Agent
	model atomic.Int64
}

// Model is the time that forward passes took so far.
func (t *Timed) Model() time.Duration { return time.Duration(t.model.Load()) }

// Score is Agent.Score.
func (t *Timed) Score(ctx context.Context, text token.Text, rate float64) ([]float32, error) {
	run := t.forward()
	return t.score(ctx, text, rate, "", func(ids []int64, features []float32, windows int, scores []float32) error {
		defer func(started time.Time) { t.model.Add(int64(time.Since(started))) }(time.Now())
		return run(ids, features, windows, scores)
	})
}
