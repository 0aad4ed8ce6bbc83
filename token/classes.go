package token

import (
	"sync"
	"unicode"
	"unicode/utf8"
)

// The classes that the pre-tokenizers of the GPT family tell apart: \p{L}, \p{N}, \s and the rest.
const (
	classOther = iota
	classLetter
	classNumber
	classSpace
)

// classes holds the class of every code point; loadClasses fills it, and the zero pages in between cost nothing.
var classes [unicode.MaxRune + 1]uint8

var loadClasses = sync.OnceFunc(func() {
	fill(&classes, unicode.L, classLetter)
	fill(&classes, unicode.N, classNumber)
	fill(&classes, unicode.White_Space, classSpace)
})

// fill gives all code points of a table one class.
func fill(classes *[unicode.MaxRune + 1]uint8, table *unicode.RangeTable, class uint8) {
	for _, r := range table.R16 {
		for c := int(r.Lo); c <= int(r.Hi); c += int(r.Stride) {
			classes[c] = class
		}
	}
	for _, r := range table.R32 {
		for c := int(r.Lo); c <= int(r.Hi); c += int(r.Stride) {
			classes[c] = class
		}
	}
}

// classAt returns the class and length of the code point at text[i]; a byte that is not UTF-8 is one of "other".
func classAt(text []byte, i int) (class uint8, size int) {
	if b := text[i]; b < utf8.RuneSelf {
		return classes[b], 1
	}
	r, size := utf8.DecodeRune(text[i:])
	return classes[r], size
}

// runEnd returns the end of the longest run of class that starts at or after text[i].
func runEnd(text []byte, i int, class uint8) int {
	for i < len(text) {
		if b := text[i]; b < utf8.RuneSelf {
			if classes[b] != class {
				return i
			}
			i++
			continue
		}
		c, size := classAt(text, i)
		if c != class {
			return i
		}
		i += size
	}
	return i
}
