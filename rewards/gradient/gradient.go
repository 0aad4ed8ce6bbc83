package gradient

import (
	"fmt"
	"strings"
)

// An Estimator turns the masks of a text into the gradient of its expected reward.
type Estimator interface {
	// Noise names the noise that the k-th mask of a text is drawn with: masks of one source share it, times their sign.
	Noise(k int) (source int, sign float64)
	// Advantages are what the K masks of a text count for, given what they were paid.
	Advantages(rewards []float64) []float64
	// Weigh adds to w what the masks of a text say of its units, which were kept with the probabilities p.
	Weigh(w Weights, p []float32, actions []Action)
}

// An Action is a mask that was drawn, and what it counts for.
type Action struct {
	Kept      []bool
	Advantage float64
	Credit    []float64 // dR/dgate of every unit at this mask; gate alone asks for it
}

// Weights are the coefficients of an objective, one a unit, whose gradient is the estimate:
//
//	J = sum_u Keep log p + Drop log(1 - p) + Gate p,  dJ/dl = Keep (1 - p) - Drop p + Gate p (1 - p)
//
// J is a sum over the masks: its gradient is an estimate of the expected reward's times their number.
type Weights struct{ Keep, Drop, Gate []float32 }

var byName = []struct {
	name      string
	estimator Estimator
}{
	{"reinforce", reinforce{}},
	{"rloo", rloo{}},
	{"disarm", disarm{}},
	{"gate", gate{}},
}

// New returns the estimator of that name.
func New(name string) (Estimator, error) {
	for _, e := range byName {
		if e.name == name {
			return e.estimator, nil
		}
	}
	return nil, fmt.Errorf("gradient estimator %q: want one of %s", name, strings.Join(Names(), ", "))
}

// Names lists the estimators.
func Names() []string {
	var names []string
	for _, e := range byName {
		names = append(names, e.name)
	}
	return names
}
