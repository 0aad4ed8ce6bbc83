package token

import (
	"bytes"
	"fmt"
	"unicode"
	"unicode/utf8"

	"github.com/dlclark/regexp2/v2"
)

// piece is a stretch of a text that is merged by itself.
type piece struct{ start, end int }

// splitter appends the pieces of text[p.start:p.end] to dst.
type splitter interface {
	split(dst []piece, text []byte, p piece) []piece
}

func (s gpt2Split) split(dst []piece, text []byte, p piece) []piece {
	for i := p.start; i < p.end; {
		end := s.next(text[:p.end], i)
		dst = append(dst, piece{i, end})
		i = end
	}
	return dst
}

// digitSplit cuts numbers out, each digit apart if single.
type digitSplit struct{ single bool }

func (d digitSplit) split(dst []piece, text []byte, p piece) []piece {
	from := p.start
	for i := p.start; i < p.end; {
		class, size := classAt(text[:p.end], i)
		if class != classNumber {
			i += size
			continue
		}
		end := i + size
		if !d.single {
			end = runEnd(text[:p.end], end, classNumber)
		}
		if from < i {
			dst = append(dst, piece{from, i})
		}
		dst = append(dst, piece{i, end})
		i, from = end, end
	}
	if from < p.end {
		dst = append(dst, piece{from, p.end})
	}
	return dst
}

// runeSplit cuts at the code points that delimit, which are pieces of their own or, with drop, none.
type runeSplit struct {
	delimits func(r rune) bool
	drop     bool
}

func (c runeSplit) split(dst []piece, text []byte, p piece) []piece {
	from := p.start
	for i, size := p.start, 0; i < p.end; i += size {
		var r rune
		if r, size = utf8.DecodeRune(text[i:p.end]); !c.delimits(r) {
			continue
		}
		if from < i {
			dst = append(dst, piece{from, i})
		}
		if !c.drop {
			dst = append(dst, piece{i, i + size})
		}
		from = i + size
	}
	if from < p.end {
		dst = append(dst, piece{from, p.end})
	}
	return dst
}

// markSplit cuts before every mark of a word's beginning, as the SentencePiece family writes spaces.
type markSplit struct{ mark []byte }

func (m markSplit) split(dst []piece, text []byte, p piece) []piece {
	for i := p.start; i < p.end; {
		end := p.end
		if n := bytes.Index(text[i+1:p.end], m.mark); n >= 0 {
			end = i + 1 + n
		}
		dst = append(dst, piece{i, end})
		i = end
	}
	return dst
}

// regexSplit cuts at the matches of a pattern that the fast scanners do not know. behavior says what becomes of a
// match: a piece of its own, nothing, or part of the piece on one side.
type regexSplit struct {
	re       *regexp2.Regexp
	behavior string
	invert   bool
}

func newRegexSplit(s stage) (splitter, error) {
	expr := s.Pattern.Regex
	if expr == "" {
		expr = regexp2.Escape(s.Pattern.String)
	}
	re, err := regexp2.Compile(expr)
	if err != nil {
		return nil, fmt.Errorf("pre-tokenizer Split: pattern %q: %w", expr, err)
	}
	switch s.Behavior {
	case "Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous":
		return regexSplit{re, s.Behavior, s.Invert}, nil
	}
	return nil, fmt.Errorf("pre-tokenizer Split: behavior %q is not known", s.Behavior)
}

// split finds the matches on code points, so that bytes that are not UTF-8 keep their places.
func (r regexSplit) split(dst []piece, text []byte, p piece) []piece {
	runes, at := decodeRunes(text[p.start:p.end])
	first, from, wasMatch := len(dst), 0, false
	add := func(end int, match bool) {
		if end > from {
			q := piece{p.start + at[from], p.start + at[end]}
			dst = r.add(dst, q, match != r.invert, wasMatch, len(dst) > first)
			from, wasMatch = end, match != r.invert
		}
	}
	m, err := r.re.FindRunesMatch(runes)
	for ; err == nil && m != nil; m, err = r.re.FindNextMatch(m) {
		add(m.RuneIndex, false)
		add(m.RuneIndex+m.RuneLength, true)
	}
	add(len(runes), false)
	return dst
}

// add appends q, a match or what lies between two, as behavior says.
func (r regexSplit) add(dst []piece, q piece, match, afterMatch, follows bool) []piece {
	joins := false
	switch r.behavior {
	case "Removed":
		if match {
			return dst
		}
	case "Contiguous":
		joins = match == afterMatch
	case "MergedWithPrevious":
		joins = match && !afterMatch
	case "MergedWithNext":
		joins = afterMatch && !match
	}
	if joins && follows {
		dst[len(dst)-1].end = q.end
		return dst
	}
	return append(dst, q)
}

// decodeRunes returns the code points of text and the byte where each begins, with the end.
func decodeRunes(text []byte) ([]rune, []int) {
	runes := make([]rune, 0, len(text))
	at := make([]int, 0, len(text)+1)
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		runes, at = append(runes, r), append(at, i)
		i += size
	}
	return runes, append(at, len(text))
}

func isSpace(r rune) bool { return classes[r] == classSpace }

// isPunctuation follows BERT: every ASCII sign that is no letter, digit or space, and Unicode's category P.
func isPunctuation(r rune) bool {
	if r < utf8.RuneSelf {
		return r > ' ' && r < 0x7F && classes[r] == classOther
	}
	return unicode.IsPunct(r)
}
