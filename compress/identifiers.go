package compress

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"github.com/project-sputnik/sputnik/token"
)

// longestIdentifier is the number of bytes from which on parts are words of their own.
const longestIdentifier = 64

// identifiers joins the units that are one thing with a digit in it: FIN-2209, 5C:A1:09:7E, 2025-09-17T03:42, 10.0.0.1:80.
// Half of an identifier is a wrong one. The units of a thing are words with single signs of - : . / _ # @ + between
// them and no white space.
func identifiers(text token.Text) []token.Unit {
	out := make([]token.Unit, 0, len(text.Units))
	for i := 0; i < len(text.Units); {
		n := identifier(text, text.Units[i:])
		out = append(out, token.Unit{First: text.Units[i].First, End: text.Units[i+n-1].End})
		i += n
	}
	return out
}

// identifier is how many units, one at the least, make one thing.
func identifier(text token.Text, units []token.Unit) int {
	start, end := units[0].Span(text.Tokens)
	if !wordBorders(text.Bytes[start:end], true) {
		return 1
	}
	n := 1
	for n+1 < len(units) {
		from, to := units[n].Span(text.Tokens)
		_, next := units[n+1].Span(text.Tokens)
		if to-from != 1 || !bytes.Contains([]byte("-:./_#@+"), text.Bytes[from:to]) ||
			!wordBorders(text.Bytes[to:next], false) || next-start > longestIdentifier {
			break
		}
		n, end = n+2, next
	}
	if bytes.IndexFunc(text.Bytes[start:end], unicode.IsDigit) < 0 {
		return 1
	}
	return n
}

// wordBorders says whether a unit begins, after white space where that may be, and ends as words do.
func wordBorders(unit []byte, space bool) bool {
	if space {
		unit = bytes.TrimLeftFunc(unit, unicode.IsSpace)
	}
	first, _ := utf8.DecodeRune(unit)
	last, _ := utf8.DecodeLastRune(unit)
	return spells(first) && spells(last)
}
