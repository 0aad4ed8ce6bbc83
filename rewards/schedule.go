package rewards

import (
	"fmt"
	"math"
)

// A Schedule moves the temperature over a run. It keeps no state: the temperature of the step before goes in.
type Schedule struct {
	Kind       string // fixed, linear, exponential or adaptive
	Start, End float64
	Steps      int // over which linear and exponential go from Start to End
}

// Validate checks that the schedule can be followed.
func (s Schedule) Validate() error {
	switch s.Kind {
	case "fixed", "linear", "exponential", "adaptive":
	default:
		return fmt.Errorf("temperature schedule %q: want fixed, linear, exponential or adaptive", s.Kind)
	}
	if s.Start <= 0 || s.End <= 0 {
		return fmt.Errorf("temperatures %g and %g: want them above 0", s.Start, s.End)
	}
	return nil
}

// At is the temperature of a step (from 0), given that of the step before and the spread (standard deviation) of the
// distortions that the masks of one text led to:
//
//	fixed        Start
//	linear       Start + (End - Start) progress
//	exponential  Start (End/Start)^progress
//	adaptive     follows the spread, a tenth of the way a step, between End and Start: differences over T stay near 1
func (s Schedule) At(step int, before, spread float64) float64 {
	progress := 1.0
	if s.Steps > 1 {
		progress = min(1, float64(step)/float64(s.Steps-1))
	}
	switch s.Kind {
	case "linear":
		return s.Start + (s.End-s.Start)*progress
	case "exponential":
		return s.Start * math.Pow(s.End/s.Start, progress)
	case "adaptive":
		return s.follow(step, before, spread)
	}
	return s.Start
}

func (s Schedule) follow(step int, before, spread float64) float64 {
	if step == 0 {
		return s.Start
	}
	if math.IsNaN(spread) || math.IsInf(spread, 0) {
		return before
	}
	low, high := min(s.Start, s.End), max(s.Start, s.End)
	return min(high, max(low, 0.9*before+0.1*spread))
}
