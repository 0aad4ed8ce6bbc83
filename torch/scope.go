package torch

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"unsafe"
)

// ErrNoLibtorch is returned by Do and NoGrad in a binary built without cgo.
var ErrNoLibtorch = errors.New("this binary was built without libtorch (CGO_ENABLED=0); build it with `make build`")

// Error is what an operator reports: its name, the shapes of the tensors it was given, and libtorch's own words.
type Error struct {
	Op     string
	Shapes [][]int64
	Reason string
}

// ErrMemory is what an Error is that a device without room for a tensor gave rise to.
var ErrMemory = errors.New("out of memory")

// Is says whether libtorch's words are those of target.
func (e *Error) Is(target error) bool {
	return target == ErrMemory && strings.Contains(e.Reason, ErrMemory.Error())
}

func (e *Error) Error() string {
	shapes := strings.Trim(strings.ReplaceAll(fmt.Sprint(e.Shapes), "] [", "], ["), "[]")
	return fmt.Sprintf("torch %s [%s]: %s", e.Op, shapes, e.Reason)
}

// Scope owns the tensors made in it. It belongs to one goroutine.
type Scope struct {
	owned  []*handle
	buffer *callBuffer // shared with the scopes within it
}

// handle is one at::Tensor; nil when it was freed.
type handle struct{ at unsafe.Pointer }

// Do runs body with autograd on. Whatever body made is freed when it returns; an operator's failure is returned.
func Do(body func(s *Scope) error) error { return within(true, body) }

// NoGrad runs body without recording gradients.
func NoGrad(body func(s *Scope) error) error { return within(false, body) }

func within(grad bool, body func(s *Scope) error) (err error) {
	if err := available(); err != nil {
		return err
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	holdThreads()
	before := cSetGrad(grad)
	defer cSetGrad(before)
	s := &Scope{buffer: &callBuffer{}}
	defer s.free()
	defer func() {
		switch failed := recover().(type) {
		case nil:
		case *Error:
			err = failed
		default:
			panic(failed) // a fault of ours, not of an operator
		}
	}()
	return body(s)
}

// Within runs body in a scope of its own and hands its result to s: what body needed on the way is freed at once.
func (s *Scope) Within(body func(inner *Scope) Tensor) Tensor {
	inner := &Scope{buffer: s.buffer}
	defer inner.free()
	return s.Own(inner.Keep(body(inner)))
}

// Keep takes t out of the scope and hands it to the caller, who closes it.
func (s *Scope) Keep(t Tensor) Tensor {
	for i := len(s.owned) - 1; i >= 0; i-- {
		if s.owned[i] == t.h {
			s.owned = append(s.owned[:i], s.owned[i+1:]...)
			return t
		}
	}
	panic(&Error{Op: "keep", Reason: "the tensor is not this scope's"})
}

// Own gives a kept tensor back to a scope, which frees it.
func (s *Scope) Own(t Tensor) Tensor {
	s.owned = append(s.owned, t.h)
	return t
}

func (s *Scope) adopt(at unsafe.Pointer) Tensor {
	liveTensors.Add(1)
	return s.Own(Tensor{&handle{at}})
}

func (s *Scope) free() {
	dead := make([]unsafe.Pointer, 0, len(s.owned))
	for _, h := range s.owned {
		if h.at != nil {
			dead = append(dead, h.at)
			h.at = nil
		}
	}
	s.owned = nil
	liveTensors.Add(-int64(len(dead)))
	cFree(dead)
}

var liveTensors atomic.Int64

// Live counts the tensors that were made and not freed; a view's bytes count like those of any other tensor.
type Live struct{ Tensors, Bytes int64 }

// Stats returns what lives on libtorch's side; a test ends at the count it began with.
func Stats() Live { return Live{liveTensors.Load(), cLiveBytes()} }
