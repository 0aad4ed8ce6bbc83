package rewards

import "math"

// SeedInformation is exp(-H/T) exp(-beta D/T), with H the entropy of the policy's decisions and D the distortion.
func SeedInformation(o Outcome, s Settings) float64 {
	t := s.temperature()
	return math.Exp(-o.Entropy/t) * math.Exp(-s.beta()*Distortion(o, s.Importance)/t)
}
