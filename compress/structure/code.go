package structure

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// fewestStringWords is the number of words from which on a string of a program may shrink.
const fewestStringWords = 8

// parseCode lays out a program: the words of comments, of Python's documents and of long strings of prose may go. If it
// has to be sure, what looks like prose between the lines of a program makes it none.
func parseCode(text []byte, words Words, sure bool) (Layout, error) {
	l := guess(text)
	if l == nil {
		names := make([]string, len(languages))
		for i, each := range languages {
			names[i] = each.name
		}
		return Layout{}, wrong(Code, text, 0, "no language is recognised; known are "+strings.Join(names, ", "))
	}
	asides, err := lex(text, l)
	if err != nil {
		return Layout{}, err
	}
	if sure && !looksLikeCode(text, asides, l) {
		return Layout{}, wrong(Code, text, 0, "there is prose between what looks like "+l.name)
	}
	b := &builder{text: text}
	for _, a := range asides {
		addAside(b, a, l, words)
	}
	return b.done(Code), nil
}

// addAside adds the words of a comment or string that may shrink.
func addAside(b *builder, a aside, l *language, words Words) {
	content := b.text[a.start:a.end]
	start := a.start
	switch {
	case !utf8.Valid(content) || bytes.IndexByte(content, '\\') >= 0:
		return
	case a.comment && (l.isDirective(content) || l.nested && bytes.Contains(content, []byte("/*")) || l.line == "#" && encodes(b.text, a)):
		return
	case a.comment:
		start += len(content) - len(bytes.TrimLeft(content, "*/!#-"))
	case a.document && (bytes.IndexByte(content, b.text[a.start-1]) >= 0 || bytes.Contains(content, []byte(">>>"))):
		return
	case !a.document && !proseString(content):
		return
	}
	b.fix(start)
	c := chunker{words: words, text: b.text[start:a.end]}
	for _, p := range c.chunks() {
		p.Start, p.End = int32(start)+p.Start, int32(start)+p.End
		b.add(p)
	}
}

// encodes says whether a comment of Python may say how the file is encoded: one of the first two lines can.
func encodes(text []byte, a aside) bool {
	return bytes.Contains(text[a.start:a.end], []byte("coding")) && bytes.Count(text[:a.start], []byte("\n")) < 2
}

// proseString says whether a string is made of words, and not of a pattern, a query or a command.
func proseString(content []byte) bool {
	fields := bytes.Fields(content)
	if len(fields) < fewestStringWords || bytes.IndexFunc(content, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && !strings.ContainsRune(" .,;:!?()-–—’", r)
	}) >= 0 {
		return false
	}
	switch strings.ToUpper(string(fields[0])) {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "DROP", "WITH", "FROM", "MERGE", "GRANT":
		return false
	}
	return true
}

const codeMarks = "{}()=<>[];"

// looksLikeCode says whether what is neither comment nor string has no line of prose, and lines enough of code.
func looksLikeCode(text []byte, asides []aside, l *language) bool {
	code := bytes.Clone(text)
	for _, a := range asides {
		for i := a.start; i < a.end; i++ {
			if code[i] != '\n' {
				code[i] = ' '
			}
		}
	}
	lines, coded, told := 0, 0, 0
	for line := range bytes.Lines(code) {
		line = bytes.TrimSpace(line)
		if len(line) < 3 { // brackets, and the marks of comments
			continue
		}
		lines++
		if l.told(line) {
			told++
		}
		if bytes.ContainsAny(line, codeMarks) || line[len(line)-1] == ':' || line[len(line)-1] == ',' {
			coded++
		} else if proseLine(line) {
			return false
		}
	}
	return told >= fewestTells && 10*told >= lines && 3*coded >= lines
}

// proseLine says whether a line is of words alone, not of shouted ones as in SQL.
func proseLine(line []byte) bool {
	fields := bytes.Fields(line)
	plain, shouted := 0, 0
	for _, f := range fields {
		f = bytes.TrimRight(f, ".,;:?!")
		if bytes.IndexFunc(f, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && r != '-' }) < 0 {
			plain++
		}
		if len(f) > 1 && !bytes.ContainsFunc(f, unicode.IsLower) {
			shouted++
		}
	}
	return len(fields) >= 6 && 5*plain >= 4*len(fields) && shouted < 2
}
