package token

import (
	"sync"
	"unicode"
	"unicode/utf8"
)

// openAISplit cuts text as cl100k_base's pattern does,
//
//	(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
//
// or, with cases set, as o200k_base's, in which words are cut where their case changes and end with a contraction,
//
//	[^\r\n\p{L}\p{N}]?U*L+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?U+L*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|
//	\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+
//
// where U is [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}] and L is [\p{Ll}\p{Lm}\p{Lo}\p{M}].
type openAISplit struct {
	cases bool
}

// The cases of code points: of U, of L, or of both.
const (
	upper = 1 << iota
	lower
)

var letterCases [unicode.MaxRune + 1]uint8

var loadCases = sync.OnceFunc(func() {
	for _, each := range []struct {
		of     uint8
		tables []*unicode.RangeTable
	}{
		{upper, []*unicode.RangeTable{unicode.Lu, unicode.Lt}},
		{lower, []*unicode.RangeTable{unicode.Ll}},
		{upper | lower, []*unicode.RangeTable{unicode.Lm, unicode.Lo, unicode.M}},
	} {
		for _, table := range each.tables {
			fill(&letterCases, table, each.of)
		}
	}
})

// next returns the end of the piece that begins at text[i].
func (s openAISplit) next(text []byte, i int) int {
	class, size := classAt(text, i)
	if end := s.word(text, i, class, size); end > 0 {
		return end
	}
	switch class {
	case classNumber:
		return threeNumbers(text, i+size)
	case classOther:
		return s.signs(text, i+size)
	}
	if text[i] == ' ' && i+1 < len(text) {
		if c, n := classAt(text, i+1); c == classOther {
			return s.signs(text, i+1+n)
		}
	}
	return blanks(text, i)
}

// word returns the end of the word that begins at text[i] with a sign or space before it, or 0.
func (s openAISplit) word(text []byte, i int, class uint8, size int) int {
	if !s.cases && text[i] == '\'' {
		if n := anyContraction(text[i:]); n > 0 {
			return i + n
		}
	}
	begins := i
	switch {
	case class == classNumber || text[i] == '\r' || text[i] == '\n':
		return 0
	case class != classLetter:
		begins += size
	}
	if !s.cases {
		if end := runEnd(text, begins, classLetter); end > begins {
			return end
		}
		return 0
	}
	end := lowered(text, begins)
	if end == 0 && begins > i {
		end = lowered(text, i)
	}
	if end == 0 {
		end = caseEnd(text, begins, upper)
		if end == begins {
			return 0 // for what is no letter is not of U either, or lowered would have seen it
		}
	}
	return end + anyContraction(text[end:])
}

// lowered returns the end of U*L+ at text[i:], or 0. Where nothing of L follows the run of U, the run gives back what
// lies behind its last code point of both.
func lowered(text []byte, i int) int {
	run := caseEnd(text, i, upper)
	if end := caseEnd(text, run, lower); end > run {
		return end
	}
	for run > i {
		r, size := utf8.DecodeLastRune(text[i:run])
		if letterCases[r]&lower != 0 {
			return run
		}
		run -= size
	}
	return 0
}

// caseEnd returns the end of the code points at text[i:] that are of a case.
func caseEnd(text []byte, i int, of uint8) int {
	for i < len(text) {
		r, size := runeAt(text, i)
		if letterCases[r]&of == 0 {
			return i
		}
		i += size
	}
	return i
}

// threeNumbers ends a run of at most three numbers, of which the first ends at i.
func threeNumbers(text []byte, i int) int {
	for n := 1; n < 3 && i < len(text); n++ {
		class, size := classAt(text, i)
		if class != classNumber {
			break
		}
		i += size
	}
	return i
}

// signs ends a run of signs, of which the first ends at i, with the line ends behind it.
func (s openAISplit) signs(text []byte, i int) int {
	i = runEnd(text, i, classOther)
	for i < len(text) && (text[i] == '\n' || text[i] == '\r' || s.cases && text[i] == '/') {
		i++
	}
	return i
}

// blanks ends a run of white space at its last line end, or else before its last code point, which goes with what follows.
func blanks(text []byte, i int) int {
	end := runEnd(text, i, classSpace)
	for at := end; at > i; at-- {
		if c := text[at-1]; c == '\n' || c == '\r' {
			return at
		}
	}
	if end == len(text) {
		return end
	}
	if _, last := utf8.DecodeLastRune(text[:end]); end-last > i {
		return end - last
	}
	return end
}

// anyContraction returns the length of the English ending that text begins with, whatever its case, or 0.
func anyContraction(text []byte) int {
	if len(text) < 2 || text[0] != '\'' {
		return 0
	}
	small := [2]byte{text[1] | 0x20}
	if len(text) > 2 {
		small[1] = text[2] | 0x20
	}
	if n := contraction(small[:]); n > 0 {
		return 1 + n
	}
	return 0
}
