package torch

import (
	"fmt"
	"sync"
	"unsafe"
)

// operator is an operator of libtorch by the name of its schema, looked up once.
type operator struct {
	name, overload string
	once           sync.Once
	handle         unsafe.Pointer
	err            error
}

func op(name, overload string) *operator { return &operator{name: name, overload: overload} }

// argument kinds, as in shim.h
const (
	argDefault int32 = iota
	argNone
	argTensor
	argInt
	argDouble
	argBool
	argInts
	argTensors
	argString
	argDevice
)

// argument has the layout of sp_arg.
type argument struct {
	kind, count int32
	value       int64
	real        float64
}

// callBuffer holds one call's arguments; a scope uses the same one again.
type callBuffer struct {
	args    []argument
	ints    []int64
	tensors []unsafe.Pointer
	text    []byte
	out     [256]unsafe.Pointer
}

// byDefault leaves an argument to its schema.
type byDefault struct{}

// none is an optional argument that is not given.
type none struct{}

func (c *callBuffer) add(value any) {
	arg := argument{}
	switch v := value.(type) {
	case byDefault:
		arg.kind = argDefault
	case none:
		arg.kind = argNone
	case Tensor:
		arg.kind, arg.value = argTensor, int64(len(c.tensors))
		c.tensors = append(c.tensors, v.at())
	case int:
		arg.kind, arg.value = argInt, int64(v)
	case int64:
		arg.kind, arg.value = argInt, v
	case Kind:
		arg.kind, arg.value = argInt, int64(v)
	case float64:
		arg.kind, arg.real = argDouble, v
	case bool:
		arg.kind = argBool
		if v {
			arg.value = 1
		}
	case []int64:
		arg.kind, arg.count, arg.value = argInts, int32(len(v)), int64(len(c.ints))
		c.ints = append(c.ints, v...)
	case []Tensor:
		arg.kind, arg.count, arg.value = argTensors, int32(len(v)), int64(len(c.tensors))
		for _, t := range v {
			c.tensors = append(c.tensors, t.at())
		}
	case string:
		arg.kind, arg.count, arg.value = argString, int32(len(v)), int64(len(c.text))
		c.text = append(c.text, v...)
	case Device:
		arg.kind, arg.value = argDevice, int64(v)
	default:
		panic(fmt.Sprintf("torch: argument of type %T", value))
	}
	c.args = append(c.args, arg)
}

// many calls o and returns all of its results, which s owns.
func (s *Scope) many(o *operator, args ...any) []Tensor {
	o.once.Do(func() { o.handle, o.err = cResolve("aten::"+o.name, o.overload) })
	c := s.buffer
	c.args, c.ints, c.tensors, c.text = c.args[:0], c.ints[:0], c.tensors[:0], c.text[:0]
	for _, arg := range args {
		c.add(arg)
	}
	n, err := 0, o.err
	if err == nil {
		n, err = cCall(o.handle, c)
	}
	if err != nil {
		panic(&Error{Op: o.name, Shapes: shapesOf(args), Reason: err.Error()})
	}
	results := make([]Tensor, n)
	for i := range results {
		results[i] = s.adopt(c.out[i])
	}
	return results
}

// one calls o and returns its first result.
func (s *Scope) one(o *operator, args ...any) Tensor { return s.many(o, args...)[0] }

func shapesOf(args []any) [][]int64 {
	var shapes [][]int64
	for _, arg := range args {
		switch v := arg.(type) {
		case Tensor:
			shapes = append(shapes, v.Shape())
		case []Tensor:
			for _, t := range v {
				shapes = append(shapes, t.Shape())
			}
		}
	}
	return shapes
}
