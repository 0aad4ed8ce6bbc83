package gguf

import "fmt"

// Type is how the values of a tensor are stored.
type Type uint32

// The types that can be read. The numbers are the format's.
const (
	F32  Type = 0
	F16  Type = 1
	Q4_0 Type = 2
	Q4_1 Type = 3
	Q5_0 Type = 6
	Q5_1 Type = 7
	Q8_0 Type = 8
	Q4_K Type = 12
	Q5_K Type = 13
	Q6_K Type = 14
	BF16 Type = 30
)

// layout is a type's name, the values and bytes of one of its blocks, and what turns a block into floats.
type layout struct {
	name          string
	values, bytes int
	decode        func(dst []float32, block []byte)
}

var layouts = map[Type]layout{
	F32:  {"F32", 1, 4, decodeF32},
	F16:  {"F16", 1, 2, decodeF16},
	BF16: {"BF16", 1, 2, decodeBF16},
	Q4_0: {"Q4_0", 32, 18, decodeQ4x0},
	Q4_1: {"Q4_1", 32, 20, decodeQ4x1},
	Q5_0: {"Q5_0", 32, 22, decodeQ5x0},
	Q5_1: {"Q5_1", 32, 24, decodeQ5x1},
	Q8_0: {"Q8_0", 32, 34, decodeQ8x0},
	Q4_K: {"Q4_K", 256, 144, decodeQ4K},
	Q5_K: {"Q5_K", 256, 176, decodeQ5K},
	Q6_K: {"Q6_K", 256, 210, decodeQ6K},
}

// unread names the types that exist and are not read, for the error that says so.
var unread = map[Type]string{9: "Q8_1", 10: "Q2_K", 11: "Q3_K", 15: "Q8_K", 16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS",
	19: "IQ1_S", 20: "IQ4_NL", 21: "IQ3_S", 22: "IQ2_S", 23: "IQ4_XS", 24: "I8", 25: "I16", 26: "I32", 27: "I64", 28: "F64",
	29: "IQ1_M", 34: "TQ1_0", 35: "TQ2_0", 39: "MXFP4"}

func (t Type) String() string {
	if l, ok := layouts[t]; ok {
		return l.name
	}
	if name, ok := unread[t]; ok {
		return name
	}
	return fmt.Sprintf("type %d", uint32(t))
}

// Info is what the header says about a tensor. Shape has the slowest dimension first, as PyTorch writes it.
type Info struct {
	Name   string
	Type   Type
	Shape  []int64
	offset uint64 // from the beginning of the data
	bytes  uint64
}

// Count is the number of values.
func (i Info) Count() int64 {
	n := int64(1)
	for _, d := range i.Shape {
		n *= d
	}
	return n
}
