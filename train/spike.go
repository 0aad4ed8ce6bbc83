package train

import (
	"errors"
	"math"
	"slices"
)

var (
	errNotFinite = errors.New("the loss or its gradient is not finite")
	errSpike     = errors.New("the gradient's norm is a spike")
)

const (
	normsKept   = 64 // norms that a spike is told by
	normsNeeded = 16 // and the least of them
	mostSpikes  = 4  // steps in a row that may be spikes
)

// norms are the gradient norms of the last steps of a network in a phase, the oldest first, and how many spikes there
// have been since.
type norms struct {
	Last   []float64 `json:"last"`
	Spikes int       `json:"spikes_in_a_row"`
}

// spike says whether a norm stands out from the last ones, and takes it up among them if it does not. After mostSpikes in
// a row it is not the norm that stands out, but the last ones that are of the past: the norm begins a new list, so that a
// run whose gradients grow is never shut out for longer.
func (n *norms) spike(norm float64) bool {
	if norm > n.limit() {
		if n.Spikes++; n.Spikes <= mostSpikes {
			return true
		}
		n.Last = nil
	}
	n.Spikes = 0
	n.Last = append(n.Last, norm)
	n.Last = n.Last[max(0, len(n.Last)-normsKept):]
	return false
}

// limit is the norm above which there are spikes: median + 6 MAD, the median absolute deviation from the median. There is
// none before enough norms are known, nor where most of them are equal, as when nothing has been paid yet.
func (n *norms) limit() float64 {
	if len(n.Last) < normsNeeded {
		return math.Inf(1)
	}
	middle := median(n.Last)
	away := make([]float64, len(n.Last))
	for i, norm := range n.Last {
		away[i] = math.Abs(norm - middle)
	}
	deviation := median(away)
	if deviation == 0 {
		return math.Inf(1)
	}
	return middle + 6*deviation
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
