package gradient

// gate takes the reader's word for the difference that a unit makes: the derivative of the reward in a gate on the unit
// (1 kept, near 0 dropped) at each mask drawn, which is E[R | u kept] - E[R | u dropped] if the reward is a straight line
// in the gate. By the chain rule the gradient in a logit is that times p (1 - p). One backward pass of the reader tells
// of all units of a mask at once.
type gate struct{ rloo }

// Weigh pays for the probability itself.
func (gate) Weigh(w Weights, _ []float32, actions []Action) {
	for _, a := range actions {
		for u, credit := range a.Credit {
			w.Gate[u] += float32(credit)
		}
	}
}
