package train

import (
	"math"

	"github.com/project-sputnik/sputnik/agent"
	"github.com/project-sputnik/sputnik/rewards/gradient"
	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/torch"
)

// decision is one text that the policy acts on, down to a budget of tokens, and the actions that it drew.
type decision struct {
	text    token.Text
	budget  int
	rate    float64 // what the policy is told
	actions []gradient.Action
}

// policyLoss is the policy-gradient loss of decisions, the mean entropy of their units, and how far those of a decision
// are from even odds together, in nats:
//
//	loss = -1/N sum_units Keep log p + Drop log(1-p) + Gate p,  p = sigmoid((score + b)/T)
//	entropy = -p log p - (1-p) log(1-p),  distance = sum_units KL(1/2 || p) = sum_units -(log p + log(1-p))/2 - log 2
//
// The distance has a slope, p - 1/2, where entropy has none any more, at odds that have become certain.
// with the weights that an estimator gives the N actions; of the score function they make it -1/N sum A log pi(action).
// b is such that the expected number of tokens kept is the budget: its own gradient, d b = -sum(w d score)/sum(w)
// with w = size p (1-p), is part of the graph, so no gradient can move the rate. Where the rate is not exact, b is 0.
func policyLoss(s *torch.Scope, a *agent.Agent, decisions []decision, e gradient.Estimator, temperature float64, exact bool) (loss, entropy, distance torch.Tensor) {
	scores, layout := unitScores(s, a, decisions)
	if exact {
		scores = exactRate(s, scores, layout, temperature)
	}
	logits := s.Scale(scores, 1/temperature)
	logP, logQ := s.LogSigmoid(logits), s.LogSigmoid(s.Neg(logits)) // [rows, units]
	p := s.Sigmoid(logits)
	sum := func(x torch.Tensor) torch.Tensor { return s.Sum(s.Mul(x, layout.present(s))) }
	perUnit := s.Neg(s.Add(s.Mul(p, logP), s.Mul(s.Shift(s.Neg(p), 1), logQ)))
	entropy = s.Scale(sum(perUnit), 1/math.Max(1, layout.count()))
	distance = s.Scale(sum(s.Shift(s.Scale(s.Add(logP, logQ), -0.5), -math.Ln2)), 1/math.Max(1, float64(layout.rows)))

	w := layout.weights(decisions, e, torch.Values[float32](s, p))
	paid := s.Add(s.Mul(logP, layout.tensor(s, w.Keep)), s.Mul(logQ, layout.tensor(s, w.Drop)))
	paid = s.Add(paid, s.Mul(p, layout.tensor(s, w.Gate)))
	return s.Neg(s.Scale(s.Sum(paid), 1/layout.actions(decisions))), entropy, distance
}

// layout is the shape of decisions laid side by side: rows of units, padded.
type layout struct {
	rows, units int
	sizes       []float32 // [rows, units] tokens of each unit, 0 at padding
	budgets     []int
}

// unitScores are the mean logits of every unit's tokens: [rows, units].
func unitScores(s *torch.Scope, a *agent.Agent, decisions []decision) (torch.Tensor, layout) {
	texts, rates := make([]token.Text, len(decisions)), make([]float64, len(decisions))
	l := layout{rows: len(decisions), units: 1}
	for i, d := range decisions {
		texts[i], rates[i] = d.text, d.rate
		l.units = max(l.units, len(d.text.Units))
		l.budgets = append(l.budgets, d.budget)
	}
	batch := a.NewBatch(texts, rates)
	average := make([]float32, l.rows*l.units*batch.Length) // [rows, units, length]
	l.sizes = make([]float32, l.rows*l.units)
	for i, t := range texts {
		for u, unit := range t.Units {
			size := float32(unit.End - unit.First)
			l.sizes[i*l.units+u] = size
			for at := unit.First; at < unit.End; at++ {
				average[(i*l.units+u)*batch.Length+int(at)] = 1 / size
			}
		}
	}
	mean := torch.From(s, average, int64(l.rows), int64(l.units), int64(batch.Length))
	return s.Squeeze(s.MatMul(mean, s.Unsqueeze(a.Logits(s, batch), -1)), -1), l
}

