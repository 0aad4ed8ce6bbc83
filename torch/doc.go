// Package torch is the only room that knows libtorch. It gives the rest of the house tensors whose lifetime is a scope:
//
//	err := torch.Do(func(s *torch.Scope) error { // everything made in s is freed when Do returns
//		x := s.FromFloat32s([]float32{1, 2, 3}, 3)
//		loss := s.Mean(s.Mul(x, x))
//		...
//		return nil
//	})
//
// Do and NoGrad lock the OS thread, for libtorch's grad mode is a thread's own, and restore what they found. Inside, an
// operator that fails panics with an *Error, which names the operator and the shapes it was given; Do returns it. No
// panic leaves the package. A Scope belongs to one goroutine; a Tensor may be read by many.
//
// Whoever wants a tensor to outlive its scope takes it with Keep and closes it once. Stats counts what lives.
//
// Operators go through c10's boxed dispatcher, one C function for all of them (docs/design/003-main-job.md); whole
// forward passes at inference are C++ in the shim. libtorch is built for CPU and finds CUDA at run time: after Use every
// tensor is made on the device that it names, while values, files and random numbers are the CPU's. Without cgo the package
// compiles, and Do returns ErrNoLibtorch.
package torch
