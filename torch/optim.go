package torch

import (
	"fmt"
	"math"
)

var (
	opFusedAdamW = op("_fused_adamw_", "")
	opNorms      = op("_foreach_norm", "Scalar")
	opScaleAll   = op("_foreach_mul_", "Scalar")
	opNorm       = op("linalg_vector_norm", "")
	opCopyInto   = op("copy_", "")
)

// Group is a list of parameters that learn alike.
type Group struct {
	Params []Named
	Rate   float64 // times the rate that Step is given
	Decay  float64 // decoupled weight decay
}

// Named is a tensor and its name in files.
type Named struct {
	Name   string
	Tensor Tensor
}

// AdamW is Adam with decoupled weight decay (arXiv 1711.05101), by libtorch's fused kernel: gotch's optimisers cannot
// save their state. Of parameters in bfloat16 it keeps a copy in float32, which moves, for most steps are smaller than
// bfloat16 can tell (arXiv 1710.03740). It does not own the parameters; Close frees its own state.
type AdamW struct {
	Beta1, Beta2, Epsilon float64

	groups []Group
	states []state // parallel to the parameters, group after group
}

type state struct {
	mean, square, steps Tensor
	whole               Tensor // the parameter in float32, where it is not itself
}

// moves is the tensor that steps are added to.
func (st state) moves(p Named) Tensor {
	if st.whole.Defined() {
		return st.whole
	}
	return p.Tensor
}

// NewAdamW makes an optimiser with betas .9 and .999 and epsilon 1e-8.
func NewAdamW(groups ...Group) (*AdamW, error) {
	a := &AdamW{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, groups: groups}
	err := NoGrad(func(s *Scope) error {
		for _, group := range groups {
			for _, p := range group.Params {
				st := state{steps: s.Keep(s.Zeros(Float32))}
				if p.Tensor.Kind() == BFloat16 {
					st.whole = s.Keep(s.To(p.Tensor, Float32))
				}
				zeros := func() Tensor { return s.Keep(s.Zeros(st.moves(p).Kind(), p.Tensor.Shape()...)) }
				st.mean, st.square = zeros(), zeros()
				a.states = append(a.states, st)
			}
		}
		return nil
	})
	return a, err
}

// Params lists every parameter.
func (a *AdamW) Params() []Tensor {
	var all []Tensor
	for _, group := range a.groups {
		for _, p := range group.Params {
			all = append(all, p.Tensor)
		}
	}
	return all
}

// Step moves every parameter that has a gradient by its group's part of rate, and clears the gradients.
func (a *AdamW) Step(rate float64) error {
	return NoGrad(func(s *Scope) error {
		i := 0
		for _, group := range a.groups {
			var params, grads, means, squares, steps []Tensor
			var rounded [][2]Tensor
			for _, p := range group.Params {
				st := a.states[i]
				i++
				if grad := s.Grad(p.Tensor); grad.Defined() {
					params, grads = append(params, st.moves(p)), append(grads, s.To(grad, st.mean.Kind()))
					means, squares, steps = append(means, st.mean), append(squares, st.square), append(steps, st.steps)
					if st.whole.Defined() {
						rounded = append(rounded, [2]Tensor{p.Tensor, st.whole})
					}
				}
			}
			if len(params) == 0 {
				continue
			}
			for _, t := range steps {
				s.one(opCopyInto, t, s.Shift(t, 1))
			}
			s.many(opFusedAdamW, params, grads, means, squares, []Tensor{}, steps,
				rate*group.Rate, a.Beta1, a.Beta2, group.Decay, a.Epsilon, false, false)
			for _, r := range rounded {
				s.one(opCopyInto, r[0], r[1])
			}
		}
		ClearGrad(a.Params()...)
		return nil
	})
}

// State lists what a checkpoint must hold, by the parameters' names.
func (a *AdamW) State() []Named {
	var all []Named
	i := 0
	for _, group := range a.groups {
		for _, p := range group.Params {
			st := a.states[i]
			i++
			all = append(all, Named{p.Name + ".mean", st.mean}, Named{p.Name + ".square", st.square}, Named{p.Name + ".steps", st.steps})
			if st.whole.Defined() {
				all = append(all, Named{p.Name + ".whole", st.whole})
			}
		}
	}
	return all
}

// Close frees the optimiser's state.
func (a *AdamW) Close() {
	for _, st := range a.states {
		st.mean.Close()
		st.square.Close()
		st.steps.Close()
		st.whole.Close()
	}
}

// ClipNorm scales the gradients of params so that their joint Euclidean norm is at most limit; it returns the norm
// they had, which is not a number or infinite when a gradient is.
func ClipNorm(params []Tensor, limit float64) (norm float64, err error) {
	err = NoGrad(func(s *Scope) error {
		var grads []Tensor
		for _, p := range params {
			if grad := s.Grad(p); grad.Defined() {
				grads = append(grads, grad)
			}
		}
		if len(grads) == 0 {
			return nil
		}
		norm = s.Item(s.one(opNorm, s.Stack(0, s.many(opNorms, grads)...)))
		if norm > limit && !math.IsInf(norm, 0) {
			s.many(opScaleAll, grads, limit/(norm+1e-6))
		}
		return nil
	})
	return norm, err
}

// CopyInto overwrites t's elements with those of from, of the same shape.
func CopyInto(t, from Tensor) error {
	return NoGrad(func(s *Scope) error {
		AssertShape(from, t.Shape()...)
		s.one(opCopyInto, t, from)
		return nil
	})
}

// Schedule gives the learning rate of every step: a linear warm-up, then a half cosine down to Floor times Peak
// (arXiv 1608.03983).
type Schedule struct {
	Peak   float64
	Warmup int // steps
	Total  int // steps; 0 holds the peak
	Floor  float64
}

// At returns the rate of a step, counted from 0.
func (c Schedule) At(step int) float64 {
	if step < c.Warmup {
		return c.Peak * float64(step+1) / float64(c.Warmup)
	}
	if c.Total <= c.Warmup {
		return c.Peak
	}
	done := math.Min(1, float64(step-c.Warmup)/float64(c.Total-c.Warmup))
	return c.Peak * (c.Floor + (1-c.Floor)*(1+math.Cos(math.Pi*done))/2)
}

func (c Schedule) String() string {
	return fmt.Sprintf("peak %g after %d steps of %d", c.Peak, c.Warmup, c.Total)
}
