package token

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"unicode/utf8"
)

// WordPiece is BERT's tokenizer: a text is cleaned, cut into words and signs, and each word is spelled by the
// longest pieces of the vocabulary, left to right. It is written here rather than taken from sugarme/tokenizer
// because that one reports offsets in a text it has already rewritten, and allocates for every character.
//
// Encode puts [CLS] in front and [SEP] behind, without width. What the vocabulary does not see, such as spaces,
// lies in the span of the token after it, or of the last.
type WordPiece struct {
	name       string
	vocab      *vocab
	clean      bertNormalizer
	added      addedTokens
	prefix     []byte // of a piece that continues a word
	unknown    int32
	maxChars   int // a longer word is unknown
	head, tail []int32
	pool       sync.Pool
}

// wordScratch holds the normalised text of one encoding.
type wordScratch struct {
	chars []char
	piece []byte
}

// char is a code point of the normalised text and the span of the input that it came from.
type char struct {
	r          rune
	start, end int32
}

func readWordPiece(name string, top, model map[string][]byte) (*WordPiece, error) {
	var opt struct {
		Unknown  string `json:"unk_token"`
		Prefix   string `json:"continuing_subword_prefix"`
		MaxChars int    `json:"max_input_chars_per_word"`
	}
	if err := small(model, &opt); err != nil {
		return nil, err
	}
	if opt.MaxChars == 0 {
		opt.MaxChars = 100
	}
	w := &WordPiece{name: name, prefix: []byte(opt.Prefix), maxChars: opt.MaxChars}
	var err error
	if w.vocab, err = readVocab(model["vocab"], false); err != nil {
		return nil, fmt.Errorf("vocab: %w", err)
	}
	var ok bool
	if w.unknown, ok = w.vocab.find([]byte(opt.Unknown)); !ok {
		return nil, fmt.Errorf("unknown token %q is not in the vocabulary", opt.Unknown)
	}
	if w.clean, err = readBertNormalizer(top["normalizer"]); err != nil {
		return nil, err
	}
	if w.added, err = readAdded(top["added_tokens"]); err != nil {
		return nil, err
	}
	if err := checkBertSplit(top["pre_tokenizer"]); err != nil {
		return nil, err
	}
	if w.head, w.tail, err = readTemplate(top["post_processor"]); err != nil {
		return nil, err
	}
	w.pool.New = func() any { return new(wordScratch) }
	loadClasses()
	return w, nil
}

func checkBertSplit(raw []byte) error {
	s, err := readStage(raw)
	if err != nil || s.Type != "BertPreTokenizer" {
		return errors.New("WordPiece is read with the pre-tokenizer BertPreTokenizer only")
	}
	return nil
}

// readTemplate returns the special ids around a single text.
func readTemplate(raw []byte) (head, tail []int32, err error) {
	if isNull(raw) {
		return nil, nil, nil
	}
	var t struct {
		Type   string
		Single []map[string]struct{ ID string }
		Tokens map[string]struct{ IDs []int32 } `json:"special_tokens"`
		Cls    []json.RawMessage
		Sep    []json.RawMessage
	}
	if err := json.Unmarshal(raw, &t); err != nil {
		return nil, nil, fmt.Errorf("post_processor: %w", err)
	}
	if t.Type == "BertProcessing" || t.Type == "RobertaProcessing" {
		head, err1 := secondNumber(t.Cls)
		tail, err2 := secondNumber(t.Sep)
		return head, tail, errors.Join(err1, err2)
	}
	if t.Type != "TemplateProcessing" {
		return nil, nil, fmt.Errorf("post_processor %q is not one that can be read", t.Type)
	}
	into := &head
	for _, part := range t.Single {
		if special, ok := part["SpecialToken"]; ok {
			*into = append(*into, t.Tokens[special.ID].IDs...)
		} else {
			into = &tail
		}
	}
	return head, tail, nil
}

// secondNumber reads the id of ["[CLS]", 101].
func secondNumber(pair []json.RawMessage) ([]int32, error) {
	if len(pair) != 2 {
		return nil, errors.New("post_processor: a special token and its id were expected")
	}
	var id int32
	err := json.Unmarshal(pair[1], &id)
	return []int32{id}, err
}

// Name returns the name the tokenizer was opened by.
func (w *WordPiece) Name() string { return w.name }

// VocabSize returns one more than the largest id.
func (w *WordPiece) VocabSize() int { return max(w.vocab.size(), int(w.added.maxID)+1) }

