package compress

import (
	"bytes"
	"context"
	"unicode"

	"github.com/project-sputnik/sputnik/compress/structure"
)

// A feed cuts prose into the blocks of a sequence as it comes in.
type feed struct {
	*sequence
	borders borderer
	rest    []byte // what no block has ended in
	depth   int    // of open tags that are too far from their partners to wait for
	inWord  bool   // whether rest goes on with a word that is left out
}

func newFeed(c *Compressor, o Options) *feed {
	return &feed{sequence: newSequence(c, o), borders: borderer{o: o, own: c.Tokenizer, counter: counter{tokenizer: o.Tokenizer}}}
}

// drain lets the blocks of the rest go on, and calls decided after each. The last one stays unless the text ends there.
func (f *feed) drain(ctx context.Context, ends bool, decided func() error) error {
	for len(f.rest) > 0 {
		n, err := f.block(ctx, ends)
		if err != nil || n == 0 {
			return err
		}
		f.rest = f.rest[n:]
		if err := decided(); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// block takes a block and returns its length, 0 if it has no end yet.
func (f *feed) block(ctx context.Context, ends bool) (int, error) {
	if f.depth > 0 {
		return f.tagged(ends), nil
	}
	if f.inWord {
		if n := f.word(ends); n > 0 || f.inWord {
			return n, nil
		}
	}
	switch found := f.borders.find(f.rest); found.kind {
	case closed:
		if f.follows && len(bytes.TrimSpace(f.rest[:found.end])) == 0 { // what comes is protected, and must not grow together with a word
			f.pass(f.rest[:found.end], []Span{{0, found.end}})
			return found.end, nil
		}
		return found.end, f.next(ctx, f.rest[:found.end], structure.Layout{Kind: structure.Prose})
	case guarded:
		f.pass(f.rest[:found.end], []Span{{0, found.end}})
		return found.end, nil
	case tagOpen:
		f.depth = 1
		f.pass(f.rest[:len(openTag)], f.unlessStripped(0, len(openTag)))
		return len(openTag), nil
	case boundless:
		n := found.end - len(bytes.TrimLeftFunc(f.rest[:found.end], unicode.IsSpace))
		if f.inWord = n < found.end; f.inWord {
			n++ // at the least, so that word does not take it for the end
		}
		f.skip(f.rest[:n])
		return n, nil
	}
	if !ends {
		return 0, nil
	}
	return len(f.rest), f.next(ctx, f.rest, structure.Layout{Kind: structure.Prose})
}

func (f *feed) unlessStripped(start, end int) []Span {
	if f.o.StripTags {
		return nil
	}
	return []Span{{start, end}}
}

// tagged lets through what stands in tags, up to the one that ends it.
func (f *feed) tagged(ends bool) int {
	var spans []Span
	at := 0
	for at < len(f.rest) && f.depth > 0 {
		next := bytes.IndexByte(f.rest[at:], '<')
		if next < 0 {
			next = len(f.rest) - at
			if !ends {
				next = wholeRunes(f.rest) - at
			}
			spans = append(spans, Span{at, at + next})
			at += next
			break
		}
		spans = append(spans, Span{at, at + next})
		at += next
		tag := f.rest[at:]
		n := 1
		switch {
		case bytes.HasPrefix(tag, openTag):
			f.depth++
			n = len(openTag)
			spans = append(spans, f.unlessStripped(at, at+n)...)
		case bytes.HasPrefix(tag, closeTag):
			f.depth--
			n = len(closeTag)
			spans = append(spans, f.unlessStripped(at, at+n)...)
		case !ends && (bytes.HasPrefix(openTag, tag) || bytes.HasPrefix(closeTag, tag)):
			n = 0 // it may become one
		default:
			spans = append(spans, Span{at, at + n})
		}
		if n == 0 {
			break
		}
		at += n
	}
	if ends && at == len(f.rest) && f.depth > 0 {
		f.warnings = append(f.warnings, "<keep> is never closed, and was too long ago to be taken for text: what follows it was kept")
	}
	if at > 0 {
		f.pass(f.rest[:at], join(spans))
	}
	return at
}

// word leaves out the rest of a word, up to white space or a tag.
func (f *feed) word(ends bool) int {
	n := bytes.IndexFunc(f.rest, unicode.IsSpace)
	if n < 0 {
		n = len(f.rest)
	}
	if tag := bytes.Index(f.rest[:n], openTag); tag >= 0 {
		n = tag
	}
	f.inWord = n == len(f.rest)
	if f.inWord && !ends {
		n = wholeRunes(f.rest)
		for i := max(0, n-len(openTag)); i < n; i++ {
			if isTagsBeginning(f.rest[i:n]) {
				n = i
			}
		}
	}
	f.skip(f.rest[:n])
	return n
}
