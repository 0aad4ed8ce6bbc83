package compress

import (
	"bytes"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/project-sputnik/sputnik/token"
)

// The sizes of blocks, in tokens of whoever counts.
const (
	lookAhead      = 512              // no block waits for more
	step           = 64               // a border is looked for at the latest when a byte for each of these is still free
	fullBlock      = lookAhead - step // and from so many on
	leastParagraph = 128              // a blank line ends a block of so many
	mostBlock      = 1 << 15          // bytes, whatever the tokens
)

// A borderer finds where the blocks of a text end. Where depends on nothing but the bytes of the block and a few behind it:
// not on how they come in, nor on what stands further on. It is asked with a text that grows until it finds an end, and
// then with the rest.
//
// A block ends at the first blank line behind leastParagraph tokens. Where fullBlock tokens have none it ends at their
// last end of a sentence, else of a line, else at the last blank, and else before a sign. White space belongs to the block
// after it, so that a block never begins in the middle of a word.
type borderer struct {
	o       Options
	own     token.Tokenizer // the model's, which cuts words
	counter counter
	next    int // bytes at which to count again
	scanned int // bytes in which blank lines were looked for
}

// A block is what a borderer found.
type block struct {
	end  int
	kind blockKind
}

type blockKind uint8

const (
	unfinished blockKind = iota // more has to come first
	closed                      // the block ends here
	guarded                     // so it does, and all of it is protected: the span goes on behind it
	tagOpen                     // text begins with a <keep> that no end is seen of
	boundless                   // text is a word that no end is seen of
)

// find looks for the end of the block that text begins with.
func (b *borderer) find(text []byte) block {
	full := b.full(text)
	limit := len(text)
	if full > 0 {
		limit = full
	}
	if end := b.paragraph(text[:limit]); end > 0 {
		return b.done(block{end, closed})
	}
	if full == 0 {
		return block{}
	}
	return b.done(b.latest(text[:full]))
}

func (b *borderer) done(found block) block {
	b.next, b.scanned = 0, 0
	return found
}

// full is how many bytes a full block takes, 0 where text is shorter. A token has a byte at the least, so that the steps
// overshoot by no more than the last one.
func (b *borderer) full(text []byte) int {
	for b.next = max(b.next, fullBlock); b.next <= len(text); {
		n := b.counter.count(text[:b.next])
		if n >= fullBlock || b.next >= mostBlock {
			return b.next
		}
		b.next += max(step, fullBlock-n)
	}
	return 0
}

// paragraph is the end of the first paragraph that may end a block.
func (b *borderer) paragraph(text []byte) int {
	for at := b.scanned; ; {
		line := bytes.IndexByte(text[at:], '\n')
		if line < 0 {
			break
		}
		line += at
		after := line + 1
		for after < len(text) && text[after] != '\n' && isBlank(text[after]) {
			after++
		}
		if after == len(text) {
			b.scanned = line
			return 0
		}
		at = line + 1
		if text[after] != '\n' {
			continue
		}
		end := len(bytes.TrimRightFunc(text[:line], unicode.IsSpace))
		if end > 0 && b.counter.count(text[:end]) >= leastParagraph && b.free(text[:after+1], end) {
			return end
		}
		b.scanned = at
	}
	return 0
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' }

// free says whether no protected span of text, and no tag that waits for its partner, lies across a border.
func (b *borderer) free(text []byte, border int) bool {
	spans, unclosed := b.protected(text)
	return border <= unclosed && !across(spans, border)
}

// protected are the protected spans of text, and where the first tag without a partner begins, or its length.
func (b *borderer) protected(text []byte) (spans []Span, unclosed int) {
	o := b.o
	o.StripTags = false // with their tags spans are whole
	return protect(b.own, text, o).spans, unclosedTag(text)
}

func across(spans []Span, border int) bool {
	return slices.ContainsFunc(spans, func(s Span) bool { return s[0] < border && border < s[1] })
}

// latest is the best border of a full block, or what it is that has none.
func (b *borderer) latest(text []byte) block {
	spans, unclosed := b.protected(text)
	var last [4]int // by kind; a sentence's end is one of a line and of a word too where white space follows
	for _, end := range wordEnds(text[:wholeRunes(text)]) {
		if end >= len(text)-utf8.UTFMax || end > unclosed {
			break
		}
		if how := borderKind(text, end); how < len(last) && !across(spans, end) {
			last[how] = end
			if how < 2 {
				last[2] = end
			}
		}
	}
	for how, end := range last {
		if end > 0 && (how >= 2 || end >= len(text)/4) {
			return block{end, closed}
		}
	}
	switch first := append(spans, Span{len(text), len(text)})[0]; {
	case unclosed == 0:
		return block{0, tagOpen}
	case first[0] == 0 && first[1] >= len(text)-utf8.UTFMax:
		return block{wholeRunes(text), guarded}
	case first[0] == 0:
		return block{first[1], closed}
	case min(unclosed, first[0]) < len(text):
		return block{min(unclosed, first[0]), closed}
	}
	return block{len(text), boundless}
}

// borderKind is 0 where a sentence ends, 1 where a line does, 2 before white space, 3 before a sign, 4 inside of a word.
func borderKind(text []byte, end int) int {
	next, _ := utf8.DecodeRune(text[end:])
	before := bytes.TrimRight(text[:end], "\"')]*_")
	last, _ := utf8.DecodeLastRune(before)
	switch last {
	case '”', '’', '»', '）', '」':
		last, _ = utf8.DecodeLastRune(before[:len(before)-len(string(last))])
	}
	blank := unicode.IsSpace(next)
	switch {
	case blank && (last == '.' || last == '!' || last == '?' || last == '…' || last == ':') || last == '。' || last == '！' || last == '？':
		if !spells(next) {
			return 0
		}
	case !blank && !spells(next):
		return 3
	}
	switch {
	case !blank:
		return 4
	case bytes.IndexByte(text[end:len(text)-len(bytes.TrimLeftFunc(text[end:], unicode.IsSpace))], '\n') >= 0:
		return 1
	}
	return 2
}

// wholeRunes is the length of text without a character that is cut at its end.
func wholeRunes(text []byte) int {
	for n := 1; n <= min(utf8.UTFMax, len(text)); n++ {
		if at := len(text) - n; utf8.RuneStart(text[at]) {
			if !utf8.FullRune(text[at:]) {
				return at
			}
			break
		}
	}
	return len(text)
}

// unclosedTag is where the first <keep> of text begins that no </keep> closes, or the length of text.
func unclosedTag(text []byte) int {
	var tags []int
	for at := 0; ; {
		next := bytes.IndexByte(text[at:], '<')
		if next < 0 {
			break
		}
		at += next
		switch {
		case bytes.HasPrefix(text[at:], openTag):
			tags = append(tags, at)
		case bytes.HasPrefix(text[at:], closeTag) && len(tags) > 0:
			tags = tags[:len(tags)-1]
		case len(tags) == 0 && isTagsBeginning(text[at:]):
			return at // it may become one
		}
		at++
	}
	if len(tags) > 0 {
		return tags[0]
	}
	return len(text)
}

// isTagsBeginning says whether text ends before it could be told from <keep>.
func isTagsBeginning(text []byte) bool {
	return len(text) < len(openTag) && bytes.HasPrefix(openTag, text)
}
