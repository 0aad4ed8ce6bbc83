package rewards

import "math"

// Simple is sigmoid(2c - 1) exp(-L/T), with c the share of tokens dropped and L the distortion.
// At T = 1 it is the seed system's.
func Simple(o Outcome, s Settings) float64 {
	return sigmoid(2*o.Dropped()-1) * math.Exp(-Distortion(o, s.Importance)/s.temperature())
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
