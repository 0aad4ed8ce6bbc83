package compress

import "time"

// A Stage is a part of the way from a text to what is left of it.
type Stage int

// The stages.
const (
	Reading   Stage = iota // structure and tokens
	Scoring                // by the Scorer
	Selecting              // what is protected, and what fits
	Rendering              // what is kept
	stages
)

// Timings add up what each stage of the texts took that were compressed with them, one after another.
type Timings struct {
	Spent [stages]time.Duration
	last  time.Time
}

// start begins a text.
func (t *Timings) start() {
	if t != nil {
		t.last = time.Now()
	}
}

// lap gives the time since the last one to a stage.
func (t *Timings) lap(s Stage) {
	if t != nil {
		now := time.Now()
		t.Spent[s] += now.Sub(t.last)
		t.last = now
	}
}