// ID returns the id of a piece as the vocabulary spells it.
func (w *WordPiece) ID(piece string) (int32, bool) {
	if id, ok := w.added.id(piece); ok {
		return id, true
	}
	return w.vocab.find([]byte(piece))
}

// Encode appends the tokens of text to dst.
func (w *WordPiece) Encode(dst []Token, text []byte) []Token {
	from := len(dst)
	dst = w.Offsets(dst, text)
	return append(dst[:from], tile(dst[from:], len(text), w.unknown, true)...)
}

// Offsets is Encode with the spans as the vocabulary sees them: no spaces, nothing that was cleaned away.
func (w *WordPiece) Offsets(dst []Token, text []byte) []Token { return w.offsets(dst, text, 1<<16) }

// offsets is Offsets by blocks of so many bytes or a word more, so that a long text is not held code point by code point.
func (w *WordPiece) offsets(dst []Token, text []byte, block int) []Token {
	s := w.pool.Get().(*wordScratch)
	defer w.pool.Put(s)
	dst = appendZero(dst, w.head)
	dst = w.added.each(dst, text, func(dst []Token, at, end int) []Token {
		for at < end {
			to := min(end, at+block)
			if more := bytes.IndexAny(text[to:end], " \n.,"); more >= 0 { // none of which is ever within a word
				to += more
			} else {
				to = end
			}
			s.chars = w.clean.normalize(s.chars[:0], text[at:to], int32(at))
			dst = w.encodeChars(dst, s)
			at = to
		}
		return dst
	})
	return appendZero(dst, w.tail)
}

func appendZero(dst []Token, ids []int32) []Token {
	for _, id := range ids {
		dst = append(dst, Token{ID: id})
	}
	return dst
}

// encodeChars cuts the normalised text into words and signs.
func (w *WordPiece) encodeChars(dst []Token, s *wordScratch) []Token {
	from := 0
	for i, c := range s.chars {
		space := isSpace(c.r)
		if !space && !isPunctuation(c.r) {
			continue
		}
		dst = w.encodeWord(dst, s, s.chars[from:i])
		if !space {
			dst = w.encodeWord(dst, s, s.chars[i:i+1])
		}
		from = i + 1
	}
	return w.encodeWord(dst, s, s.chars[from:])
}

// encodeWord spells one word, or calls all of it unknown.
func (w *WordPiece) encodeWord(dst []Token, s *wordScratch, word []char) []Token {
	if len(word) == 0 {
		return dst
	}
	first := len(dst)
	for at := 0; at < len(word); {
		id, n := w.longest(s, word, at)
		if n == 0 || len(word) > w.maxChars {
			return append(dst[:first], newToken(w.unknown, int(word[0].start), int(word[len(word)-1].end)))
		}
		dst = append(dst, newToken(id, int(word[at].start), int(word[at+n-1].end)))
		at += n
	}
	return dst
}

// longest finds the longest piece that word[at:] begins with, and its length in code points.
func (w *WordPiece) longest(s *wordScratch, word []char, at int) (id int32, n int) {
	s.piece = s.piece[:0]
	if at > 0 {
		s.piece = append(s.piece, w.prefix...)
	}
	for _, c := range word[at:min(len(word), at+w.maxChars)] {
		s.piece = utf8.AppendRune(s.piece, c.r)
	}
	for n = min(len(word)-at, w.maxChars); n > 0; n-- {
		if id, ok := w.vocab.find(s.piece); ok {
			return id, n
		}
		_, size := utf8.DecodeLastRune(s.piece)
		s.piece = s.piece[:len(s.piece)-size]
	}
	return 0, 0
}

// Decode joins words with spaces and draws signs to the word before them, as the reference does.
func (w *WordPiece) Decode(ids []int32) []byte {
	var out []byte
	for i, id := range ids {
		piece := w.vocab.piece(id)
		if content, ok := w.added.content(id); ok {
			piece = content
		}
		if rest, ok := bytes.CutPrefix(piece, w.prefix); ok && len(w.prefix) > 0 && i > 0 {
			out = append(out, rest...)
			continue
		}
		if i > 0 {
			out = append(out, ' ')
		}
		out = append(out, piece...)
	}
	for _, tight := range []string{".", "?", "!", ",", "' ", "n't", "'m", "'s", "'ve", "'re"} {
		short := tight
		if tight == "' " {
			short = "'"
		}
		out = bytes.ReplaceAll(out, []byte(" "+tight), []byte(short))
	}
	return out
}
