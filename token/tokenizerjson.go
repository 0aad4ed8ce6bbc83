package token

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// parseTokenizerJSON reads a tokenizer.json with a BPE, a WordPiece or a Unigram model.
func parseTokenizerJSON(name string, data []byte) (Tokenizer, error) {
	top, err := fields(data)
	if err != nil {
		return nil, err
	}
	model, err := fields(top["model"])
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	switch kind := modelType(model); kind {
	case "BPE":
		return readBPE(name, top, model, func(b *BPE, byteLevel bool) (err error) {
			if b.vocab, err = readVocab(model["vocab"], byteLevel); err != nil {
				return fmt.Errorf("vocab: %w", err)
			}
			return b.readMerges(model["merges"], byteLevel)
		})
	case "WordPiece":
		return readWordPiece(name, top, model)
	case "Unigram":
		return readUnigram(name, top, model)
	default:
		return nil, fmt.Errorf("model type %q: BPE, WordPiece and Unigram are what can be read", kind)
	}
}

// modelType returns the type, which old files leave out.
func modelType(model map[string][]byte) string {
	var kind string
	if json.Unmarshal(model["type"], &kind) == nil && kind != "" {
		return kind
	}
	if model["merges"] != nil {
		return "BPE"
	}
	return "WordPiece"
}

// bpeOptions are the small fields of a BPE model.
type bpeOptions struct {
	Unknown  *string `json:"unk_token"`
	Prefix   string  `json:"continuing_subword_prefix"`
	Suffix   string  `json:"end_of_word_suffix"`
	Fuse     bool    `json:"fuse_unk"`
	Fallback bool    `json:"byte_fallback"`
	Verbatim bool    `json:"ignore_merges"`
}

// readBPE reads all but the vocabulary and merges, which come from lists.
func readBPE(name string, top, model map[string][]byte, lists func(b *BPE, byteLevel bool) error) (*BPE, error) {
	var opt bpeOptions
	if err := small(model, &opt); err != nil {
		return nil, err
	}
	if opt.Prefix != "" || opt.Suffix != "" {
		return nil, errors.New("BPE with a subword prefix or a word suffix is not read")
	}
	pre, err := readPretokenizer(top["pre_tokenizer"])
	if err != nil {
		return nil, err
	}
	b := &BPE{name: name, split: pre.split, chars: !pre.byteLevel, fuse: opt.Fuse, unknown: -1, verbatim: opt.Verbatim}
	if b.added, err = readAdded(top["added_tokens"]); err != nil {
		return nil, err
	}
	if b.prepare, err = prepareFor(top["normalizer"], pre.prefix); err != nil {
		return nil, err
	}
	if err := lists(b, pre.byteLevel); err != nil {
		return nil, err
	}
	if opt.Unknown != nil {
		if id, ok := b.ID(*opt.Unknown); ok {
			b.unknown = id
		}
	}
	b.strip = b.chars && b.prepare != nil
	b.findSingles(opt.Fallback)
	return b.seal(), nil
}

// small unmarshals the fields of a model that are not its big lists.
func small(model map[string][]byte, into any) error {
	rest := map[string]json.RawMessage{}
	for k, v := range model {
		if k != "vocab" && k != "merges" {
			rest[k] = v
		}
	}
	data, err := json.Marshal(rest)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, into)
}

func prepareFor(raw []byte, prefix normalizer) (normalizer, error) {
	n, err := readNormalizer(raw)
	switch {
	case err != nil || prefix == nil:
		return n, err
	case n == nil:
		return prefix, nil
	}
	return normalizers{n, prefix}, nil
}

// findSingles looks up the id of every byte: its own piece, or with code points <0xNN>.
func (b *BPE) findSingles(fallback bool) {
	for c := range b.singles {
		b.singles[c] = -1
		var id int32
		ok := false
		switch {
		case !b.chars:
			id, ok = b.vocab.find([]byte{byte(c)})
		case fallback:
			id, ok = b.vocab.find(fmt.Appendf(nil, "<0x%02X>", c))
		}
		if ok {
			b.singles[c] = id
		}
	}
}

func readAdded(raw []byte) (addedTokens, error) {
	if isNull(raw) {
		return newAddedTokens(nil), nil
	}
	var list []struct {
		ID      int32  `json:"id"`
		Content string `json:"content"`
		Left    bool   `json:"lstrip"`
		Right   bool   `json:"rstrip"`
		Word    bool   `json:"single_word"`
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		return addedTokens{}, fmt.Errorf("added_tokens: %w", err)
	}
	out := make([]addedToken, len(list))
	for i, t := range list {
		if t.ID < 0 || t.ID > maxID {
			return addedTokens{}, fmt.Errorf("added_tokens: id %d is out of range", t.ID)
		}
		out[i] = addedToken{id: t.ID, content: []byte(t.Content), stripLeft: t.Left, stripRight: t.Right, word: t.Word}
	}
	return newAddedTokens(out), nil
}

// maxID bounds ids, so that a hostile file cannot ask for a table of gigabytes.
const maxID = 1 << 22

// readVocab reads {"piece": id, ...}.
func readVocab(raw []byte, byteLevel bool) (*vocab, error) {
	s := jsonScanner{data: raw}
	v := newVocab(bytes.Count(raw, []byte{','})+1, len(raw)/2)
	var text, spelled []byte
	err := s.object(func(key []byte) error {
		id, err := s.integer()
		if err != nil {
			return err
		}
		if id < 0 || id > maxID {
			return fmt.Errorf("id %d of %q is out of range", id, key)
		}
		text = unquote(text[:0], key)
		piece := text
		if byteLevel {
			spelled = unspell(spelled[:0], text)
			piece = spelled
		}
		if !v.add(piece, int32(id)) {
			return fmt.Errorf("id %d belongs to two pieces, one of them %q", id, key)
		}
		return nil
	})
	return v, err
}

// readMerges reads ["a b", ...] or [["a", "b"], ...].
func (b *BPE) readMerges(raw []byte, byteLevel bool) error {
	s := jsonScanner{data: raw}
	b.pairs = newPairTable(bytes.Count(raw, []byte("\",")) + 1)
	var left, right, text, l, r []byte
	rank := 0
	err := s.list('[', ']', func() error {
		var err error
		if s.peek() == '[' {
			left, right, err = s.mergePair(left, right)
		} else if text, err = s.appendString(text[:0]); err == nil {
			left, right = cutMerge(left, right, text)
		}
		if err != nil {
			return err
		}
		rank++
		if !byteLevel {
			return b.merge(left, right, rank-1)
		}
		l, r = unspell(l[:0], left), unspell(r[:0], right)
		return b.merge(l, r, rank-1)
	})
	if err != nil {
		return fmt.Errorf("merges: %w", err)
	}
	return nil
}

func (s *jsonScanner) appendString(dst []byte) ([]byte, error) {
	raw, err := s.str()
	return unquote(dst, raw), err
}

func (s *jsonScanner) mergePair(left, right []byte) ([]byte, []byte, error) {
	n := 0
	err := s.list('[', ']', func() error {
		var err error
		if n++; n == 1 {
			left, err = s.appendString(left[:0])
		} else {
			right, err = s.appendString(right[:0])
		}
		return err
	})
	if err == nil && n != 2 {
		err = fmt.Errorf("a merge of %d pieces", n)
	}
	return left, right, err
}

// cutMerge cuts "a b" at its space.
func cutMerge(left, right, text []byte) ([]byte, []byte) {
	a, b, _ := bytes.Cut(text, []byte{' '})
	return append(left[:0], a...), append(right[:0], b...)
}
