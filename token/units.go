package token

// Unit is a group of tokens [First, End) that are kept or dropped together: a word with the white space before it. A word of
// more than LongestUnit tokens is several units, of which all but the last are open: the word goes on in the next.
type Unit struct {
	First, End int32
	Open       bool
}

// LongestUnit is the number of tokens that a unit has at the most.
const LongestUnit = 4096

// Span returns the bytes of the unit.
func (u Unit) Span(tokens []Token) (start, end int) {
	return int(tokens[u.First].Start), int(tokens[u.End-1].End)
}

// Units appends the units of an encoding to dst. Words are Unicode's (UAX #29) with these rules on top:
//
//   - white space belongs to the word after it, at the end of the text to the word before;
//   - a run of white space up to its last line end is a unit of its own;
//   - a number is one unit with its sign, currency, separators and percent sign;
//   - so is a word with inner apostrophes, an identifier, a URL, an e-mail address and a UUID;
//   - Chinese, Japanese and the scripts of South-East Asia that do not part words give a unit a grapheme;
//   - every other sign, emoji or mark is a unit.
//
// A word ends a unit only where a token ends too, so a token that lies across words joins them, and units tile the
// tokens. Word ends are grapheme ends, hence a unit of valid UTF-8 is valid UTF-8. The time is linear.
func Units(dst []Unit, text []byte, tokens []Token) []Unit {
	g := grouper{text: text}
	return g.finish(g.group(dst, tokens), tokens)
}

// grouper groups the tokens of a text as they come.
type grouper struct {
	text        []byte
	end         int // of a word: the last that was looked at
	first, next int // tokens that belong to the next unit so far
	some        bool
}

// group appends the units that are sure when tokens are there, which are those of the text up to somewhere.
func (g *grouper) group(dst []Unit, tokens []Token) []Unit {
	loadKinds()
	for {
		for g.next < len(tokens) && int(tokens[g.next].End) <= g.end {
			if g.next-g.first == LongestUnit {
				dst = g.add(dst, true)
			}
			g.next++
		}
		if g.next == len(tokens) { // more may belong to it
			return dst
		}
		if g.end > 0 && g.next > g.first && int(tokens[g.next-1].End) == g.end {
			dst = g.add(dst, false)
		}
		g.end = wordEnd(g.text, g.end)
	}
}

func (g *grouper) add(dst []Unit, open bool) []Unit {
	dst = append(dst, Unit{int32(g.first), int32(g.next), open})
	g.first, g.some = g.next, true
	return dst
}

// finish appends the last unit: tokens are all there are.
func (g *grouper) finish(dst []Unit, tokens []Token) []Unit {
	switch {
	case g.first == len(tokens):
	case g.some && int(tokens[len(tokens)-1].End) != g.end:
		dst[len(dst)-1].End = int32(len(tokens))
	default:
		dst = g.add(dst, false)
	}
	return dst
}

// WordEnds appends to dst where the words of text end: the units that text would have if every byte were a token.
func WordEnds(dst []int, text []byte) []int {
	loadKinds()
	for at := 0; at < len(text); {
		at = wordEnd(text, at)
		dst = append(dst, at)
	}
	return dst
}

// wordEnd returns the end of the word that begins at text[at] with the white space before it.
func wordEnd(text []byte, at int) int {
	core, lineEnd := skipSpaces(text, at)
	switch {
	case core == len(text):
		return core
	case lineEnd > 0:
		return lineEnd
	}
	end := coreEnd(text, core)
	if end < len(text) && kindAt(text, end) == kindSpace {
		if rest, lineEnd := skipSpaces(text, end); rest == len(text) && lineEnd == 0 {
			return rest
		}
	}
	return end
}

// skipSpaces returns the end of the white space at text[at:], and the end of its last line end or 0.
func skipSpaces(text []byte, at int) (end, lineEnd int) {
	for at < len(text) {
		switch c := text[at]; {
		case c == ' ' || c == '\t' || c == '\v' || c == '\f':
			at++
		case c == '\n' || c == '\r':
			at++
			lineEnd = at
		default:
			r, size := runeAt(text, at)
			if kinds[r] != kindSpace {
				return at, lineEnd
			}
			at += size
			if r == '\u0085' || r == '\u2028' || r == '\u2029' {
				lineEnd = at
			}
		}
	}
	return at, lineEnd
}

// coreEnd returns the end of the word or sign that begins at text[i], which is not white space.
func coreEnd(text []byte, i int) int {
	switch kindAt(text, i) {
	case kindDigit, kindLetter:
		if end := uuidEnd(text, i); end > 0 {
			return end
		}
		return wordCore(text, i)
	case kindSign:
		if digit := signedNumber(text, i); digit > 0 {
			return wordCore(text, digit)
		}
	}
	return graphemeEnd(text, i)
}

// signedNumber returns where the digits of "-5", "$1", "-€3" or ".5" at text[i] begin, or 0. After a letter or digit
// only a currency counts, since "3-5" and "a+1" are not signed numbers.
func signedNumber(text []byte, i int) int {
	r, size := runeAt(text, i)
	if !isCurrency(r) && i > 0 && endsWord(text, i) {
		return 0
	}
	i += size
	if i < len(text) && kindAt(text, i) == kindSign && text[i] != '.' {
		second, size := runeAt(text, i)
		if isCurrency(r) == isCurrency(second) {
			return 0
		}
		i += size
	}
	if i < len(text) && text[i] >= '0' && text[i] <= '9' {
		return i
	}
	return 0
}

func endsWord(text []byte, i int) bool {
	c := text[i-1]
	return kinds[c] == kindLetter || kinds[c] == kindDigit || c == ')' || c == ']' || c == '.' || c >= 0x80
}
