package probe

// lentShare of what a sentence has in common with a question goes to the ones beside it, which often say the answer.
const lentShare = 0.3

// Lend gives every sentence the larger of its own overlap with a question and a share of its neighbours'.
func Lend(overlaps []float64) []float64 {
	lent := make([]float64, len(overlaps))
	for i, own := range overlaps {
		lent[i] = own
		if i > 0 {
			lent[i] = max(lent[i], lentShare*overlaps[i-1])
		}
		if i+1 < len(overlaps) {
			lent[i] = max(lent[i], lentShare*overlaps[i+1])
		}
	}
	return lent
}
