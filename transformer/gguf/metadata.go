package gguf

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// Kind is the kind of a metadata value. The numbers are the format's.
type Kind uint32

const (
	kindUint8 Kind = iota
	kindInt8
	kindUint16
	kindInt16
	kindUint32
	kindInt32
	kindFloat32
	kindBool
	kindString
	kindArray
	kindUint64
	kindInt64
	kindFloat64
)

var kindBytes = map[Kind]int{kindUint8: 1, kindInt8: 1, kindUint16: 2, kindInt16: 2, kindUint32: 4, kindInt32: 4, kindFloat32: 4,
	kindBool: 1, kindUint64: 8, kindInt64: 8, kindFloat64: 8}

// value is an entry of the metadata, still as the bytes of the file; of an array, the bytes of its elements.
type value struct {
	kind  Kind // of the elements if array
	array bool
	count int
	raw   []byte
}

// reader walks over the header; the first thing that goes wrong stays in err, and what is read after it is zero.
type reader struct {
	raw []byte
	pos int
	err error
}

func (r *reader) take(n int) []byte {
	if r.err != nil || n < 0 || n > len(r.raw)-r.pos {
		r.fail(io.ErrUnexpectedEOF)
		return nil
	}
	out := r.raw[r.pos : r.pos+n]
	r.pos += n
	return out
}

func (r *reader) fail(err error) {
	if r.err == nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = errors.New("the file is cut short")
		}
		r.err = err
	}
}

func (r *reader) uint32() uint32 {
	if b := r.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (r *reader) uint64() uint64 {
	if b := r.take(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

// length reads a count of things that take at least size bytes each, so it cannot exceed what is left.
func (r *reader) length(size int) int {
	n := r.uint64()
	if r.err == nil && n > uint64((len(r.raw)-r.pos)/size) {
		r.fail(io.ErrUnexpectedEOF)
		return 0
	}
	return int(n)
}

func (r *reader) string() string { return string(r.take(r.length(1))) }

func (r *reader) value(kind Kind) value {
	if size, ok := kindBytes[kind]; ok {
		return value{kind: kind, count: 1, raw: r.take(size)}
	}
	switch kind {
	case kindString:
		return value{kind: kind, count: 1, raw: r.take(r.length(1))}
	case kindArray:
		return r.array()
	}
	r.fail(fmt.Errorf("unknown kind %d", kind))
	return value{}
}

func (r *reader) array() value {
	v := value{kind: Kind(r.uint32()), array: true}
	if size, ok := kindBytes[v.kind]; ok {
		v.count = r.length(size)
		v.raw = r.take(v.count * size)
		return v
	}
	if v.kind != kindString {
		r.fail(fmt.Errorf("array of kind %d", v.kind))
		return v
	}
	v.count = r.length(8)
	start := r.pos
	for range v.count {
		r.take(r.length(1))
	}
	if r.err == nil {
		v.raw = r.raw[start:r.pos]
	}
	return v
}

// Keys lists the metadata, sorted.
func (f *File) Keys() []string {
	keys := make([]string, 0, len(f.metadata))
	for k := range f.metadata {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Str returns a text of the metadata.
func (f *File) Str(key string) (string, bool) {
	v, ok := f.metadata[key]
	if !ok || v.array || v.kind != kindString {
		return "", false
	}
	return string(v.raw), true
}

// Uint returns a whole number that is not negative.
func (f *File) Uint(key string) (uint64, bool) {
	v, ok := f.metadata[key]
	if !ok || v.array || v.kind == kindString || v.kind == kindFloat32 || v.kind == kindFloat64 {
		return 0, false
	}
	n := v.number(0)
	return uint64(n), n >= 0
}

// Float returns a number.
func (f *File) Float(key string) (float64, bool) {
	v, ok := f.metadata[key]
	if !ok || v.array || v.kind == kindString {
		return 0, false
	}
	return v.number(0), true
}

// Bool returns a truth value.
func (f *File) Bool(key string) (is, ok bool) {
	n, ok := f.Uint(key)
	return n != 0, ok
}

// Strings returns a list of texts.
func (f *File) Strings(key string) []string {
	v := f.metadata[key]
	if !v.array || v.kind != kindString {
		return nil
	}
	out := make([]string, v.count)
	r := &reader{raw: v.raw}
	for i := range out {
		out[i] = r.string()
	}
	return out
}

// Floats returns a list of numbers.
func (f *File) Floats(key string) []float64 {
	v := f.metadata[key]
	if !v.array || v.kind == kindString {
		return nil
	}
	out := make([]float64, v.count)
	for i := range out {
		out[i] = v.number(i)
	}
	return out
}

// number is element i of a value that is no text. Whole numbers up to 2^53 are exact.
func (v value) number(i int) float64 {
	b := v.raw[i*kindBytes[v.kind]:]
	switch v.kind {
	case kindUint8, kindBool:
		return float64(b[0])
	case kindInt8:
		return float64(int8(b[0]))
	case kindUint16:
		return float64(binary.LittleEndian.Uint16(b))
	case kindInt16:
		return float64(int16(binary.LittleEndian.Uint16(b)))
	case kindUint32:
		return float64(binary.LittleEndian.Uint32(b))
	case kindInt32:
		return float64(int32(binary.LittleEndian.Uint32(b)))
	case kindFloat32:
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))
	case kindUint64:
		return float64(binary.LittleEndian.Uint64(b))
	case kindInt64:
		return float64(int64(binary.LittleEndian.Uint64(b)))
	default:
		return math.Float64frombits(binary.LittleEndian.Uint64(b))
	}
}
