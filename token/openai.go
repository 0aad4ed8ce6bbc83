package token

import (
	"fmt"
	"sync"
	"unicode/utf8"

	"github.com/tiktoken-go/tokenizer"
)

// openAI is one of OpenAI's encodings. No special tokens are recognised in the input. The vocabulary comes out of a
// module; its pattern and merging are written out here, because the module's regular expression allocates at every match.
type openAI struct {
	name     string
	vocab    *vocab
	longest  int // token, in bytes
	split    openAISplit
	size     int
	special  map[string]int32
	specials map[int32]string
	pool     *sync.Pool // of *ranks
}

// The sizes count the special tokens too.
var openAISizes = map[string]int{"cl100k_base": 100277, "o200k_base": 200019, "o200k_harmony": 201088}

var openAISpecial = map[string]map[string]int32{
	"cl100k_base": {endOfText: 100257, "<|fim_prefix|>": 100258, "<|fim_middle|>": 100259, "<|fim_suffix|>": 100260,
		"<|endofprompt|>": 100276},
	"o200k_base": {endOfText: 199999, "<|endofprompt|>": 200018},
	"o200k_harmony": {"<|startoftext|>": 199998, endOfText: 199999, "<|return|>": 200002, "<|constrain|>": 200003,
		"<|channel|>": 200005, "<|start|>": 200006, "<|end|>": 200007, "<|message|>": 200008, "<|call|>": 200012,
		"<|endofprompt|>": 200018},
}

// openAIVocabularies are read once each: o200k_harmony cuts text as o200k_base does and only adds special tokens.
var openAIVocabularies = map[tokenizer.Encoding]func() (*openAI, error){
	tokenizer.Cl100kBase: sync.OnceValues(func() (*openAI, error) { return readOpenAI(tokenizer.Cl100kBase, 100_256) }),
	tokenizer.O200kBase:  sync.OnceValues(func() (*openAI, error) { return readOpenAI(tokenizer.O200kBase, 199_998) }),
}

func openOpenAI(name string) (Tokenizer, error) {
	encoding := tokenizer.O200kBase
	if name == "cl100k_base" {
		encoding = tokenizer.Cl100kBase
	}
	read, err := openAIVocabularies[encoding]()
	if err != nil {
		return nil, fmt.Errorf("tokenizer %s: %w", name, err)
	}
	o := *read
	o.name, o.size, o.special, o.specials = name, openAISizes[name], openAISpecial[name], map[int32]string{}
	for content, id := range o.special {
		o.specials[id] = content
	}
	return &o, nil
}

// readOpenAI asks a module's codec what each of so many ids stands for.
func readOpenAI(encoding tokenizer.Encoding, count int) (*openAI, error) {
	codec, err := tokenizer.Get(encoding)
	if err != nil {
		return nil, err
	}
	o := &openAI{vocab: newVocab(count, 8*count), split: openAISplit{cases: encoding == tokenizer.O200kBase}}
	for id := range count {
		piece, err := codec.Decode([]uint{uint(id)})
		if err != nil {
			return nil, fmt.Errorf("id %d: %w", id, err)
		}
		o.vocab.add([]byte(piece), int32(id))
		o.longest = max(o.longest, len(piece))
	}
	loadClasses()
	loadCases()
	o.pool = &sync.Pool{New: func() any { return &ranks{vocab: o.vocab, longest: o.longest} }}
	return o, nil
}

func (o *openAI) Name() string   { return o.name }
func (o *openAI) VocabSize() int { return o.size }

func (o *openAI) ID(piece string) (int32, bool) {
	if id, ok := o.special[piece]; ok {
		return id, true
	}
	return o.vocab.find([]byte(piece))
}

// Encode cuts code points, so a byte that is not UTF-8 is encoded alone.
func (o *openAI) Encode(dst []Token, text []byte) []Token {
	r := o.pool.Get().(*ranks)
	defer o.pool.Put(r)
	return o.encode(dst, r, text)
}

func (o *openAI) stream(text []byte, batch func([]Token) bool) (ok bool) {
	r := o.pool.Get().(*ranks)
	defer o.pool.Put(r)
	r.through(batch, text, 0, func(dst []Token) []Token { return o.encode(dst, r, text) })
	return true
}

func (o *openAI) encode(dst []Token, r *ranks, text []byte) []Token {
	for at := 0; at < len(text) && !r.sated; {
		end := validEnd(text, at)
		for valid := text[:end]; at < end && !r.sated; {
			next := o.split.next(valid, at)
			dst = r.passOn(r.encode(dst, text[at:next], at))
			at = next
		}
		if at < len(text) && !r.sated {
			dst = r.passOn(append(dst, newToken(byteOrder[text[at]], at, at+1)))
			at++
		}
	}
	return dst
}

// validEnd returns the end of the longest stretch of UTF-8 at text[at:].
func validEnd(text []byte, at int) int {
	for at < len(text) {
		if text[at] < utf8.RuneSelf {
			at++
			continue
		}
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size == 1 {
			return at
		}
		at += size
	}
	return at
}

func (o *openAI) Decode(ids []int32) []byte {
	var out []byte
	for _, id := range ids {
		if content, ok := o.specials[id]; ok {
			out = append(out, content...)
			continue
		}
		out = append(out, o.vocab.piece(id)...)
	}
	return out
}

// ranks merges a piece as OpenAI's encodings do: any two neighbours that make a token together, the lowest id first.
type ranks struct {
	merger
	vocab   *vocab
	longest int
	text    []byte
}

// encode appends the tokens of a piece, which is never taken apart if it is a token; base is where it begins.
func (r *ranks) encode(dst []Token, piece []byte, base int) []Token {
	if len(piece) <= r.longest {
		if id, ok := r.vocab.find(piece); ok {
			return append(dst, newToken(id, base, base+len(piece)))
		}
	}
	if len(piece) > wordWindow {
		return r.runWindows(dst, piece, base, r, r.lay)
	}
	r.lay(piece)
	r.run(r)
	for i := range r.symbols {
		dst = append(dst, r.token(i, base, base+len(piece)))
	}
	return dst
}

// lay lays out what a piece is merged from.
func (r *ranks) lay(piece []byte) {
	r.text, r.symbols = piece, r.symbols[:0]
	for i, c := range piece {
		r.symbols = append(r.symbols, symbol{id: byteOrder[c], start: int32(i)})
	}
}

func (r *ranks) rank(left, right *symbol) (uint32, int32) {
	end := right.start + int32(r.vocab.at[right.id].length)
	if int(end-left.start) > r.longest {
		return noRank, 0
	}
	id, ok := r.vocab.find(r.text[left.start:end])
	if !ok {
		return noRank, 0
	}
	return uint32(id), id
}

// byteOrder is how every OpenAI vocabulary begins: the bytes that are printable in Latin-1, then the others.
var byteOrder = makeByteOrder()

func makeByteOrder() (out [256]int32) {
	next := int32(0)
	for _, printable := range []bool{true, false} {
		for b, r := range spellByte {
			if (rune(b) == r) == printable {
				out[b] = next
				next++
			}
		}
	}
	return out
}
