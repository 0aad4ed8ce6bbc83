package structure

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Kind is a form of text with a syntax of its own.
type Kind string

// The kinds. Auto stands for whichever of the others a text is.
const (
	Auto     Kind = "auto"
	Prose    Kind = "prose"
	JSON     Kind = "json" // one value, or JSON lines
	Markdown Kind = "markdown"
	Code     Kind = "code"
	Chat     Kind = "chat" // JSON of the form [{"role","content"}], or {"messages":[...]}
)

var kinds = []Kind{Auto, Prose, JSON, Markdown, Code, Chat}

// Check says what is wrong with a kind.
func (k Kind) Check() error {
	if slices.Contains(kinds, k) {
		return nil
	}
	return fmt.Errorf("structure is %q; want %s", string(k), Names())
}

// Names lists the kinds for a reader.
func Names() string {
	names := make([]string, len(kinds))
	for i, each := range kinds {
		names[i] = string(each)
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// A Piece is text[Start:End], of a text of less than 2 GiB: kept whole or dropped whole, or in any case kept if it is Fixed.
type Piece struct {
	Start, End  int32
	First, Last rune // what it begins and ends with once escapes are read
	Fixed       bool
}

// A Layout is a text in pieces that tile it. Whatever pieces are dropped, as long as none of them is fixed, the rest is
// of the same kind. That of prose has no pieces.
type Layout struct {
	Kind   Kind
	Pieces []Piece
}

// Loose counts the pieces that may go.
func (l Layout) Loose() int {
	n := 0
	for _, p := range l.Pieces {
		if !p.Fixed {
			n++
		}
	}
	return n
}

// Words returns where the words of plain text end, ascending: white space belongs to the word after it, and the last end
// is len(plain).
type Words func(plain []byte) []int

// An Error says where a text is not of the kind that it should be.
type Error struct {
	Kind         Kind
	Line, Column int // from 1; columns count bytes
	Reason       string
}

func (e *Error) Error() string {
	return fmt.Sprintf("line %d, column %d is not %s: %s", e.Line, e.Column, e.Kind, e.Reason)
}

// wrong makes an error of what is wrong at an offset of text.
func wrong(kind Kind, text []byte, at int, reason string) *Error {
	before := text[:min(max(at, 0), len(text))]
	return &Error{kind, 1 + bytes.Count(before, []byte("\n")), len(before) - bytes.LastIndexByte(before, '\n'), reason}
}

// Parse lays out a text of a kind, or says why it is not of that kind: an *Error. White space is prose whatever the kind.
func Parse(text []byte, kind Kind, words Words) (Layout, error) {
	if len(bytes.TrimSpace(text)) == 0 {
		return Layout{Kind: Prose}, nil
	}
	switch kind {
	case JSON, Chat:
		return parseJSON(text, kind, words)
	case Markdown:
		layout, _, err := parseMarkdown(text, words)
		return layout, err
	case Code:
		return parseCode(text, words, false)
	case Auto:
		return detect(text, words), nil
	}
	return Layout{Kind: Prose}, nil
}

// detected is how much of a text says whether all of it is Markdown or code: parsing takes a multiple of it in memory.
const detected = 1 << 20

// detect lays out a text of whichever kind it is for sure.
func detect(text []byte, words Words) Layout {
	if mayBeJSON(text) {
		if layout, err := parseJSON(text, Auto, words); err == nil {
			return layout
		}
	}
	head := text
	if len(text) > detected {
		head = text[:bytes.LastIndexByte(text[:detected], '\n')+1]
	}
	for _, parse := range []func([]byte, Words) (Layout, bool){surelyMarkdown, surelyCode} {
		if len(head) < len(text) {
			if _, sure := parse(head, words); !sure {
				continue
			}
		}
		if layout, sure := parse(text, words); sure {
			return layout
		}
	}
	return Layout{Kind: Prose}
}

// mayBeJSON says whether a text begins as an object or array does.
func mayBeJSON(text []byte) bool {
	text = bytes.TrimLeft(bytes.TrimPrefix(text, byteOrderMark), " \t\r\n")
	return len(text) > 0 && (text[0] == '{' || text[0] == '[')
}

func surelyMarkdown(text []byte, words Words) (Layout, bool) {
	if !bytes.Contains(text, []byte("\n#")) && !bytes.Contains(text, []byte("```")) && !bytes.Contains(text, []byte("~~~")) && !bytes.HasPrefix(text, []byte("#")) {
		return Layout{}, false
	}
	layout, signs, err := parseMarkdown(text, words)
	return layout, err == nil && signs.sure()
}

func surelyCode(text []byte, words Words) (Layout, bool) {
	if guess(text) == nil { // as prose is, which need not be told why
		return Layout{}, false
	}
	layout, err := parseCode(text, words, true)
	return layout, err == nil
}

// builder tiles a text with pieces.
type builder struct {
	text   []byte
	pieces []Piece
	at     int
}

// fix makes what comes before an offset a fixed piece.
func (b *builder) fix(to int) {
	if to > b.at {
		if n := len(b.pieces); n > 0 && b.pieces[n-1].Fixed && int(b.pieces[n-1].End) == b.at {
			b.pieces[n-1].End = int32(to)
		} else {
			b.pieces = append(b.pieces, Piece{Start: int32(b.at), End: int32(to), Fixed: true})
		}
		b.at = to
	}
}

// add appends a piece that begins where the last one ends.
func (b *builder) add(p Piece) {
	if p.Fixed {
		b.fix(int(p.End))
		return
	}
	b.pieces = append(b.pieces, p)
	b.at = int(p.End)
}

// done fixes the rest and tells fixed pieces how they begin and end.
func (b *builder) done(kind Kind) Layout {
	b.fix(len(b.text))
	b.tell()
	return Layout{kind, b.pieces}
}

func (b *builder) tell() {
	for i := range b.pieces {
		if p := &b.pieces[i]; p.Fixed {
			p.First, _ = utf8.DecodeRune(b.text[p.Start:p.End])
			p.Last, _ = utf8.DecodeLastRune(b.text[p.Start:p.End])
		}
	}
}
