package structure

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// chunker cuts the text of a block of Markdown at white space: what stands between is one chunk with the marks in it,
// and so is a link, a picture, code, a tag or a short emphasis, whatever white space it has.
type chunker struct {
	text   []byte
	from   []int32 // offsets of the bytes in the source
	words  Words
	closes []int32 // of each [ and ( where it ends; 0 where it does not
	open   [8]bool // whether runs of so many ` are known to be open
}

// chunks are where no line can begin with what it did not begin with: a mark at the beginning of a line, such as the 2.
// of a number that the text happens to begin a line with, is part of the chunk after it.
func (c *chunker) chunks() []Piece {
	c.match()
	var out []Piece
	weak := false // whether the last chunk must have the next beside it
	for at := 0; at < len(c.text); {
		start := at + len(c.text[at:]) - len(bytes.TrimLeft(c.text[at:], " \t\r\n\f\v"))
		if start == len(c.text) {
			break
		}
		end := c.end(start)
		atLine := at == 0 || bytes.IndexByte(c.text[at:start], '\n') >= 0
		join := weak
		weak = (atLine || weak) && mark(c.text[start:end])
		switch {
		case join:
			last := &out[len(out)-1]
			last.End, last.Last = int32(end), lastRune(c.text[:end])
		case weak:
			out = append(out, c.piece(at, end))
		default:
			out = c.cut(out, at, start, end)
		}
		at = end
	}
	if n := len(out); weak && n > 1 {
		out[n-2].End, out[n-2].Last = out[n-1].End, out[n-1].Last
		out = out[:n-1]
	}
	return out
}

func (c *chunker) piece(start, end int) Piece {
	first, _ := utf8.DecodeRune(c.text[start:end])
	return Piece{Start: int32(start), End: int32(end), First: first, Last: lastRune(c.text[start:end])}
}

func lastRune(text []byte) rune {
	r, _ := utf8.DecodeLastRune(text)
	return r
}

// cut appends a chunk, its closing marks apart, and its words where they are written without spaces.
func (c *chunker) cut(out []Piece, at, start, end int) []Piece {
	core := start + len(bytes.TrimRight(c.text[start:end], ".,;:!?"))
	if core == start || !utf8.Valid(c.text[start:end]) {
		return append(out, c.piece(at, end))
	}
	if !bytes.ContainsAny(c.text[start:core], "[]()<>`*_~\\|") {
		from := start
		for _, word := range c.words(c.text[start:core]) {
			word += from
			if r, _ := utf8.DecodeRune(c.text[word:core]); word < core && spaceless(r) && spaceless(lastRune(c.text[at:word])) {
				out = append(out, c.piece(at, word))
				at = word
			}
		}
	}
	out = append(out, c.piece(at, core))
	if core < end {
		out = append(out, c.piece(core, end))
	}
	return out
}

// spaceless says whether a character is a letter of a script that writes words without spaces; all are taken that come
// after those of Europe, India and the Near East.
func spaceless(r rune) bool { return r >= 0x2e80 && unicode.IsLetter(r) }

// mark says whether a chunk could mean something else at the beginning of a line.
func mark(chunk []byte) bool {
	return bytes.IndexByte([]byte("<>#|~`=&\\"), chunk[0]) >= 0 || bytes.IndexFunc(chunk, unicode.IsLetter) < 0
}

// end is where the chunk that begins at i ends.
func (c *chunker) end(i int) int {
	begin := i
	for i < len(c.text) {
		switch c.text[i] {
		case ' ', '\t', '\r', '\n', '\f', '\v':
			return i
		case '\\':
			i = min(i+2, len(c.text))
			if unicode.IsSpace(rune(c.text[i-1])) {
				return i - 1
			}
			continue
		case '`':
			i = c.code(i)
			continue
		case '[':
			i = c.link(i)
			continue
		case '<':
			if n := bytes.IndexAny(c.text[i+1:], "<>\n"); n >= 0 && c.text[i+1+n] == '>' {
				i += n + 2
				continue
			}
		case '*', '_', '~':
			if i == begin {
				i = c.emphasis(i)
				continue
			}
		}
		i++
	}
	return i
}

// code is the end of the code at i, or of its marks where it is never closed.
func (c *chunker) code(i int) int {
	n := run(c.text[i:])
	if n >= len(c.open) || c.open[n] {
		return i + n
	}
	for at := i + n; ; {
		next := bytes.IndexByte(c.text[at:], '`')
		if next < 0 {
			c.open[n] = true
			return i + n
		}
		at += next
		size := run(c.text[at:])
		at += size
		if size == n {
			return at
		}
	}
}

// run is how often a text repeats its first byte.
func run(text []byte) int { return len(text) - len(bytes.TrimLeft(text, string(text[:1]))) }

// link is the end of the link at i, with its address or label, or of its bracket where it is none.
func (c *chunker) link(i int) int {
	end := int(c.closes[i])
	if end == 0 {
		return i + 1
	}
	if end < len(c.text) && (c.text[end] == '(' || c.text[end] == '[') && c.closes[end] > 0 {
		return int(c.closes[end])
	}
	if end < len(c.text) && c.text[end] == '(' {
		return end + 1
	}
	return end
}

// longestEmphasis is the number of bytes up to which what is emphasised is one chunk.
const longestEmphasis = 60

// emphasis is the end of the short emphasis at i, or of its marks.
func (c *chunker) emphasis(i int) int {
	n := run(c.text[i:])
	marks, from := c.text[i:i+n], i+n
	window := c.text[from:min(len(c.text), from+longestEmphasis)]
	if at := bytes.Index(window, marks); at > 0 && !bytes.ContainsAny(window[:at], "\n`[<") && !unicode.IsSpace(rune(window[at-1])) {
		return from + at + n
	}
	return from
}

// match finds where each bracket closes.
func (c *chunker) match() {
	c.closes = make([]int32, len(c.text))
	var square, round []int
	for i := 0; i < len(c.text); i++ {
		switch c.text[i] {
		case '\\':
			i++
		case '[':
			square = append(square, i)
		case '(':
			round = append(round, i)
		case ']':
			square = c.shut(square, i)
		case ')':
			round = c.shut(round, i)
		}
	}
}

func (c *chunker) shut(open []int, at int) []int {
	if n := len(open); n > 0 {
		c.closes[open[n-1]] = int32(at + 1)
		return open[:n-1]
	}
	return open
}
