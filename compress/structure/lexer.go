package structure

import (
	"bytes"
	"go/scanner"
	"go/token"
	"strings"
)

// aside is a comment or a string of a program: text[start:end] without its marks.
type aside struct {
	start, end int
	comment    bool
	document   bool // Python's string that stands where a statement does
}

// lexer finds comments and strings. It knows no more of a language than that needs, and gives up where one does not end.
type lexer struct {
	*language
	text   []byte
	asides []aside
	wrong  int // where what never ends begins; -1 if all does
	why    string
}

// lex returns the asides of a program in order.
func lex(text []byte, l *language) ([]aside, *Error) {
	if l.name == "Go" {
		return lexGo(text)
	}
	x := &lexer{language: l, text: text, wrong: -1}
	for at := 0; at < len(text) && x.wrong < 0; {
		at = x.step(at)
	}
	if x.wrong >= 0 {
		return nil, wrong(Code, text, x.wrong, x.why+" never ends, in what looks like "+l.name)
	}
	return x.asides, nil
}

// lexGo leaves the work to go/scanner.
func lexGo(text []byte) ([]aside, *Error) {
	var s scanner.Scanner
	var failed *Error
	file := token.NewFileSet().AddFile("", -1, len(text))
	s.Init(file, text, func(at token.Position, reason string) {
		if failed == nil {
			failed = wrong(Code, text, at.Offset, reason+", in what looks like Go")
		}
	}, scanner.ScanComments)
	var asides []aside
	for {
		pos, kind, literal := s.Scan()
		start := file.Offset(pos)
		switch {
		case kind == token.EOF || failed != nil:
			return asides, failed
		case kind == token.STRING && literal == `"C"`:
			asides = dropPreamble(asides, text, start)
		case kind == token.STRING && literal[0] == '"':
			asides = append(asides, aside{start: start + 1, end: start + len(literal) - 1})
		case kind == token.COMMENT: // the literal is without the carriage returns that the text may have
			closing, rest := "\n", text[start+2:]
			if literal[1] == '*' {
				closing = "*/"
			}
			end := bytes.Index(rest, []byte(closing))
			if end < 0 {
				end = len(rest)
			}
			asides = append(asides, aside{start: start + 2, end: start + 2 + end, comment: true})
		}
	}
}

// dropPreamble takes away the comments right before the import "C" at an offset: they are C.
func dropPreamble(asides []aside, text []byte, at int) []aside {
	want := "import"
	for n := len(asides) - 1; n >= 0 && asides[n].comment; n-- {
		between := bytes.TrimPrefix(bytes.TrimSpace(text[asides[n].end:at]), []byte("*/"))
		if string(bytes.TrimSpace(between)) != want {
			break
		}
		at, want, asides = asides[n].start-2, "", asides[:n]
	}
	return asides
}

// step reads what begins at an offset and returns where it ends.
func (x *lexer) step(at int) int {
	rest := x.text[at:]
	c := rest[0]
	switch {
	case x.shell && c == '\\':
		return at + 2
	case bytes.HasPrefix(rest, []byte(x.line)) && (!x.shell || at == 0 || bytes.IndexByte([]byte(" \t\n;"), x.text[at-1]) >= 0):
		return x.comment(at)
	case x.block && bytes.HasPrefix(rest, []byte("/*")):
		return x.blockComment(at)
	case x.raw && c == 'R' && len(rest) > 1 && rest[1] == '"' && (at == 0 || !isLetter(x.text[at-1])):
		return x.between(at, ")"+string(rest[2:2+max(0, bytes.IndexByte(rest[2:], '('))])+"\"", 2, "a raw string")
	case x.lifetimes && c == 'r' && len(rest) > 1 && (rest[1] == '"' || rest[1] == '#') && (at == 0 || !isLetter(x.text[at-1])):
		if n := run(rest[1:]); rest[1] == '#' && n+1 < len(rest) && rest[n+1] == '"' {
			return x.between(at, "\""+string(rest[1:1+n]), n+2, "a raw string")
		} else if rest[1] == '"' {
			return x.between(at, "\"", 2, "a raw string")
		}
	case x.lifetimes && c == '\'':
		return at + character(rest)
	case x.dollars && c == '$':
		if n := bytes.IndexByte(rest[1:], '$'); n >= 0 && len(bytes.TrimFunc(rest[1:1+n], func(r rune) bool { return r < 0x80 && isLetter(byte(r)) })) == 0 {
			return x.between(at, string(rest[:n+2]), n+2, "a quoted text")
		}
	case x.shell && bytes.HasPrefix(rest, []byte("<<")):
		return x.document(at)
	case x.regexps && c == '`':
		return x.template(at)
	case x.regexps && c == '/':
		return x.regexp(at)
	case c == '\'' && at > 0 && (x.text[at-1] >= '0' && x.text[at-1] <= '9') && x.raw:
		return at + 1 // 1'000 of C++
	case strings.IndexByte(x.quotes, c) >= 0:
		return x.quoted(at)
	}
	return at + 1
}

