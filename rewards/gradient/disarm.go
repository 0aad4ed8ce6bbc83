package gradient

// disarm draws masks in pairs, (0, 1), (2, 3) and so on, with opposite noise. Where a pair agrees on a unit it says
// nothing of it; where it does not, the gradient in the unit's logit is estimated by
//
//	1/2 (R(m) - R(m')) (m_u - m'_u) max(p_u, 1 - p_u)
//
// because a pair keeps u in one mask alone with the probability 2 min(p, 1 - p), equally often in the first and in the
// second, and what the masks do elsewhere is distributed as ever and knows nothing of u:
//
//	E[(R(m) - R(m')) (m_u - m'_u)] = 2 min(p, 1 - p) (E[R | u kept] - E[R | u dropped])
//
// and min(p, 1 - p) max(p, 1 - p) = p (1 - p). This is DisARM (arXiv 2006.10680), which derives it from ARM by averaging
// over the noise that leads to the same pair.
type disarm struct{}

// Noise of the second of a pair is that of the first, mirrored.
func (disarm) Noise(k int) (source int, sign float64) { return k &^ 1, 1 - 2*float64(k&1) }

// Advantages are over the other of the pair. A mask without one says nothing.
func (disarm) Advantages(paid []float64) []float64 {
	advantages := make([]float64, len(paid))
	for k := range paid {
		if mate := k ^ 1; mate < len(paid) {
			advantages[k] = paid[k] - paid[mate]
		}
	}
	return advantages
}

// Weigh pays for the rarer of keeping and dropping, whose log probability has the slope max(p, 1 - p): half of a pair's
// difference for each of its masks.
func (disarm) Weigh(w Weights, p []float32, actions []Action) {
	for k, a := range actions {
		mate := k ^ 1
		if mate >= len(actions) {
			continue
		}
		for u, kept := range a.Kept {
			if kept == actions[mate].Kept[u] {
				continue
			}
			worth := float32(a.Advantage) / 2 // of keeping u
			if !kept {
				worth = -worth
			}
			if p[u] < 0.5 {
				w.Keep[u] += worth
			} else {
				w.Drop[u] -= worth
			}
		}
	}
}
