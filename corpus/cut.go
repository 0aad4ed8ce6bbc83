package corpus

import (
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/project-sputnik/sputnik/probe"
	"github.com/project-sputnik/sputnik/token"
)

// cutter makes sequences of documents.
type cutter struct {
	tokenizer token.Tokenizer
	longest   int    // tokens of a sequence
	shortest  int    // tokens of a sequence
	long      string // cut, truncate or drop

	tokens []token.Token // of the document at hand
	piece  []token.Token
}

// sequence is a text and its token ids.
type sequence struct {
	text string
	ids  []int32
}

// cut makes the sequences of a text; none if it is too short.
func (c *cutter) cut(text string) []sequence {
	c.tokens = c.tokenizer.Encode(c.tokens[:0], []byte(text))
	if len(c.tokens) <= c.longest {
		return c.keep(nil, text, c.tokens)
	}
	switch c.long {
	case "drop":
		return nil
	case "truncate":
		return c.add(nil, text[:c.ends(text, []int{len(text)}, 0)])
	}
	var out []sequence
	borders := paragraphs(text)
	for start := 0; start < len(text); {
		end := c.ends(text, borders, start)
		out = c.add(out, text[start:end])
		start = end
	}
	return out
}

// paragraphs lists where a text may be cut: after its sentences, which end at line ends at the latest.
func paragraphs(text string) []int {
	var ends []int
	for _, s := range probe.Sentences(text) {
		ends = append(ends, s.End)
	}
	return append(ends, len(text))
}

// ends is where a sequence that begins at start should end: at the last border that the longest sequence reaches, if it
// takes at least half of it, else at a word.
func (c *cutter) ends(text string, borders []int, start int) int {
	first := sort.Search(len(c.tokens), func(i int) bool { return int(c.tokens[i].End) > start })
	reach := len(text)
	if last := first + c.longest - 1; last < len(c.tokens) {
		reach = int(c.tokens[last].End)
	}
	best := start
	if n := sort.SearchInts(borders, reach+1); n > 0 {
		best = borders[n-1]
	}
	if reach == len(text) || best-start >= (reach-start)/2 && best > start {
		return max(best, start+1)
	}
	return wordEnd(text, start, reach)
}

// wordEnd is the last place up to reach where a word begins, else the last where a rune does.
func wordEnd(text string, start, reach int) int {
	if i := strings.LastIndexAny(text[start:reach], " \n\t"); i > 0 {
		return start + i
	}
	for reach > start+1 && !utf8.RuneStart(text[reach]) {
		reach--
	}
	return reach
}

// add appends a piece of a text with the white space around it left out, tokenised by itself. A token more than the
// longest sequence has can come of the cut: then the piece is cut again.
func (c *cutter) add(out []sequence, piece string) []sequence {
	piece = strings.TrimSpace(piece)
	c.piece = c.tokenizer.Encode(c.piece[:0], []byte(piece))
	if len(c.piece) <= c.longest {
		return c.keep(out, piece, c.piece)
	}
	end := wordEnd(piece, 0, int(c.piece[c.longest-1].End))
	out = c.add(out, piece[:end])
	if c.long == "truncate" {
		return out
	}
	return c.add(out, piece[end:])
}

func (c *cutter) keep(out []sequence, text string, tokens []token.Token) []sequence {
	if len(tokens) < c.shortest {
		return out
	}
	return append(out, sequence{text, token.IDs(nil, tokens)})
}