// fail notes what never ends.
func (x *lexer) fail(at int, why string) int {
	x.wrong, x.why = at, why
	return len(x.text)
}

// between skips to the end of what opens with so many bytes and closes with a mark.
func (x *lexer) between(at int, closing string, opening int, what string) int {
	opening = min(opening, len(x.text)-at)
	n := bytes.Index(x.text[at+opening:], []byte(closing))
	if n < 0 {
		return x.fail(at, what)
	}
	return at + opening + n + len(closing)
}

// comment reads a comment up to the end of its line; a \ there has it go on on the next.
func (x *lexer) comment(at int) int {
	end := at
	for {
		n := bytes.IndexByte(x.text[end:], '\n')
		if n < 0 {
			end = len(x.text)
			break
		}
		end += n
		if !x.raw || !bytes.HasSuffix(bytes.TrimSuffix(x.text[:end], []byte("\r")), []byte("\\")) {
			break
		}
		end++
	}
	lineStart := 1 + bytes.LastIndexByte(x.text[:at], '\n')
	if !x.shell || len(bytes.TrimSpace(x.text[lineStart:at])) == 0 {
		x.asides = append(x.asides, aside{start: at + len(x.line), end: end, comment: true})
	}
	return end
}

func (x *lexer) blockComment(at int) int {
	end, depth := at+2, 1
	for depth > 0 {
		n := bytes.Index(x.text[end:], []byte("*/"))
		if n < 0 {
			return x.fail(at, "a comment")
		}
		if open := bytes.Index(x.text[end:end+n], []byte("/*")); x.nested && open >= 0 {
			depth++
			end += open + 2
			continue
		}
		depth--
		end += n + 2
	}
	x.asides = append(x.asides, aside{start: at + 2, end: end - 2, comment: true})
	return end
}

// quoted reads a string.
func (x *lexer) quoted(at int) int {
	quote := x.text[at]
	if x.triple && bytes.HasPrefix(x.text[at:], bytes.Repeat([]byte{quote}, 3)) && (quote == '"' || x.line == "#") {
		return x.tripled(at, quote)
	}
	for i := at + 1; i < len(x.text); i++ {
		switch c := x.text[i]; {
		case c == '\\' && !x.doubled && (!x.shell || quote == '"' || at > 0 && x.text[at-1] == '$'):
			i++
		case c == quote && x.doubled && i+1 < len(x.text) && x.text[i+1] == quote:
			i++
		case c == quote:
			if !x.shell && !x.doubled && !x.prefixed(at) {
				x.asides = append(x.asides, aside{start: at + 1, end: i})
			}
			return i + 1
		case c == '\n' && strings.IndexByte(x.multiline, quote) < 0:
			return x.fail(at, "a string")
		}
	}
	return x.fail(at, "a string")
}

// prefixed says whether a letter right before a quote says how its string is to be read, or makes it a piece of another.
func (x *lexer) prefixed(at int) bool { return at > 0 && isLetter(x.text[at-1]) }

