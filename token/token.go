package token

import (
	"bytes"
	"fmt"
)

// Token is one symbol of a vocabulary and the bytes text[Start:End] that it stands for; a text has less than 2 GiB.
type Token struct {
	ID         int32
	Start, End int32
}

func newToken(id int32, start, end int) Token { return Token{id, int32(start), int32(end)} }

// Tokenizer encodes bytes as tokens whose spans tile the input. Implementations are safe for concurrent use.
type Tokenizer interface {
	// Name is the name it was opened by.
	Name() string
	// VocabSize is one more than the largest id.
	VocabSize() int
	// Encode appends the tokens of text to dst. The spans appended are consecutive, begin at 0 and end at len(text).
	Encode(dst []Token, text []byte) []Token
	// Decode joins what the ids stand for; ids outside the vocabulary stand for nothing.
	Decode(ids []int32) []byte
	// ID is the id of a special or added token, or of a piece as the vocabulary spells it.
	ID(piece string) (int32, bool)
}

// IDs appends the ids of tokens to dst.
func IDs(dst []int32, tokens []Token) []int32 {
	for _, t := range tokens {
		dst = append(dst, t.ID)
	}
	return dst
}

// tile stretches spans so that they cover text from 0 to n without gaps: what lies between two tokens goes to the
// second if toNext, otherwise to the first. A text of which the vocabulary sees nothing becomes one unknown token,
// since an input that is not empty must not vanish.
func tile(tokens []Token, n int, unknown int32, toNext bool) []Token {
	if n == 0 {
		return tokens
	}
	last := -1
	for i := range tokens {
		t := &tokens[i]
		if t.Start == t.End {
			continue // zero width: it stays, and moves below
		}
		switch {
		case last < 0:
			t.Start = 0
		case toNext:
			t.Start = tokens[last].End
		default:
			tokens[last].End = t.Start
		}
		last = i
	}
	if last < 0 && len(tokens) == 0 {
		return append(tokens, newToken(unknown, 0, n))
	}
	if last < 0 {
		last = len(tokens) - 1
		tokens[last].Start = 0
	}
	tokens[last].End = int32(n)
	return settle(tokens)
}

// settle moves zero-width tokens to the end of the span before them.
func settle(tokens []Token) []Token {
	at := int32(0)
	for i := range tokens {
		t := &tokens[i]
		if t.Start == t.End {
			t.Start, t.End = at, at
		}
		at = t.End
	}
	return tokens
}

// SameVocabulary says which is the first token that two tokenizers do not both have.
func SameVocabulary(a, b Tokenizer) error {
	for id := range int32(max(a.VocabSize(), b.VocabSize())) {
		if one, other := a.Decode([]int32{id}), b.Decode([]int32{id}); !bytes.Equal(one, other) {
			return fmt.Errorf("token %d is %q in %s, %q in %s", id, one, a.Name(), other, b.Name())
		}
	}
	return nil
}
