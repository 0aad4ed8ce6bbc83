package compress

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"github.com/project-sputnik/sputnik/token"
)

const (
	// longestIdentifier is the number of bytes from which on parts are words of their own.
	longestIdentifier = 64
	// longestThing is the same for paths, names and flags.
	longestThing = 1024
)

// joiner joins the units that are one thing: what has a digit in it, as FIN-2209, 5C:A1:09:7E, 2025-09-17T03:42 and
// 10.0.0.1:80, paths, and names of programs and their parts (thing). Half of an identifier is a wrong one. The units of
// one with a digit are words with single signs of - : . / _ # @ + between them and no white space.
type joiner struct {
	part  token.Part
	words []Span // of the units from first on: as many as one thing has at the most, or more
	first int
	left  int // units of the thing that was begun
}

// begin goes on with the next part of a text.
func (j *joiner) begin(part token.Part) { j.part, j.words, j.first = part, j.words[:0], part.First }

// ends says whether a thing ends with unit u; it is asked for one unit after the other.
func (j *joiner) ends(u int) bool {
	if j.left == 0 {
		j.left = identifier(j.part.Bytes, j.from(u))
	}
	if !j.part.Units[u].Open {
		j.left--
	}
	return j.left == 0
}

// from are the words of the units from u on.
func (j *joiner) from(u int) []Span {
	if j.words == nil {
		j.words = make([]Span, 0, 4*longestThing)
	}
	units := j.part.Units
	if rest := len(j.words) - (u - j.first); rest <= longestThing && j.first+len(j.words) < len(units) {
		rest = max(rest, 0)
		j.words = append(j.words[:0], j.words[len(j.words)-rest:]...)
		j.first = u
		for _, unit := range units[u+rest : min(len(units), u+cap(j.words))] {
			start, end := unit.Span(j.part.Tokens)
			j.words = append(j.words, Span{start, end})
		}
	}
	return j.words[u-j.first:]
}

// things calls visit with the words of a text, joined to things.
func things(t token.Tokenizer, text []byte, visit func(thing Span)) {
	var j joiner
	start := 0
	for part := range token.Parts(t, text, partTokens, longestThing) {
		j.begin(part)
		for u := part.First; u < part.End; u++ {
			if _, end := part.Units[u].Span(part.Tokens); j.ends(u) {
				visit(Span{start, end})
				start = end
			}
		}
	}
}

// wordEnds cuts plain text into words and identifiers, whatever its tokens.
func wordEnds(plain []byte) []int {
	ends := token.WordEnds(nil, plain)
	words := make([]Span, len(ends))
	at := 0
	for i, end := range ends {
		words[i] = Span{at, end}
		at = end
	}
	out := ends[:0]
	for i := 0; i < len(words); {
		i += identifier(plain, words[i:])
		out = append(out, words[i-1][1])
	}
	return out
}

// identifier is how many words, one at the least, make one thing.
func identifier(text []byte, words []Span) int {
	if n := thing(text, words); n > 1 {
		return n
	}
	start, end := words[0][0], words[0][1]
	if !wordBorders(text[start:end], true) {
		return 1
	}
	n := 1
	for n+1 < len(words) {
		from, to, next := words[n][0], words[n][1], words[n+1][1]
		if to-from != 1 || !bytes.Contains([]byte("-:./_#@+"), text[from:to]) ||
			!wordBorders(text[to:next], false) || next-start > longestIdentifier {
			break
		}
		n, end = n+2, next
	}
	if bytes.IndexFunc(text[start:end], unicode.IsDigit) < 0 {
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

// thing is how many words make a path, a scoped name, a flag, a variable or a call, 1 if they make none: /etc/hosts, a/b.go,
// C:\Users, std::vector, p->next, --keep-digits, @app, $HOME, ${HOME}, main().
func thing(text []byte, words []Span) int {
	start := words[0][1] - len(bytes.TrimLeftFunc(text[words[0][0]:words[0][1]], unicode.IsSpace))
	if start == words[0][1] || start > 0 && inThing(text[:start]) {
		return 1
	}
	end := start + named(text[start:min(len(text), start+longestThing)])
	n := 1
	for n < len(words) && words[n][0] < end { // a token may go on behind the end
		n++
	}
	return n
}

// inThing says whether a text ends with what may be a part of a thing that goes on.
func inThing(text []byte) bool {
	r, _ := utf8.DecodeLastRune(text)
	return spells(r) || bytes.IndexByte([]byte(thingSigns), text[len(text)-1]) >= 0 ||
		bytes.HasSuffix(text, []byte("${")) || bytes.HasSuffix(text, []byte("->")) || bytes.HasSuffix(text, []byte("()")) || r == '}'
}

const thingSigns = `-._/~:@#$+%\`

// named is the length of the thing that a text begins with, 0 if it begins with none. One that has no end is none.
func named(text []byte) int {
	end := 0
	for end < len(text) {
		r, size := utf8.DecodeRune(text[end:])
		switch rest := text[end:]; {
		case spells(r) || bytes.IndexByte([]byte(thingSigns), text[end]) >= 0:
		case bytes.HasPrefix(rest, []byte("->")) || bytes.HasPrefix(rest, []byte("()")):
			size = 2
		case r == '>' && end > 0 && text[end-1] == '-':
		case r == '{' && end > 0 && text[end-1] == '$':
		case r == '}' && bytes.Contains(text[:end], []byte("${")):
		default:
			return called(bytes.TrimRight(text[:end], ".,:-"))
		}
		end += size
	}
	if end == longestThing {
		return 0
	}
	return called(bytes.TrimRight(text[:end], ".,:-"))
}

// called is the length of text if all of it is a thing.
func called(text []byte) int {
	if len(text) > 1 && (isPath(text) || isName(text)) {
		return len(text)
	}
	return 0
}

func isPath(text []byte) bool {
	for _, root := range []string{"/", "./", "../", "~/"} {
		if bytes.HasPrefix(text, []byte(root)) {
			return len(text) > len(root) && text[len(root)] != '/'
		}
	}
	if len(text) > 3 && text[1] == ':' && text[2] == '\\' || bytes.HasPrefix(text, []byte(`\\`)) {
		return true
	}
	first, _ := utf8.DecodeRune(text)
	slashes := bytes.Count(text, []byte("/"))
	last := text[bytes.LastIndexByte(text, '/')+1:]
	return slashes > 0 && (spells(first) || first == '_' || first == '.' || first == '@') && !bytes.Contains(text, []byte("//")) &&
		(slashes > 1 || bytes.ContainsAny(last, "._"))
}

func isName(text []byte) bool {
	first, _ := utf8.DecodeRune(text)
	second := rune(text[1])
	switch {
	case bytes.HasPrefix(text, []byte("--")):
		return len(text) > 2 && spells(rune(text[2]))
	case first == '@' || first == '$' || first == '#':
		return unicode.IsLetter(second) || second == '_' || first == '$' && second == '{' || first == '#' && unicode.IsDigit(second)
	case !spells(first) && first != '_':
		return false
	}
	return digest(text) || bytes.Contains(text, []byte("::")) || bytes.Contains(text, []byte("->")) || bytes.HasSuffix(text, []byte("()"))
}

// digest says whether a text is a hash with its name, as sha256:e3b0c442...
func digest(text []byte) bool {
	_, hash, found := bytes.Cut(text, []byte(":"))
	return found && len(hash) >= 32 && len(bytes.Trim(hash, "0123456789abcdefABCDEF")) == 0
}
