package torch

import (
	"fmt"
	"unsafe"
)

// Kind is the type of a tensor's elements, numbered as in libtorch.
type Kind int

// The kinds in use.
const (
	UInt8    Kind = 0
	Int32    Kind = 3
	Int64    Kind = 4
	Float16  Kind = 5
	Float32  Kind = 6
	Float64  Kind = 7
	Bool     Kind = 11
	BFloat16 Kind = 15
)

// Device is where a tensor lives: CPU, Meta, or the number of a CUDA device.
type Device int

const (
	// CPU is the host's memory.
	CPU Device = -1
	// Meta has no memory: its tensors are shapes, and what is read from them is 0. Like any device it refuses to compute
	// with tensors of another, which is what tests have it for.
	Meta Device = -2
)

// Tensor is a reference to libtorch's tensor; copies refer to the same one.
type Tensor struct{ h *handle }

// Defined says whether t refers to a tensor that lives.
func (t Tensor) Defined() bool { return t.h != nil && t.h.at != nil }

// Close frees a kept tensor; a second time does nothing.
func (t Tensor) Close() {
	if t.Defined() {
		cFree([]unsafe.Pointer{t.h.at})
		t.h.at = nil
		liveTensors.Add(-1)
	}
}

func (t Tensor) at() unsafe.Pointer {
	if !t.Defined() {
		panic(&Error{Op: "use", Reason: "the tensor was freed or never made"})
	}
	return t.h.at
}

// Shape returns the size of every dimension.
func (t Tensor) Shape() []int64 { shape, _, _, _ := cShape(t.at()); return shape }

// Size returns the size of dimension dim; negative counts from the last.
func (t Tensor) Size(dim int) int64 {
	shape := t.Shape()
	return shape[(dim+len(shape))%len(shape)]
}

// Kind returns the type of the elements.
func (t Tensor) Kind() Kind { _, kind, _, _ := cShape(t.at()); return kind }

// Device returns where t lives.
func (t Tensor) Device() Device { _, _, device, _ := cShape(t.at()); return device }

// Bytes returns the size of the elements in memory.
func (t Tensor) Bytes() int64 { _, _, _, bytes := cShape(t.at()); return bytes }

// AssertShape panics, for Do to return, unless t has the shape given; -1 stands for any size.
func AssertShape(t Tensor, want ...int64) {
	got := t.Shape()
	ok := len(got) == len(want)
	for i := 0; ok && i < len(got); i++ {
		ok = want[i] == -1 || want[i] == got[i]
	}
	if !ok {
		panic(&Error{Op: "shape", Shapes: [][]int64{got}, Reason: fmt.Sprintf("want %v", want)})
	}
}

// element is a Go type that tensors are made from and read into.
type element interface {
	~uint8 | ~int32 | ~int64 | ~float32 | ~float64
}

func kindOf[T element]() Kind {
	var zero T
	switch any(zero).(type) {
	case uint8:
		return UInt8
	case int32:
		return Int32
	case int64:
		return Int64
	case float32:
		return Float32
	default:
		return Float64
	}
}

// From copies values into a new tensor of the shape given.
func From[T element](s *Scope, values []T, shape ...int64) Tensor {
	elements := int64(1)
	for _, dim := range shape {
		elements *= dim
	}
	if elements != int64(len(values)) {
		panic(&Error{Op: "from", Shapes: [][]int64{shape}, Reason: fmt.Sprintf("%d values", len(values))})
	}
	at, err := cFromData(kindOf[T](), shape, unsafe.Pointer(unsafe.SliceData(values)), InUse())
	if err != nil {
		panic(&Error{Op: "from", Shapes: [][]int64{shape}, Reason: err.Error()})
	}
	return s.adopt(at)
}

// FromBytes copies little-endian bytes of the kind and shape given, as files hold them.
func (s *Scope) FromBytes(raw []byte, kind Kind, shape ...int64) Tensor {
	return s.bytesOn(InUse(), raw, kind, shape)
}

func (s *Scope) bytesOn(device Device, raw []byte, kind Kind, shape []int64) Tensor {
	at, err := cFromData(kind, shape, unsafe.Pointer(unsafe.SliceData(raw)), device)
	if err != nil {
		panic(&Error{Op: "from", Shapes: [][]int64{shape}, Reason: err.Error()})
	}
	return s.adopt(at)
}

// Values copies t's elements, converted to T, in row order.
func Values[T element](s *Scope, t Tensor) []T {
	converted := s.To(t, kindOf[T]())
	elements := int64(1)
	for _, dim := range converted.Shape() {
		elements *= dim
	}
	values := make([]T, elements)
	if err := cCopyOut(converted.at(), unsafe.Pointer(unsafe.SliceData(values)), converted.Bytes()); err != nil {
		panic(&Error{Op: "values", Shapes: [][]int64{t.Shape()}, Reason: err.Error()})
	}
	return values
}

// RawBytes copies t's elements as they lie in memory, in row order.
func RawBytes(s *Scope, t Tensor) []byte {
	raw := make([]byte, t.Bytes())
	if err := cCopyOut(t.at(), unsafe.Pointer(unsafe.SliceData(raw)), t.Bytes()); err != nil {
		panic(&Error{Op: "bytes", Shapes: [][]int64{t.Shape()}, Reason: err.Error()})
	}
	return raw
}

// Item returns the only element of t.
func (s *Scope) Item(t Tensor) float64 {
	values := Values[float64](s, t)
	if len(values) != 1 {
		panic(&Error{Op: "item", Shapes: [][]int64{t.Shape()}, Reason: "more than one element"})
	}
	return values[0]
}
