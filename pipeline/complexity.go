package pipeline

import "fmt"

// Complexity is how much of a text is needed to work with it.
type Complexity string

// The classes, in the order in which more is needed.
const (
	Simple  Complexity = "simple"
	Medium  Complexity = "medium"
	Complex Complexity = "complex"
)

// Complexities are all of them, simple first.
var Complexities = []Complexity{Simple, Medium, Complex}

// A Classifier says how complex a text is, and why in words.
type Classifier interface {
	Classify(f Features) (Complexity, string)
}

// longWords is from where on the seed system called a text long.
const longWords = 30

// BySeed is the rule set of the seed system: reasoning and several steps make a text complex when it is long too.
type BySeed struct{}

// Classify counts what speaks for complexity.
func (BySeed) Classify(f Features) (Complexity, string) {
	reasons, steps, long := f.Reasons(), f.MultiStep(), f.Words > longWords
	said := fmt.Sprintf("%d words, %d reasoning markers, %d steps, %d numbers, %.0f%% code", f.Words, f.Reasoning, f.Steps, f.Numbers, 100*f.Code)
	switch {
	case f.Code > 0.5, long && reasons && steps, long && reasons && f.Numbers > 2:
		return Complex, "by rules, complex: " + said
	case reasons, steps, f.Words > 10*longWords, f.Questions > 1:
		return Medium, "by rules, medium: " + said
	}
	return Simple, "by rules, simple: " + said
}

// Reasons is true of a text that argues: two markers, or one in every 40 words of a text that is longer.
func (f Features) Reasons() bool { return f.Reasoning >= 2 && 40*f.Reasoning >= f.Words }

// MultiStep is true of a text that goes through at least three steps, one in every 60 words.
func (f Features) MultiStep() bool { return f.Steps >= 3 && 60*f.Steps >= f.Words }

// Long is true above 30 words.
func (f Features) Long() bool { return f.Words > longWords }
