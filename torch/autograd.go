package torch

import "unsafe"

// RequireGrad makes t a leaf that gradients are collected for, and returns it.
func RequireGrad(t Tensor) Tensor {
	if err := cRequiresGrad(t.at(), true); err != nil {
		panic(&Error{Op: "requires_grad", Shapes: [][]int64{t.Shape()}, Reason: err.Error()})
	}
	return t
}

// Backward adds d loss / d leaf to the gradient of every leaf that loss depends on; loss has one element.
func (s *Scope) Backward(loss Tensor) {
	if err := cBackward(loss.at()); err != nil {
		panic(&Error{Op: "backward", Shapes: [][]int64{loss.Shape()}, Reason: err.Error()})
	}
}

// Grad returns the gradient collected for a leaf; not defined when there is none.
func (s *Scope) Grad(t Tensor) Tensor {
	if grad := cGrad(t.at()); grad != unsafe.Pointer(nil) {
		return s.adopt(grad)
	}
	return Tensor{}
}

// ClearGrad drops the gradients collected for the leaves.
func ClearGrad(leaves ...Tensor) {
	for _, t := range leaves {
		cClearGrad(t.at())
	}
}
