package pipeline

import "fmt"

// Strategies are the shares of the tokens that are removed, by complexity.
type Strategies map[Complexity]float64

// DefaultStrategies are the seed system's.
func DefaultStrategies() Strategies { return Strategies{Simple: 0.5, Medium: 0.3, Complex: 0.1} }

// How the seed system adjusts a share.
const (
	reasoningFactor = 0.7 // of a text that argues, or goes in steps: each of its words carries the next
	longFactor      = 1.2 // of a text above 30 words, which says things twice
	mostRemoved     = 0.9
)

// Tasks that a text can be for.
const (
	General    = "general"
	QA         = "qa"
	Generation = "generation"
	Reasoning  = "reasoning"
)

// Ratio is the share to remove of a text, and how it came about.
func (s Strategies) Ratio(c Complexity, f Features, task string) (ratio float64, why []string) {
	ratio = s[c]
	why = append(why, fmt.Sprintf("%s: %.3g", c, ratio))
	if task == Reasoning || f.Reasons() || f.MultiStep() {
		ratio *= reasoningFactor
		why = append(why, fmt.Sprintf("x %.3g for %s", reasoningFactor, argues(f, task)))
	}
	if f.Long() {
		ratio *= longFactor
		why = append(why, fmt.Sprintf("x %.3g for more than %d words", longFactor, longWords))
	}
	if ratio > mostRemoved {
		ratio = mostRemoved
		why = append(why, fmt.Sprintf("at most %.3g", mostRemoved))
	}
	return ratio, why
}

func argues(f Features, task string) string {
	switch {
	case task == Reasoning:
		return "a reasoning task"
	case f.Reasons():
		return fmt.Sprintf("reasoning (%d markers)", f.Reasoning)
	}
	return fmt.Sprintf("several steps (%d markers)", f.Steps)
}
