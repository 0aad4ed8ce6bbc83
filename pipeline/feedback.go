package pipeline

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"

	"github.com/project-sputnik/sputnik/torch/safetensors"
)

// Feedback moves strategies by measured retention, as the seed system describes: down by a tenth when less than .95 is
// retained and more than a fifth is removed, up by a tenth when more than .98 is and less than three tenths are.
//
// It moves on the mean of a window, and only when a standard error more or less would say the same. After a move the
// window begins anew. A move against the one before it is half as large, so that a share that stands between two answers
// comes to rest; sixteen windows without a move, or four moves in one direction, give the steps their size back, so that it
// can follow a drift.
type Feedback struct {
	Strategies Strategies            `json:"pruning_strategies"`
	Tracks     map[Complexity]*Track `json:"tracks"`
	path       string
}

// A Track is what was seen of one class since its last move.
type Track struct {
	Retention []float64 `json:"retention"`
	Reduction []float64 `json:"reduction"`
	Seen      int       `json:"seen"`
	Moves     int       `json:"moves"`
	Reversals int       `json:"reversals"`
	Last      int       `json:"last"` // +1 or -1, the last move's direction
	Halvings  int       `json:"halvings"`
	Same      int       `json:"same"`  // moves in one direction
	Quiet     int       `json:"quiet"` // windows without a move
}

const (
	feedbackWindow = 20
	retainedLow    = 0.95
	retainedHigh   = 0.98
	removedLow     = 0.2 // below which nothing is taken back
	removedHigh    = 0.3 // above which nothing is added
	stepDown       = 0.9
	stepUp         = 1.1
	mostAdapted    = 0.7
	leastAdapted   = 0.01
	mostHalvings   = 5
	quietWindows   = 16
	sameMoves      = 4
)

// NewFeedback starts from strategies; path is where the state is kept, empty for nowhere.
func NewFeedback(s Strategies, path string) *Feedback {
	f := &Feedback{Strategies: Strategies{}, Tracks: map[Complexity]*Track{}, path: path}
	for _, c := range Complexities {
		f.Strategies[c], f.Tracks[c] = s[c], &Track{}
	}
	return f
}

// OpenFeedback goes on from the state at path, or starts from strategies where there is none.
func OpenFeedback(s Strategies, path string) (*Feedback, error) {
	f := NewFeedback(s, path)
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return nil, fmt.Errorf("open feedback: %w", err)
	}
	var saved Feedback
	if err := json.Unmarshal(raw, &saved); err != nil {
		return nil, fmt.Errorf("open feedback %s: %w", path, err)
	}
	for _, c := range Complexities {
		share, ok := saved.Strategies[c]
		if !ok || saved.Tracks[c] == nil || !(share >= 0 && share <= mostRemoved) {
			return nil, fmt.Errorf("open feedback %s: the strategy %s is missing or not from 0 to %g", path, c, mostRemoved)
		}
		f.Strategies[c], f.Tracks[c] = share, saved.Tracks[c]
	}
	return f, nil
}

// Save writes the state, whole or not at all.
func (f *Feedback) Save() error {
	if f.path == "" {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(f.path), 0o755); err != nil {
		return fmt.Errorf("save feedback: %w", err)
	}
	return safetensors.WriteJSON(f.path, f)
}

// Observe takes in what a text of a class retained of what was removed from it (both shares), and says what it moved.
func (f *Feedback) Observe(c Complexity, retention, reduction float64) string {
	t := f.Tracks[c]
	t.Seen++
	if math.IsNaN(retention) || math.IsInf(retention, 0) {
		return ""
	}
	t.Retention, t.Reduction = append(t.Retention, clamp(retention, -1, 1)), append(t.Reduction, reduction)
	if len(t.Retention) < feedbackWindow {
		return ""
	}
	mean, sure := meanAndError(t.Retention)
	removed, _ := meanAndError(t.Reduction)
	switch {
	case mean+sure < retainedLow && removed > removedLow:
		return f.move(c, -1, mean, removed)
	case mean-sure > retainedHigh && removed < removedHigh:
		return f.move(c, +1, mean, removed)
	}
	half := feedbackWindow / 2 // the window moves on by halves
	t.Retention, t.Reduction = slices.Clone(t.Retention[half:]), slices.Clone(t.Reduction[half:])
	if t.Quiet++; t.Quiet >= quietWindows {
		t.Quiet, t.Halvings = 0, 0
	}
	return ""
}

// move changes the share of a class by a step in a direction.
func (f *Feedback) move(c Complexity, direction int, mean, removed float64) string {
	t := f.Tracks[c]
	t.Retention, t.Reduction, t.Quiet = nil, nil, 0
	if t.Last == -direction {
		t.Reversals++
		t.Same, t.Halvings = 0, min(mostHalvings, t.Halvings+1)
	} else if t.Same++; t.Same >= sameMoves {
		t.Same, t.Halvings = 0, max(0, t.Halvings-1)
	}
	t.Last = direction
	factor := stepDown
	if direction > 0 {
		factor = stepUp
	}
	before := f.Strategies[c]
	moved := clamp(before*math.Pow(factor, math.Pow(0.5, float64(t.Halvings))), min(before, leastAdapted), max(before, mostAdapted))
	if moved == before {
		return ""
	}
	t.Moves++
	f.Strategies[c] = moved
	return fmt.Sprintf("%s from %.3g to %.3g: %.3g retained, %.3g removed in %d texts", c, before, moved, mean, removed, feedbackWindow)
}

func clamp(x, low, high float64) float64 { return math.Max(low, math.Min(high, x)) }

// meanAndError is the mean of values and its standard error.
func meanAndError(values []float64) (mean, standard float64) {
	for _, v := range values {
		mean += v / float64(len(values))
	}
	for _, v := range values {
		standard += (v - mean) * (v - mean)
	}
	n := float64(len(values))
	return mean, math.Sqrt(standard / (n - 1) / n)
}
