package token

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

// precompiled rewrites by the table that SentencePiece puts into its models: a double array (darts-clone) from what is
// replaced to where its replacement begins in a block of strings, each with a zero behind it.
type precompiled struct {
	units []uint32
	block []byte
}

func readPrecompiled(charsmap string) (normalizer, error) {
	raw, err := base64.StdEncoding.DecodeString(charsmap)
	if err != nil {
		return nil, fmt.Errorf("normalizer Precompiled: %w", err)
	}
	if len(raw) == 0 {
		return nil, nil
	}
	if len(raw) < 4 {
		return nil, errors.New("normalizer Precompiled: the table is cut short")
	}
	size := int(binary.LittleEndian.Uint32(raw))
	if size%4 != 0 || size > len(raw)-4 {
		return nil, fmt.Errorf("normalizer Precompiled: a double array of %d bytes in %d", size, len(raw)-4)
	}
	p := precompiled{units: make([]uint32, size/4), block: raw[4+size:]}
	for i := range p.units {
		p.units[i] = binary.LittleEndian.Uint32(raw[4+4*i:])
	}
	return p, nil
}

// A unit of the array holds the byte that leads to it, whether a key ends there, and how far its children are; where a
// key ends, the first child holds the value.
func label(unit uint32) uint32  { return unit & (1<<31 | 0xFF) }
func offset(unit uint32) uint32 { return unit >> 10 << (unit & (1 << 9) >> 6) }
func ends(unit uint32) bool     { return unit>>8&1 == 1 }
func value(unit uint32) uint32  { return unit & (1<<31 - 1) }

// find returns the replacement of the shortest key that text begins with. SentencePiece takes the longest; the
// tokenizers library the shortest, and models are used with that.
func (p precompiled) find(text []byte) ([]byte, bool) {
	if len(p.units) == 0 {
		return nil, false
	}
	at := offset(p.units[0])
	for _, c := range text {
		at ^= uint32(c)
		if c == 0 || int(at) >= len(p.units) || label(p.units[at]) != uint32(c) {
			return nil, false
		}
		unit := p.units[at]
		at ^= offset(unit)
		if !ends(unit) {
			continue
		}
		if int(at) >= len(p.units) || int(value(p.units[at])) > len(p.block) {
			return nil, false
		}
		replacement, _, _ := bytes.Cut(p.block[value(p.units[at]):], []byte{0})
		return replacement, true
	}
	return nil, false
}

// longestGrapheme is the length in bytes from which on a grapheme is looked up by its code points only.
const longestGrapheme = 6

// normalize replaces graphemes, or else their code points.
func (p precompiled) normalize(in aligned) aligned {
	var out aligned
	for i, size := 0, 0; i < len(in.text); i += size {
		size = graphemeSize(in.text[i:])
		if size < longestGrapheme && p.put(&out, in, i, i+size) {
			continue
		}
		for j, n := i, 0; j < i+size; j += n {
			_, n = utf8.DecodeRune(in.text[j : i+size])
			if !p.put(&out, in, j, j+n) {
				out.keep(in, j, j+n)
			}
		}
	}
	return out.end(in)
}

// put appends the replacement of in.text[i:j], if it has one.
func (p precompiled) put(out *aligned, in aligned, i, j int) bool {
	replacement, found := p.find(in.text[i:j])
	out.put(in.at(i), replacement...)
	return found
}

// graphemeSize is the length of the first grapheme; two ASCII bytes in a row are never one, but for a line end.
func graphemeSize(text []byte) int {
	if text[0] < utf8.RuneSelf && text[0] != '\r' && (len(text) == 1 || text[1] < utf8.RuneSelf) {
		return 1
	}
	g := graphemes.FromBytes(text)
	if !g.Next() {
		return 1
	}
	return len(g.Value())
}
