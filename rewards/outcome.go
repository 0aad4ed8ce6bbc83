package rewards

// An Answer is what a reader lost on one probe, in nats a target token: with no context, with what an episode left of
// it, and with all of it.
type Answer struct {
	None, Kept, Full float64
	Tokens           int // length of the target
}

// An Outcome is what an episode came to.
type Outcome struct {
	Answers      []Answer
	Kept, Tokens int     // tokens left, of how many
	Entropy      float64 // of the policy's decisions, nats a token
}

// Settings bend a reward. The zero value means temperature 1, beta 1, probes weighted by their length alone.
type Settings struct {
	Temperature float64
	Beta        float64 // weight of distortion in information_theoretic_seed
	Importance  bool    // weigh each probe by how much the whole text tells about it
	PerToken    bool    // information_theoretic in nats a kept token in place of a share
}

func (s Settings) temperature() float64 { return orOne(s.Temperature) }
func (s Settings) beta() float64        { return orOne(s.Beta) }

func orOne(x float64) float64 {
	if x == 0 {
		return 1
	}
	return x
}

// Dropped is the share of tokens that the episode dropped.
func (o Outcome) Dropped() float64 {
	if o.Tokens == 0 {
		return 0
	}
	return 1 - float64(o.Kept)/float64(o.Tokens)
}

// Weights are what the answers count for: their target's length, and with importance also max(0, l(none) - l(x)), so
// that a probe which the text cannot help with counts for nothing. They add up to the targets' tokens.
func Weights(answers []Answer, importance bool) []float64 {
	weights := make([]float64, len(answers))
	var tokens, sum float64
	for i, a := range answers {
		weights[i] = float64(a.Tokens)
		tokens += weights[i]
		if importance {
			weights[i] *= max(0, a.None-a.Full)
		}
		sum += weights[i]
	}
	if sum == 0 && importance {
		return Weights(answers, false)
	}
	for i := range weights {
		if sum > 0 {
			weights[i] *= tokens / sum
		}
	}
	return weights
}

// sums adds l(none), l(c), l(x) and the weights themselves over the answers.
func (o Outcome) sums(importance bool) (none, kept, full, weight float64) {
	for i, w := range Weights(o.Answers, importance) {
		a := o.Answers[i]
		none += w * a.None
		kept += w * a.Kept
		full += w * a.Full
		weight += w
	}
	return none, kept, full, weight
}

// Distortion is the weighted mean loss of what is left, nats a target token; 0 when nothing was asked.
func Distortion(o Outcome, importance bool) float64 {
	_, kept, _, weight := o.sums(importance)
	if weight == 0 {
		return 0
	}
	return kept / weight
}
