package keepmap

import (
	"bytes"
	"cmp"
	"slices"
)

// A Text is one of the two that a map knows.
type Text string

// The texts.
const (
	Compressed Text = "compressed"
	Original   Text = "original"
)

// A Likeness says how a quotation was found.
type Likeness string

// The likenesses, the closest first.
const (
	Exact   Likeness = "exact"   // byte for byte
	Folded  Likeness = "folded"  // but for white space, case, the form of quotes and dashes, and Unicode's normal form
	Unblank Likeness = "unblank" // and with all white space left out
)

// A Match is where a quotation stands.
type Match struct {
	In         Text
	Likeness   Likeness
	Start, End int    // in the original: from the first byte of the quotation to behind its last
	Pieces     []Span // what of that was kept, ascending; in the compressed text they are what the quotation says
}

// Locate finds where in the original a quotation stands. It looks for it in the compressed text, then in the original,
// in each by falling likeness, and returns all matches of the first kind that has any, in order, none inside another. A
// quotation of nothing is nowhere.
func (m *Map) Locate(quotation []byte) []Match {
	for _, text := range []Text{Compressed, Original} {
		body := m.output
		if text == Original {
			body = m.Original
		}
		for _, like := range []Likeness{Exact, Folded, Unblank} {
			if spans := find(body, quotation, like); len(spans) > 0 {
				return m.matches(text, like, spans)
			}
		}
	}
	return nil
}

// find returns where a quotation stands in a text.
func find(text, quotation []byte, like Likeness) []Span {
	if like == Exact {
		return occurrences(text, quotation)
	}
	in := fold(text, like == Folded)
	what := bytes.Trim(fold(quotation, like == Folded).text, " ")
	var out []Span
	for _, s := range occurrences(in.text, what) {
		if start, end := in.origin(s); start >= 0 {
			out = append(out, Span{start, end})
		}
	}
	return out
}

func occurrences(text, what []byte) []Span {
	var out []Span
	for at := 0; len(what) > 0; {
		next := bytes.Index(text[at:], what)
		if next < 0 {
			break
		}
		out = append(out, Span{at + next, at + next + len(what)})
		at += next + len(what)
	}
	return out
}

func (m *Map) matches(text Text, like Likeness, spans []Span) []Match {
	out := make([]Match, len(spans))
	starts := make([]int, len(m.Kept)) // of each kept span in the output
	at := 0
	for i, k := range m.Kept {
		starts[i] = at
		at += k[1] - k[0]
	}
	for i, s := range spans {
		match := Match{In: text, Likeness: like, Start: s[0], End: s[1]}
		if text == Compressed {
			match.Pieces = m.sources(starts, s)
			match.Start, match.End = match.Pieces[0][0], match.Pieces[len(match.Pieces)-1][1]
		} else {
			match.Pieces = m.within(s)
		}
		out[i] = match
	}
	return out
}

// sources are the bytes of the original that a span of the output, which is not empty, was made of.
func (m *Map) sources(starts []int, s Span) []Span {
	first, found := slices.BinarySearch(starts, s[0])
	if !found {
		first--
	}
	var out []Span
	for i := first; i < len(starts) && starts[i] < s[1]; i++ {
		shift := m.Kept[i][0] - starts[i]
		out = append(out, Span{max(m.Kept[i][0], s[0]+shift), min(m.Kept[i][1], s[1]+shift)})
	}
	return out
}

// within are the parts of a span of the original that were kept.
func (m *Map) within(s Span) []Span {
	first, _ := slices.BinarySearchFunc(m.Kept, s[0], func(k Span, at int) int { return cmp.Compare(k[1], at+1) })
	out := []Span{}
	for i := first; i < len(m.Kept) && m.Kept[i][0] < s[1]; i++ {
		out = append(out, Span{max(m.Kept[i][0], s[0]), min(m.Kept[i][1], s[1])})
	}
	return out
}
