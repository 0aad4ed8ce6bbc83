package token

import (
	"fmt"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// BPE is byte-pair encoding. Its symbols begin as bytes (the GPT-2 family) or, with chars set, as code points with
// single bytes as a fallback (the SentencePiece family).
type BPE struct {
	name     string
	vocab    *vocab
	pairs    *pairTable
	singles  [256]int32 // the id of each byte, or -1
	chars    bool
	fuse     bool  // neighbouring unknown code points become one token
	unknown  int32 // or -1: what cannot be seen is dropped, and its bytes join a neighbour's span
	filler   int32 // stands for a text of which nothing can be seen
	added    addedTokens
	prepare  normalizer
	split    []splitter
	scan     *gpt2Split // set when split is no more than this scan
	verbatim bool       // a piece that is in the vocabulary is never taken apart
	whole    []uint32   // by id: does merging its bytes lead back to it? 0 unknown, 1 yes, 2 no
	strip    bool       // decoding drops the space that encoding put in front
	pool     sync.Pool
}

const (
	wholeYes = 1
	wholeNo  = 2
)

// scratch is what one encoding needs; it is pooled, so that encoding allocates nothing in the long run.
type scratch struct {
	merger
	pieces, swap []piece
}

// seal prepares a BPE whose vocabulary and merges are in place for use.
func (b *BPE) seal() *BPE {
	loadClasses()
	b.whole = make([]uint32, b.vocab.size())
	b.pool.New = func() any { return new(scratch) }
	if len(b.split) == 1 {
		if scan, ok := b.split[0].(gpt2Split); ok {
			b.scan = &scan
		}
	}
	b.filler = max(b.unknown, 0)
	if b.unknown < 0 && len(b.added.list) > 0 {
		b.filler = b.added.list[0].id
	}
	return b
}

// Name returns the name the tokenizer was opened by.
func (b *BPE) Name() string { return b.name }

// VocabSize returns one more than the largest id.
func (b *BPE) VocabSize() int { return max(b.vocab.size(), int(b.added.maxID)+1) }

// ID returns the id of an added token or of a piece of the vocabulary.
func (b *BPE) ID(piece string) (int32, bool) {
	if id, ok := b.added.id(piece); ok {
		return id, true
	}
	return b.vocab.find([]byte(piece))
}

// Encode appends the tokens of text to dst. Added tokens in text are recognised if the vocabulary says so.
func (b *BPE) Encode(dst []Token, text []byte) []Token {
	s := b.pool.Get().(*scratch)
	defer b.pool.Put(s)
	from := len(dst)
	dst = b.encode(dst, s, text)
	return append(dst[:from], tile(dst[from:], len(text), b.filler, false)...)
}

func (b *BPE) encode(dst []Token, s *scratch, text []byte) []Token {
	return b.added.each(dst, text, func(dst []Token, at, end int) []Token { return b.encodePlain(dst, s, text, at, end) })
}

// stream needs no look at all of a text where one scan cuts it and nothing is done to it before, such as bringing it into a
// normal form that it has.
func (b *BPE) stream(text []byte, batch func([]Token) bool) (ok bool) {
	if b.scan == nil || b.chars {
		return false
	}
	if f, isForm := b.prepare.(form); b.prepare != nil && !(isForm && norm.Form(f).IsNormal(text)) {
		return false
	}
	s := b.pool.Get().(*scratch)
	defer b.pool.Put(s)
	s.through(batch, text, b.filler, func(dst []Token) []Token { return b.encode(dst, s, text) })
	return true
}

// EncodePiece appends the tokens of text merged as one piece, without added tokens, normalising or pre-tokenizing.
func (b *BPE) EncodePiece(dst []Token, text []byte) []Token {
	s := b.pool.Get().(*scratch)
	defer b.pool.Put(s)
	from := len(dst)
	dst = b.encodePiece(dst, s, text, 0)
	return append(dst[:from], tile(dst[from:], len(text), b.filler, false)...)
}

// encodePlain encodes text[at:end], which holds no added token.
func (b *BPE) encodePlain(dst []Token, s *scratch, text []byte, at, end int) []Token {
	if b.prepare == nil {
		return b.encodeSegment(dst, s, text[at:end], at)
	}
	seen := b.prepare.normalize(plain(text[at:end]))
	if seen.origin == nil {
		return b.encodeSegment(dst, s, seen.text, at)
	}
	from := len(dst)
	dst = b.encodeSegment(dst, s, seen.text, 0)
	for i := from; i < len(dst); i++ {
		dst[i].Start = int32(at) + seen.origin[dst[i].Start]
		dst[i].End = int32(at) + seen.origin[dst[i].End]
	}
	return dst
}

// encodeSegment cuts text into pieces and encodes each; base is where text begins in the input.
func (b *BPE) encodeSegment(dst []Token, s *scratch, text []byte, base int) []Token {
	if b.scan != nil {
		for i := 0; i < len(text) && !s.sated; {
			end := b.scan.next(text, i)
			dst = s.passOn(b.encodePiece(dst, s, text[i:end], base+i))
			i = end
		}
		return dst
	}
	s.pieces = append(s.pieces[:0], piece{0, len(text)})
	for _, split := range b.split {
		s.pieces, s.swap = s.swap[:0], s.pieces
		for _, p := range s.swap {
			s.pieces = split.split(s.pieces, text, p)
		}
	}
	for _, p := range s.pieces {
		dst = b.encodePiece(dst, s, text[p.start:p.end], base+p.start)
	}
	return dst
}

func (b *BPE) encodePiece(dst []Token, s *scratch, text []byte, base int) []Token {
	id, known := b.vocab.find(text)
	if known {
		if b.verbatim || atomic.LoadUint32(&b.whole[id]) == wholeYes {
			return append(dst, newToken(id, base, base+len(text)))
		}
	}
	if len(text) == 0 {
		return dst
	}
	if len(text) > wordWindow && !b.chars {
		return s.runWindows(dst, text, base, b.pairs, func(window []byte) { b.symbols(s, window) })
	}
	b.symbols(s, text)
	s.run(b.pairs)
	if known {
		b.remember(id, s.merger.symbols)
	}
	for i := range s.merger.symbols {
		dst = append(dst, s.token(i, base, base+len(text)))
	}
	return dst
}

// remember notes whether the bytes of id merge back to it, so that the next time they need not be merged.
func (b *BPE) remember(id int32, merged []symbol) {
	state := uint32(wholeNo)
	if len(merged) == 1 && merged[0].id == id {
		state = wholeYes
	}
	atomic.StoreUint32(&b.whole[id], state)
}

// symbols lays out what text is merged from: its bytes or its code points.
func (b *BPE) symbols(s *scratch, text []byte) {
	s.merger.symbols = s.merger.symbols[:0]
	if b.chars {
		b.charSymbols(s, text)
		return
	}
	for i, c := range text {
		if id := b.singles[c]; id >= 0 {
			s.add(id, i)
		} else if b.unknown >= 0 {
			s.add(b.unknown, i)
		}
	}
}

// charSymbols looks up code points; one that is not there becomes its bytes, if they all are, or unknown.
func (b *BPE) charSymbols(s *scratch, text []byte) {
	unknownEnd := -1
	for i, size := 0, 0; i < len(text); i += size {
		_, size = utf8.DecodeRune(text[i:])
		if id, ok := b.vocab.find(text[i : i+size]); ok {
			s.add(id, i)
			continue
		}
		if b.byteFallback(s, text, i, i+size) || b.unknown < 0 {
			continue
		}
		if !b.fuse || unknownEnd != i {
			s.add(b.unknown, i)
		}
		unknownEnd = i + size
	}
}

func (b *BPE) byteFallback(s *scratch, text []byte, at, end int) bool {
	for _, c := range text[at:end] {
		if b.singles[c] < 0 {
			return false
		}
	}
	for i := at; i < end; i++ {
		s.add(b.singles[text[i]], i)
	}
	return true
}

func (s *scratch) add(id int32, start int) {
	s.merger.symbols = append(s.merger.symbols, symbol{id: id, start: int32(start)})
}

// Decode joins what the ids stand for.
func (b *BPE) Decode(ids []int32) []byte {
	var out []byte
	for _, id := range ids {
		if content, ok := b.added.content(id); ok {
			out = append(out, content...)
			continue
		}
		out = append(out, b.spelled(id)...)
	}
	if b.strip && len(out) > 0 && out[0] == ' ' {
		out = out[1:]
	}
	return out
}

// spelled returns the bytes of id as they stood in the text.
func (b *BPE) spelled(id int32) []byte {
	p := b.vocab.piece(id)
	if !b.chars {
		return p
	}
	if c, ok := fallbackByte(p); ok {
		return []byte{c}
	}
	return replaceSpaceMarks(p)
}

// merge enters the merge of two pieces, which with what they make must be in the vocabulary.
func (b *BPE) merge(left, right []byte, rank int) error {
	l, ok1 := b.vocab.find(left)
	r, ok2 := b.vocab.find(right)
	var both [256]byte
	id, ok3 := b.vocab.find(append(append(both[:0], left...), right...))
	if !ok1 || !ok2 || !ok3 {
		return fmt.Errorf("merge %d, %q with %q: not in the vocabulary", rank, left, right)
	}
	b.pairs.set(l, r, uint32(rank), id)
	return nil
}
