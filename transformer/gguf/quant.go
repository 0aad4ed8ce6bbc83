package gguf

import (
	"encoding/binary"
	"math"
)

// The decoders turn stored values into floats, in the order of operations of the reference, so that the results are
// the same bits. d is a block's scale, m its minimum, q a stored number.

func decodeF32(dst []float32, raw []byte) {
	for i := range dst {
		dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
}

func decodeF16(dst []float32, raw []byte) {
	for i := range dst {
		dst[i] = half(raw[2*i:])
	}
}

func decodeBF16(dst []float32, raw []byte) {
	for i := range dst {
		dst[i] = math.Float32frombits(uint32(binary.LittleEndian.Uint16(raw[2*i:])) << 16)
	}
}

// half reads a float of 16 bits.
func half(raw []byte) float32 {
	h := uint32(binary.LittleEndian.Uint16(raw))
	sign, exponent, fraction := h>>15<<31, h>>10&0x1F, h&0x3FF
	switch exponent {
	case 0: // subnormal: fraction * 2^-24 is exact
		f := float32(fraction) * (1.0 / (1 << 24))
		return math.Float32frombits(math.Float32bits(f) | sign)
	case 0x1F:
		return math.Float32frombits(sign | 0xFF<<23 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
}

// decodeQ8x0: x = d q, q signed.
func decodeQ8x0(dst []float32, b []byte) {
	d := half(b)
	for i, q := range b[2:34] {
		dst[i] = d * float32(int8(q))
	}
}

// decodeQ4x0: x = d (q - 8); a byte holds q of positions i (low) and i+16 (high).
func decodeQ4x0(dst []float32, b []byte) {
	d := half(b)
	for i, q := range b[2:18] {
		dst[i] = d * float32(int(q&0xF)-8)
		dst[i+16] = d * float32(int(q>>4)-8)
	}
}

// decodeQ4x1: x = d q + m.
func decodeQ4x1(dst []float32, b []byte) {
	d, m := half(b), half(b[2:])
	for i, q := range b[4:20] {
		dst[i] = float32(d*float32(q&0xF)) + m
		dst[i+16] = float32(d*float32(q>>4)) + m
	}
}

// decodeQ5x0: as Q4_0 with a fifth bit for each position, x = d (q - 16).
func decodeQ5x0(dst []float32, b []byte) {
	d, high := half(b), binary.LittleEndian.Uint32(b[2:])
	for i, q := range b[6:22] {
		dst[i] = d * float32(int(q&0xF)|int(high>>i&1)<<4-16)
		dst[i+16] = d * float32((int(q>>4)|int(high>>(i+16)&1)<<4)-16)
	}
}

// decodeQ5x1: as Q4_1 with a fifth bit.
func decodeQ5x1(dst []float32, b []byte) {
	d, m, high := half(b), half(b[2:]), binary.LittleEndian.Uint32(b[4:])
	for i, q := range b[8:24] {
		dst[i] = float32(d*float32(uint32(q&0xF)|high>>i&1<<4)) + m
		dst[i+16] = float32(d*float32(uint32(q>>4)|high>>(i+16)&1<<4)) + m
	}
}

// The K types have 256 values a block in groups with 6-bit scales of their own.

// scaleMin unpacks scale and minimum of group j from the twelve bytes that hold eight of each.
func scaleMin(s []byte, j int) (scale, minimum float32) {
	if j < 4 {
		return float32(s[j] & 63), float32(s[j+4] & 63)
	}
	return float32(s[j+4]&0xF | s[j-4]>>6<<4), float32(s[j+4]>>4 | s[j]>>6<<4)
}

// decodeQ4K: x = d scale q - dmin minimum, in groups of 32.
func decodeQ4K(dst []float32, b []byte) {
	d, dmin, scales, qs := half(b), half(b[2:]), b[4:16], b[16:144]
	for pair := range 4 {
		s1, m1 := scaleMin(scales, 2*pair)
		s2, m2 := scaleMin(scales, 2*pair+1)
		d1, o1, d2, o2 := d*s1, dmin*m1, d*s2, dmin*m2
		out := dst[64*pair:]
		for i, q := range qs[32*pair : 32*pair+32] {
			out[i] = float32(d1*float32(q&0xF)) - o1
			out[i+32] = float32(d2*float32(q>>4)) - o2
		}
	}
}

// decodeQ5K: as Q4_K with a fifth bit; byte i of high holds it for position i of every group.
func decodeQ5K(dst []float32, b []byte) {
	d, dmin, scales, high, qs := half(b), half(b[2:]), b[4:16], b[16:48], b[48:176]
	for pair := range 4 {
		s1, m1 := scaleMin(scales, 2*pair)
		s2, m2 := scaleMin(scales, 2*pair+1)
		d1, o1, d2, o2 := d*s1, dmin*m1, d*s2, dmin*m2
		out := dst[64*pair:]
		for i, q := range qs[32*pair : 32*pair+32] {
			out[i] = float32(d1*float32(q&0xF|high[i]>>(2*pair)&1<<4)) - o1
			out[i+32] = float32(d2*float32(q>>4|high[i]>>(2*pair+1)&1<<4)) - o2
		}
	}
}

// decodeQ6K: x = d scale (q - 32), in groups of 16 with signed 8-bit scales; four low bits of q are in ql, two in qh.
func decodeQ6K(dst []float32, b []byte) {
	d := half(b[208:])
	for part := range 2 {
		ql, qh, scales, out := b[64*part:], b[128+32*part:], b[192+8*part:], dst[128*part:]
		for i := range 32 {
			q := [4]byte{
				ql[i]&0xF | qh[i]&3<<4,
				ql[i+32]&0xF | qh[i]>>2&3<<4,
				ql[i]>>4 | qh[i]>>4&3<<4,
				ql[i+32]>>4 | qh[i]>>6<<4,
			}
			for k, v := range q {
				out[i+32*k] = d * float32(int8(scales[i/16+2*k])) * float32(int(v)-32)
			}
		}
	}
}