// exactRate shifts scores [rows, units] so that each row keeps its budget of tokens in expectation.
func exactRate(s *torch.Scope, scores torch.Tensor, l layout, temperature float64) torch.Tensor {
	values := torch.Values[float32](s, scores)
	weights, offsets := make([]float32, len(values)), make([]float32, l.rows)
	for r := range l.rows {
		row, sizes := values[r*l.units:(r+1)*l.units], l.sizes[r*l.units:(r+1)*l.units]
		b := shift(row, sizes, float64(l.budgets[r]), temperature)
		sum, mean := 1e-12, 0.0
		for u, size := range sizes {
			p := sigmoid((float64(row[u]) + b) / temperature)
			w := float64(size) * p * (1 - p)
			weights[r*l.units+u] = float32(w)
			sum += w
			mean += w * float64(row[u])
		}
		for u := range sizes {
			weights[r*l.units+u] /= float32(sum)
		}
		offsets[r] = float32(b + mean/sum)
	}
	// scores + b, where b carries the gradient -sum w d score: its value is put back by the offset.
	moving := s.SumDim(s.Mul(scores, l.tensor(s, weights)), 1)
	return s.Add(scores, s.Unsqueeze(s.Sub(torch.From(s, offsets, int64(l.rows)), moving), 1))
}

// shift is the b for which sum size sigmoid((score + b)/T) is the budget, by bisection.
func shift(scores, sizes []float32, budget, temperature float64) float64 {
	low, high := -1e3, 1e3
	for range 80 {
		b := (low + high) / 2
		sum := 0.0
		for u, size := range sizes {
			sum += float64(size) * sigmoid((float64(scores[u])+b)/temperature)
		}
		if sum < budget {
			low = b
		} else {
			high = b
		}
	}
	return (low + high) / 2
}

// entropy is the mean entropy of a decision's units, in nats, as policyLoss has it.
func (t *Trainer) entropy(scores, sizes []float32, budget int, temperature float64) float64 {
	b, sum := 0.0, 0.0
	if t.cfg.ExactRate {
		b = shift(scores, sizes[:len(scores)], float64(budget), temperature)
	}
	for _, score := range scores {
		x := math.Abs(float64(score)+b) / temperature
		sum += math.Log1p(math.Exp(-x)) + x*sigmoid(-x) // H(sigmoid(x)) = log(1 + e^-x) + x sigmoid(-x)
	}
	return sum / math.Max(1, float64(len(scores)))
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func (l layout) tensor(s *torch.Scope, values []float32) torch.Tensor {
	return torch.From(s, values, int64(l.rows), int64(l.units))
}

func (l layout) present(s *torch.Scope) torch.Tensor {
	present := make([]float32, len(l.sizes))
	for i, size := range l.sizes {
		present[i] = min(size, 1)
	}
	return l.tensor(s, present)
}

func (l layout) count() float64 {
	n := 0.0
	for _, size := range l.sizes {
		n += float64(min(size, 1))
	}
	return n
}

func (l layout) actions(decisions []decision) float64 {
	n := 0
	for _, d := range decisions {
		n += len(d.actions)
	}
	return math.Max(1, float64(n))
}

// weights are what an estimator makes of every decision's actions: [rows, units].
func (l layout) weights(decisions []decision, e gradient.Estimator, p []float32) gradient.Weights {
	n := l.rows * l.units
	all := gradient.Weights{Keep: make([]float32, n), Drop: make([]float32, n), Gate: make([]float32, n)}
	for r, d := range decisions {
		from, to := r*l.units, r*l.units+len(d.text.Units)
		e.Weigh(gradient.Weights{Keep: all.Keep[from:to], Drop: all.Drop[from:to], Gate: all.Gate[from:to]}, p[from:to], d.actions)
	}
	return all
}
