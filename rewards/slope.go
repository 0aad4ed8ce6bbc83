package rewards

// Slope is how much a reward rises a nat that every loss of what is left falls by, dR/dL with its sign turned: what stands
// between a reward and the derivatives of the losses that it is made of. It is taken by central differences, of a tenth
// of a thousandth of a nat to either side.
func Slope(reward Reward, o Outcome, s Settings) float64 {
	const step = 1e-4
	return (reward(o.shifted(-step), s) - reward(o.shifted(step), s)) / (2 * step)
}

// shifted is the outcome with so many nats a target token added to each loss of what is left.
func (o Outcome) shifted(nats float64) Outcome {
	answers := make([]Answer, len(o.Answers))
	for i, a := range o.Answers {
		a.Kept += nats
		answers[i] = a
	}
	o.Answers = answers
	return o
}
