package token

import (
	"bytes"
	"unicode/utf8"
)

// Byte-level vocabularies spell each byte as a printable code point: those of Latin-1 that are printable stand for
// themselves, the other 68 are counted up from U+0100.
var (
	spellByte = makeSpelling()
	byteOf    = invertSpelling(spellByte)
)

func makeSpelling() (out [256]rune) {
	next := rune(256)
	for b := range out {
		if b > 0x20 && b < 0x7F || b > 0xA0 && b != 0xAD {
			out[b] = rune(b)
			continue
		}
		out[b] = next
		next++
	}
	return out
}

func invertSpelling(spelled [256]rune) (out [256 + 68]int16) {
	for i := range out {
		out[i] = -1
	}
	for b, r := range spelled {
		out[r] = int16(b)
	}
	return out
}

// unspell appends the bytes that a byte-level spelling stands for; a spelling with a foreign character in it (an
// added token) is taken as it is.
func unspell(dst, spelled []byte) []byte {
	from := len(dst)
	for i := 0; i < len(spelled); {
		r, size := rune(spelled[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(spelled[i:])
		}
		if int(r) >= len(byteOf) || byteOf[r] < 0 {
			return append(dst[:from], spelled...)
		}
		dst = append(dst, byte(byteOf[r]))
		i += size
	}
	return dst
}

// fallbackByte reads the <0xNN> by which vocabularies of code points spell single bytes.
func fallbackByte(piece []byte) (byte, bool) {
	if len(piece) != 6 || string(piece[:3]) != "<0x" || piece[5] != '>' {
		return 0, false
	}
	high, ok1 := hexDigit(piece[3])
	low, ok2 := hexDigit(piece[4])
	return high<<4 | low, ok1 && ok2
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	}
	return 0, false
}

func replaceSpaceMarks(piece []byte) []byte {
	return bytes.ReplaceAll(piece, []byte(spaceMark), []byte(" "))
}
