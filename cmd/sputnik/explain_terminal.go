package main

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/project-sputnik/sputnik/compress"
)

// A mark is how a unit is shown: between two strings of plain text, or in a colour.
type mark struct{ open, close, colour string }

var (
	droppedMark   = mark{"[-", "-]", "\x1b[2;9m"}    // faint, struck through
	protectedMark = mark{"[=", "=]", "\x1b[1;4;32m"} // bold, underlined, green
	besideMark    = mark{"[+", "+]", "\x1b[33m"}     // yellow
	keptMark      = mark{"", "", "\x1b[1m"}
)

const plainColour = "\x1b[0m"

func markOf(u compress.ExplainedUnit) mark {
	switch {
	case !u.Kept:
		return droppedMark
	case u.Protected():
		return protectedMark
	case !slices.Contains(u.Why, compress.ByScore):
		return besideMark
	}
	return keptMark
}

// shown is the text, neighbours of one fate in one mark, behind a line of what happened.
func shown(e compress.Explanation, text []byte, coloured bool) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s\n", e.Summary())
	legend := []struct {
		mark
		name string
	}{{keptMark, "kept"}, {protectedMark, "protected"}, {besideMark, "kept with another word"}, {droppedMark, "dropped"}}
	for i, each := range legend {
		if i > 0 {
			out.WriteString("  ")
		}
		each.put(&out, each.name, coloured)
	}
	out.WriteString("\n\n")
	for i := 0; i < len(e.Units); {
		first, how := e.Units[i], markOf(e.Units[i])
		end := first.Span[1]
		for i++; i < len(e.Units) && markOf(e.Units[i]) == how; i++ {
			end = e.Units[i].Span[1]
		}
		how.put(&out, visible(string(text[first.Span[0]:end])), coloured)
	}
	out.WriteByte('\n')
	return out.Bytes()
}

// put writes words in a mark, line by line and inside of the white space of each: a colour that runs over a line's end
// would fill the screen.
func (m mark) put(out *bytes.Buffer, words string, coloured bool) {
	open, end := m.open, m.close
	if coloured {
		open, end = m.colour, plainColour
	}
	for i, line := range strings.Split(words, "\n") {
		if i > 0 {
			out.WriteByte('\n')
		}
		core := strings.TrimSpace(line)
		if core == "" {
			out.WriteString(line)
			continue
		}
		at := strings.Index(line, core)
		out.WriteString(line[:at] + open + core + end + line[at+len(core):])
	}
}

// visible has a sign in the place of what a terminal would obey.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			return '\ufffd'
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
}

// tokenTable is a line a token: its bytes, itself, its score, its unit with score and rank, what became of it and why.
func tokenTable(e compress.Explanation, text []byte) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s; rank of %d\n", e.Summary(), e.Ranked())
	fmt.Fprintf(&out, "%-15s %-20s %9s %7s %-20s %9s %7s %-7s %s\n", "bytes", "token", "score", "unit", "", "score", "rank", "", "why")
	for _, t := range e.Tokens {
		u := e.Units[t.Unit]
		fate, rank := "dropped", "-"
		if u.Kept {
			fate = "kept"
		}
		if u.Rank > 0 {
			rank = strconv.Itoa(u.Rank)
		}
		reasons := make([]string, len(u.Why))
		for i, each := range u.Why {
			reasons[i] = string(each)
		}
		fmt.Fprintf(&out, "%-15s %-20s %9.4g %7d %-20s %9.4g %7s %-7s %s\n", fmt.Sprintf("%d-%d", t.Span[0], t.Span[1]),
			cell(text[t.Span[0]:t.Span[1]]), t.Score, t.Unit, cell(text[u.Span[0]:u.Span[1]]), u.Score, rank, fate, strings.Join(reasons, ", "))
	}
	return out.Bytes()
}

// cell is a text between quotes, cut where it is longer than a column.
func cell(text []byte) string {
	const most = 16
	runes := []rune(string(text[:min(len(text), 8*most)]))
	if len(runes) <= most {
		return strconv.Quote(string(runes))
	}
	return strconv.Quote(string(runes[:most-1])) + "…"
}
