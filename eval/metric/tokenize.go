package metric

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Tokenizer cuts a line into the words that BLEU counts. Nil is [Tokenize13a].
type Tokenizer func(line string) []string

// TokenizeNone cuts at white space only.
func TokenizeNone(line string) []string { return words(line) }

// TokenizeChar takes every character for a word, but for white space.
func TokenizeChar(line string) []string {
	var out []string
	for _, r := range line {
		if !isSpace(r) {
			out = append(out, string(r))
		}
	}
	return out
}

// Tokenize13a cuts as NIST's mteval-v13a: lines and hyphenated words are joined, four entities read, ASCII symbols stand
// alone, stops and commas do unless digits are on both sides, and a dash that follows a digit does.
func Tokenize13a(line string) []string {
	for _, e := range entities {
		line = strings.ReplaceAll(line, e[0], e[1])
	}
	line = " " + line + " " // a stop at either end has a neighbour
	return words(separate(isolate(line, isSymbol), stopAfter, stopBefore, dashAfter))
}

// TokenizeIntl cuts as NIST's mteval-v14 with its international option: by Unicode's classes, punctuation stands alone
// unless numbers are on both sides, and symbols do.
func TokenizeIntl(line string) []string {
	return words(isolate(separate(line, punctuationAfter, punctuationBefore), unicode.IsSymbol))
}

// entities are replaced one after the other, so that &amp;lt; becomes < at last.
var entities = [][2]string{{"<skipped>", ""}, {"-\n", ""}, {"\n", " "},
	{"&quot;", `"`}, {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}}

// A pairRule sets a mark apart from its neighbour.
type pairRule struct {
	first, second func(rune) bool // two characters in a row, of which one is the mark
	markFirst     bool
}

var (
	stopAfter         = pairRule{first: not(isDigit), second: isStop}
	stopBefore        = pairRule{first: isStop, second: not(isDigit), markFirst: true}
	dashAfter         = pairRule{first: isDigit, second: func(r rune) bool { return r == '-' }}
	punctuationAfter  = pairRule{first: not(unicode.IsNumber), second: unicode.IsPunct}
	punctuationBefore = pairRule{first: unicode.IsPunct, second: not(unicode.IsNumber), markFirst: true}
)

func separate(line string, rules ...pairRule) string {
	for _, rule := range rules {
		line = rule.apply(line)
	}
	return line
}

// apply reads pairs from the left without overlap: the partner of a mark is no partner, nor a mark, of the next one.
func (p pairRule) apply(line string) string {
	var out strings.Builder
	for len(line) > 0 {
		a, n := utf8.DecodeRuneInString(line)
		b, m := utf8.DecodeRuneInString(line[n:])
		switch {
		case m == 0 || !p.first(a) || !p.second(b):
			m = 0
			out.WriteString(line[:n])
		case p.markFirst:
			write(&out, " ", line[:n], " ", line[n:n+m])
		default:
			write(&out, line[:n], " ", line[n:n+m], " ")
		}
		line = line[n+m:]
	}
	return out.String()
}

// isolate puts spaces around every mark.
func isolate(line string, isMark func(rune) bool) string {
	var out strings.Builder
	for i, r := range line {
		_, n := utf8.DecodeRuneInString(line[i:])
		if isMark(r) {
			write(&out, " ", line[i:i+n], " ")
		} else {
			out.WriteString(line[i : i+n])
		}
	}
	return out.String()
}

func write(out *strings.Builder, parts ...string) {
	for _, part := range parts {
		out.WriteString(part)
	}
}

// isSymbol is true of printable ASCII but letters, digits, the stops, the dash and the apostrophe.
func isSymbol(r rune) bool {
	return ' ' < r && r <= '~' && !isStop(r) && r != '-' && r != '\'' && !isDigit(r) && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}

func isStop(r rune) bool  { return r == '.' || r == ',' }
func isDigit(r rune) bool { return '0' <= r && r <= '9' }

func not(is func(rune) bool) func(rune) bool { return func(r rune) bool { return !is(r) } }