// tripled reads a string with three quotes; in Python one that is a statement by itself is a document.
func (x *lexer) tripled(at int, quote byte) int {
	closing := bytes.Repeat([]byte{quote}, 3)
	for i := at + 3; i < len(x.text); i++ {
		switch {
		case x.text[i] == '\\':
			i++
		case bytes.HasPrefix(x.text[i:], closing):
			before := bytes.TrimRight(x.text[:at], " \t\r\n")
			alone := at == 0 || len(before) == 0 || bytes.IndexByte(x.text[len(before):at], '\n') >= 0 && bytes.IndexByte([]byte("(,=[{\\+%"), before[len(before)-1]) < 0
			if x.line == "#" && alone {
				x.asides = append(x.asides, aside{start: at + 3, end: i, document: true})
			}
			return i + 3
		}
	}
	return x.fail(at, "a string")
}

// character is the length of a character of Rust, or of the mark of a lifetime.
func character(rest []byte) int {
	if len(rest) > 2 && rest[1] == '\\' {
		if n := bytes.IndexByte(rest[3:min(len(rest), 14)], '\''); n >= 0 {
			return n + 4
		}
		return 1
	}
	if n := bytes.IndexByte(rest[1:min(len(rest), 6)], '\''); n > 0 && (n == 1 || rest[1] >= 0x80) {
		return n + 2
	}
	return 1
}

// template skips `...`, with the code between ${ and } in it.
func (x *lexer) template(at int) int {
	for i := at + 1; i < len(x.text) && x.wrong < 0; {
		switch {
		case x.text[i] == '\\':
			i += 2
		case x.text[i] == '`':
			return i + 1
		case bytes.HasPrefix(x.text[i:], []byte("${")):
			depth := 1
			for i += 2; i < len(x.text) && depth > 0 && x.wrong < 0; {
				switch x.text[i] {
				case '{':
					depth++
				case '}':
					depth--
				}
				i = x.step(i)
			}
		default:
			i++
		}
	}
	return x.fail(at, "a template")
}

// longestRegexp is how far the end of one is looked for.
const longestRegexp = 2000

// regexp skips /.../ where no value stands before it that could be divided.
func (x *lexer) regexp(at int) int {
	before := bytes.TrimRight(x.text[:at], " \t\r\n")
	if n := len(before); n > 0 && bytes.IndexByte([]byte("(,=:[!&|?{};+-*%~^<>"), before[n-1]) < 0 &&
		!bytes.HasSuffix(before, []byte("return")) && !bytes.HasSuffix(before, []byte("typeof")) && !bytes.HasSuffix(before, []byte("case")) {
		return at + 1
	}
	class := false
	for i := at + 1; i < min(len(x.text), at+longestRegexp) && x.text[i] != '\n'; i++ {
		switch c := x.text[i]; {
		case c == '\\':
			i++
		case c == '[':
			class = true
		case c == ']':
			class = false
		case c == '/' && !class:
			return i + 1
		}
	}
	return at + 1
}

// document skips a here-document of the shell.
func (x *lexer) document(at int) int {
	rest := x.text[at+2:]
	if len(rest) == 0 || rest[0] == '<' {
		return at + 3
	}
	word := bytes.TrimLeft(bytes.TrimPrefix(rest, []byte("-")), " \t")
	if n := bytes.IndexAny(word, " \t\r\n;|&)>"); n >= 0 {
		word = word[:n]
	}
	name := bytes.Trim(word, `'"\`)
	if len(name) == 0 || !isLetter(name[0]) {
		return at + 2
	}
	line := bytes.IndexByte(rest, '\n')
	if line < 0 {
		return x.fail(at, "a here-document")
	}
	for from := at + 2 + line + 1; from < len(x.text); {
		next := len(x.text)
		if n := bytes.IndexByte(x.text[from:], '\n'); n >= 0 {
			next = from + n + 1
		}
		if bytes.Equal(bytes.TrimLeft(bytes.TrimRight(x.text[from:next], "\r\n"), "\t"), name) {
			return next
		}
		from = next
	}
	return x.fail(at, "a here-document")
}
