package gradient

import (
	"slices"

	"github.com/project-sputnik/sputnik/rewards"
)

// reinforce is the score function without a baseline: R d log pi = sum_u R (m - p) dl_u.
type reinforce struct{}

// Noise is another one for every mask.
func (reinforce) Noise(k int) (source int, sign float64) { return k, 1 }

// Advantages are the rewards as they are.
func (reinforce) Advantages(paid []float64) []float64 { return slices.Clone(paid) }

// Weigh pays for the log probability of what each mask did: the advantage of all that keep a unit to log p, of all that
// drop it to log(1 - p).
func (reinforce) Weigh(w Weights, _ []float32, actions []Action) {
	for _, a := range actions {
		for u, kept := range a.Kept {
			if kept {
				w.Keep[u] += float32(a.Advantage)
			} else {
				w.Drop[u] += float32(a.Advantage)
			}
		}
	}
}

// rloo is the score function with each mask's reward over the mean of the others', which were drawn without it.
type rloo struct{ reinforce }

// Advantages leave one out.
func (rloo) Advantages(paid []float64) []float64 { return rewards.LeaveOneOut(nil, paid) }
