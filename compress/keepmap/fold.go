package keepmap

import (
	"slices"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// folded is a text in which what looks alike is alike. It is made of characters: each a letter with its marks, or white
// space, and a match may begin and end only between two of them.
type folded struct {
	text   []byte
	starts []int32 // of the characters in text
	from   []int32 // where each begins in what was folded
	to     []int32 // where each ends there
}

// fold takes a text to Unicode's compatibility decomposition (NFKD), lower case, straight quotes and single hyphens, and
// runs of white space to one blank, or to nothing.
func fold(text []byte, blanks bool) folded {
	var f folded
	var it norm.Iter
	it.Init(norm.NFKD, text)
	for !it.Done() {
		from := it.Pos()
		segment := it.Next()
		f.add(segment, int32(from), int32(it.Pos()), blanks)
	}
	return f
}

// add appends a segment of a text's normal form. One that folds to nothing, or to what ends the text already where that
// does not repeat, makes the character before it longer.
func (f *folded) add(segment []byte, from, to int32, blanks bool) {
	start := len(f.text)
	for len(segment) > 0 {
		r, size := utf8.DecodeRune(segment)
		f.put(r, segment[:size], blanks)
		segment = segment[size:]
	}
	if len(f.text) > start {
		f.starts, f.from, f.to = append(f.starts, int32(start)), append(f.from, from), append(f.to, to)
	}
}

// put appends a character's folded form, if it has one.
func (f *folded) put(r rune, source []byte, blanks bool) {
	last := byte(0)
	if n := len(f.text); n > 0 {
		last = f.text[n-1]
	}
	switch {
	case r == utf8.RuneError:
		f.text = append(f.text, source...) // a byte that is not UTF-8 is like itself only
	case unicode.IsSpace(r):
		if blanks && last != ' ' {
			f.text = append(f.text, ' ')
		}
	case unicode.Is(unicode.Cf, r): // soft hyphens, joiners, marks of direction
	case unicode.Is(unicode.Pd, r) || r == '−' || r == '⁃':
		if last != '-' {
			f.text = append(f.text, '-')
		}
	default:
		f.text = utf8.AppendRune(f.text, plain(r))
	}
}

// plain is a character in lower case, where both of a letter's lower forms (σ and ς) are one, or a quote that is straight.
func plain(r rune) rune {
	switch r {
	case '‘', '’', '‚', '‛', '′', '`', '´', 'ʼ', '‹', '›':
		return '\''
	case '“', '”', '„', '‟', '″', '«', '»', '〝', '〞', '＂':
		return '"'
	}
	return unicode.ToLower(unicode.ToUpper(r))
}

// origin is what a span of the folded text was before, -1 where it begins or ends inside of a character.
func (f folded) origin(s Span) (start, end int) {
	first, whole := slices.BinarySearch(f.starts, int32(s[0]))
	next, ends := slices.BinarySearch(f.starts, int32(s[1]))
	if !whole || !ends && s[1] != len(f.text) {
		return -1, -1
	}
	return int(f.from[first]), int(f.to[next-1])
}
