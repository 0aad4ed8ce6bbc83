package token

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/tiktoken-go/tokenizer"
)

// openAI is one of OpenAI's encodings. No special tokens are recognised in the input.
type openAI struct {
	name     string
	codec    tokenizer.Codec
	size     int
	special  map[string]int32
	specials map[int32]string
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

// openOpenAI opens an encoding; o200k_harmony cuts text as o200k_base does and only adds special tokens.
func openOpenAI(name string) (Tokenizer, error) {
	encoding := tokenizer.O200kBase
	if name == "cl100k_base" {
		encoding = tokenizer.Cl100kBase
	}
	codec, err := tokenizer.Get(encoding)
	if err != nil {
		return nil, fmt.Errorf("tokenizer %s: %w", name, err)
	}
	o := &openAI{name: name, codec: codec, size: openAISizes[name], special: openAISpecial[name], specials: map[int32]string{}}
	for content, id := range o.special {
		o.specials[id] = content
	}
	return o, nil
}

func (o *openAI) Name() string   { return o.name }
func (o *openAI) VocabSize() int { return o.size }

func (o *openAI) ID(piece string) (int32, bool) {
	if id, ok := o.special[piece]; ok {
		return id, true
	}
	ids, pieces, err := o.codec.Encode(piece)
	if err != nil || len(ids) != 1 || pieces[0] != piece {
		return 0, false
	}
	return int32(ids[0]), true
}

// Encode adds up the lengths of the pieces. The codec sees code points, so a byte that is not UTF-8 is encoded alone.
func (o *openAI) Encode(dst []Token, text []byte) []Token {
	for at := 0; at < len(text); {
		if end := validEnd(text, at); end > at {
			dst = o.encodeValid(dst, text[at:end], at)
			at = end
			continue
		}
		dst = o.encodeByte(dst, text[at], at)
		at++
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

func (o *openAI) encodeValid(dst []Token, text []byte, base int) []Token {
	ids, pieces, err := o.codec.Encode(hideDelete(text))
	if err != nil { // the pattern has no time limit and every byte has a token, so the codec has no reason to fail
		return o.encodeBytes(dst, text, base)
	}
	for i, at := 0, 0; i < len(ids); i++ {
		if text[at] == del && pieces[i] == stand {
			dst = o.encodeByte(dst, del, base+at)
		} else {
			dst = append(dst, Token{int32(ids[i]), base + at, base + at + len(pieces[i])})
		}
		at += len(pieces[i])
	}
	return dst
}

// The codec's pattern engine passes over U+007F as if it were not there. U+0002 is of the same class and, like
// U+007F, is in no token but its own, so it can stand in.
const (
	del   = '\x7F'
	stand = "\x02"
)

func hideDelete(text []byte) string {
	if bytes.IndexByte(text, del) < 0 {
		return string(text)
	}
	return string(bytes.ReplaceAll(text, []byte{del}, []byte(stand)))
}

func (o *openAI) encodeBytes(dst []Token, text []byte, base int) []Token {
	for i, c := range text {
		dst = o.encodeByte(dst, c, base+i)
	}
	return dst
}

// encodeByte relies on the order that every OpenAI vocabulary begins with: the bytes that are printable in Latin-1,
// then the others.
func (o *openAI) encodeByte(dst []Token, c byte, at int) []Token {
	return append(dst, Token{byteOrder[c], at, at + 1})
}

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

func (o *openAI) Decode(ids []int32) []byte {
	var out []byte
	for _, id := range ids {
		if content, ok := o.specials[id]; ok {
			out = append(out, content...)
		} else if piece, err := o.codec.Decode([]uint{uint(id)}); err == nil {
			out = append(out, piece...)
		}
	}
	return out
}
