package token

import (
	"bytes"
	"slices"
	"unicode"
	"unicode/utf8"
)

// addedToken is recognised in the text before anything else happens to it.
type addedToken struct {
	id                    int32
	content               []byte
	stripLeft, stripRight bool // white space on that side belongs to it
	word                  bool // only where no letter or digit touches it
	silent                bool // has an id, but is ordinary text when met in the input
}

// addedTokens finds added tokens in texts: the leftmost, and of those the longest.
type addedTokens struct {
	list    []addedToken // in the order of their ids
	byFirst [256][]int32 // by first byte, longest first: indices into list
	first   []byte       // the first bytes that occur
	maxID   int32
}

func newAddedTokens(list []addedToken) addedTokens {
	a := addedTokens{list: list, maxID: -1}
	slices.SortStableFunc(a.list, func(x, y addedToken) int { return int(x.id - y.id) })
	for i, t := range a.list {
		a.maxID = max(a.maxID, t.id)
		if len(t.content) == 0 || t.silent {
			continue
		}
		c := t.content[0]
		if a.byFirst[c] == nil {
			a.first = append(a.first, c)
		}
		a.byFirst[c] = append(a.byFirst[c], int32(i))
	}
	for _, c := range a.first {
		slices.SortStableFunc(a.byFirst[c], func(x, y int32) int { return len(a.list[y].content) - len(a.list[x].content) })
	}
	return a
}

func (a *addedTokens) id(content string) (int32, bool) {
	for i := range a.list {
		if string(a.list[i].content) == content {
			return a.list[i].id, true
		}
	}
	return 0, false
}

func (a *addedTokens) content(id int32) ([]byte, bool) {
	i, ok := slices.BinarySearchFunc(a.list, id, func(t addedToken, id int32) int { return int(t.id - id) })
	if !ok {
		return nil, false
	}
	return a.list[i].content, true
}

// each appends the added tokens of text, and calls plain for every stretch between them.
func (a *addedTokens) each(dst []Token, text []byte, plain func(dst []Token, at, end int) []Token) []Token {
	from := 0
	for at := 0; at < len(text); {
		t, i := a.find(text, at)
		if t == nil {
			break
		}
		start, end := a.extent(t, text, from, i)
		if t.word && touchesWord(text, start, end) {
			at = i + 1
			continue
		}
		if start > from {
			dst = plain(dst, from, start)
		}
		dst = append(dst, newToken(t.id, start, end))
		from, at = end, end
	}
	if from < len(text) {
		dst = plain(dst, from, len(text))
	}
	return dst
}

// find returns the first added token at or after text[at], and where it is.
func (a *addedTokens) find(text []byte, at int) (*addedToken, int) {
	if len(a.first) == 0 {
		return nil, 0
	}
	for ; at < len(text); at++ {
		if len(a.first) == 1 {
			skip := bytes.IndexByte(text[at:], a.first[0])
			if skip < 0 {
				return nil, 0
			}
			at += skip
		}
		for _, k := range a.byFirst[text[at]] {
			if bytes.HasPrefix(text[at:], a.list[k].content) {
				return &a.list[k], at
			}
		}
	}
	return nil, 0
}

// extent is the span of t at text[i], with the white space that it takes, down to from.
func (a *addedTokens) extent(t *addedToken, text []byte, from, i int) (start, end int) {
	start, end = i, i+len(t.content)
	if t.stripLeft {
		start = from + len(bytes.TrimRightFunc(text[from:start], unicode.IsSpace))
	}
	if t.stripRight {
		end = runEnd(text, end, classSpace)
	}
	return start, end
}

func touchesWord(text []byte, start, end int) bool {
	before, _ := utf8.DecodeLastRune(text[:start])
	after, _ := utf8.DecodeRune(text[end:])
	return isWordRune(before) || isWordRune(after)
}

func isWordRune(r rune) bool {
	return r != utf8.RuneError && (r == '_' || unicode.In(r, unicode.L, unicode.N, unicode.M))
}
