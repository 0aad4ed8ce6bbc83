package token

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// Unigram is the tokenizer of SentencePiece's unigram models (Kudo, arXiv 1804.10959), such as XLM-R's: a word is cut
// into the pieces whose log-probabilities have the largest sum.
//
// Encode puts what the file's post-processor names around a text, without width. What the vocabulary does not see lies
// in the span of the token after it, or of the last.
type Unigram struct {
	name       string
	vocab      *vocab
	scores     []float64 // log p by id
	pieces     *trie
	unknown    int32   // or -1
	penalty    float64 // the score of a code point that no piece stands for
	fallback   bool    // bytes are spelled <0xNN>
	singles    [256]int32
	added      addedTokens
	prepare    normalizer // or nil
	cuts       []cutter
	mark       []byte // what spaces are written as
	head, tail []int32
}

// A cutter rewrites a word and cuts it. first is the word that the input begins with.
type cutter struct {
	rewrite func(word aligned, first bool) aligned // or nil
	split   splitter                               // or nil
}

// step is the best way to a byte: from where, with which id.
type step struct {
	score float64
	from  int32 // or -1 where no way leads
	id    int32
}

// Name returns the name the tokenizer was opened by.
func (u *Unigram) Name() string { return u.name }

// VocabSize returns one more than the largest id.
func (u *Unigram) VocabSize() int { return max(u.vocab.size(), int(u.added.maxID)+1) }

// ID returns the id of an added token or of a piece of the vocabulary.
func (u *Unigram) ID(piece string) (int32, bool) {
	if id, ok := u.added.id(piece); ok {
		return id, true
	}
	return u.vocab.find([]byte(piece))
}

// Encode appends the tokens of text to dst. Added tokens in text are recognised.
func (u *Unigram) Encode(dst []Token, text []byte) []Token {
	from := len(dst)
	dst = appendZero(dst, u.head)
	dst = u.added.each(dst, text, func(dst []Token, at, end int) []Token { return u.encodePlain(dst, text, at, end) })
	dst = appendZero(dst, u.tail)
	return append(dst[:from], tile(dst[from:], len(text), max(0, u.unknown), true)...)
}

// encodePlain encodes text[at:end], which holds no added token.
func (u *Unigram) encodePlain(dst []Token, text []byte, at, end int) []Token {
	whole := aligned{text: text[at:end], origin: make([]int32, end-at+1)}
	for i := range whole.origin {
		whole.origin[i] = int32(at + i)
	}
	if u.prepare != nil {
		whole = u.prepare.normalize(whole)
	}
	var steps []step
	u.cut(whole, at == 0, u.cuts, func(word aligned) {
		steps = u.best(steps, word.text)
		dst = u.walk(dst, word, steps)
	})
	return dst
}

// cut takes a word through the cutters that are left, and calls use for what comes out.
func (u *Unigram) cut(word aligned, first bool, left []cutter, use func(aligned)) {
	if len(left) == 0 {
		if len(word.text) > 0 {
			use(word)
		}
		return
	}
	c := left[0]
	if c.rewrite != nil {
		word = c.rewrite(word, first)
	}
	pieces := []piece{{0, len(word.text)}}
	if c.split != nil {
		pieces = c.split.split(nil, word.text, pieces[0])
	}
	for _, p := range pieces {
		part := aligned{text: word.text[p.start:p.end], origin: word.origin[p.start : p.end+1]}
		u.cut(part, first && p.start == 0, left[1:], use)
	}
}

// best finds the best way to every byte of a word, left to right (Viterbi): steps[i] is the last piece of that to i.
func (u *Unigram) best(steps []step, word []byte) []step {
	steps = append(steps[:0], step{})
	for range word {
		steps = append(steps, step{from: -1})
	}
	for at, size := 0, 0; at < len(word); at += size {
		_, size = utf8.DecodeRune(word[at:])
		single := false // a piece of this one code point
		reach := func(end int, score float64, id int32) {
			if s := &steps[end]; s.from < 0 || steps[at].score+score > s.score {
				*s = step{steps[at].score + score, int32(at), id}
			}
		}
		u.pieces.prefixes(word[at:], func(n int, id int32) {
			reach(at+n, u.scores[id], id)
			single = single || n == size
		})
		if !single {
			reach(at+size, u.penalty, u.unknown)
		}
	}
	return steps
}

// walk appends the tokens of the best way. Unknown code points in a row are one token, or their bytes.
func (u *Unigram) walk(dst []Token, word aligned, steps []step) []Token {
	first := len(dst)
	for end := len(word.text); end > 0; {
		at := int(steps[end].from)
		if id := steps[end].id; id != u.unknown {
			dst = append(dst, newToken(id, int(word.origin[at]), int(word.origin[end])))
			end = at
			continue
		}
		for at > 0 && steps[at].id == u.unknown {
			at = int(steps[at].from)
		}
		dst = u.appendUnknown(dst, word, at, end)
		end = at
	}
	for i, j := first, len(dst)-1; i < j; i, j = i+1, j-1 {
		dst[i], dst[j] = dst[j], dst[i]
	}
	return dst
}

// appendUnknown appends, last first, what stands for word.text[at:end].
func (u *Unigram) appendUnknown(dst []Token, word aligned, at, end int) []Token {
	span := newToken(u.unknown, int(word.origin[at]), int(word.origin[end]))
	if id, known := u.vocab.find(word.text[at:end]); known {
		span.ID = id
		return append(dst, span)
	}
	if u.fallback {
		all := true
		for _, c := range word.text[at:end] {
			all = all && u.singles[c] >= 0
		}
		for i := end - 1; all && i >= at; i-- {
			t := Token{u.singles[word.text[i]], span.Start, span.Start}
			if i == at { // the first has the width
				t.End = span.End
			}
			dst = append(dst, t)
		}
		if all {
			return dst
		}
	}
	if u.unknown < 0 { // the reference refuses such a text; here its bytes join a neighbour's span
		return dst
	}
	return append(dst, span)
}

// Decode joins the pieces, writes marks as spaces, and drops the one in front.
func (u *Unigram) Decode(ids []int32) []byte {
	var out []byte
	for _, id := range ids {
		if content, ok := u.added.content(id); ok {
			out = append(out, content...)
			continue
		}
		piece := u.vocab.piece(id)
		var c byte
		if n, err := fmt.Sscanf(string(piece), "<0x%02X>", &c); u.fallback && n == 1 && err == nil {
			out = append(out, c)
			continue
		}
		out = append(out, bytes.ReplaceAll(piece, u.mark, []byte{' '})...)
	}
	return bytes.TrimPrefix(out, []byte{' '})
}
