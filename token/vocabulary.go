package token

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Vocabulary is a tokenizer as model files (GGUF) carry it: lists of pieces and merges, and the name of its
// pre-tokenizer.
type Vocabulary struct {
	Name    string
	Pieces  []string
	Kinds   []int32   // of each piece; see the Kind constants. Empty: all ordinary
	Scores  []float32 // of each piece, for models of the SentencePiece family, which have no merges
	Merges  []string  // "a b"
	Pre     string    // gpt-2, smollm, llama-bpe, qwen2, ...
	Unknown int32     // -1 if there is none
	Prefix  bool      // SentencePiece: a space is put in front of the text
}

// The kinds of pieces.
const (
	KindNormal  = 1
	KindUnknown = 2
	KindControl = 3
	KindUser    = 4
	KindUnused  = 5
	KindByte    = 6
)

// preTokenizers are the cuts that Pre names.
var preTokenizers = map[string][]splitter{
	"":          {gpt2Split{}},
	"default":   {gpt2Split{}},
	"gpt-2":     {gpt2Split{}},
	"phi-2":     {gpt2Split{}},
	"mpt":       {gpt2Split{}},
	"olmo":      {gpt2Split{}},
	"jais":      {gpt2Split{}},
	"smollm":    {gpt2Split{digits: true, single: true}},
	"starcoder": {gpt2Split{digits: true, single: true}},
	"refact":    {gpt2Split{digits: true, single: true}},
	"command-r": {gpt2Split{digits: true, single: true}},
}

// The patterns of two larger families, which a regular expression cuts by.
var prePatterns = map[string]string{
	"llama-bpe": fmt.Sprintf(llamaPattern, `\p{N}{1,3}`), "llama3": fmt.Sprintf(llamaPattern, `\p{N}{1,3}`),
	"llama-v3": fmt.Sprintf(llamaPattern, `\p{N}{1,3}`), "dbrx": fmt.Sprintf(llamaPattern, `\p{N}{1,3}`),
	"smaug-bpe": fmt.Sprintf(llamaPattern, `\p{N}{1,3}`),
	"qwen2":     fmt.Sprintf(llamaPattern, `\p{N}`), "stablelm2": fmt.Sprintf(llamaPattern, `\p{N}`),
}

const llamaPattern = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`

// FromVocabulary builds the byte-level BPE that the lists describe, or without merges the SentencePiece-like BPE
// whose merges follow from the scores.
func FromVocabulary(v Vocabulary) (*BPE, error) {
	if len(v.Pieces) == 0 || len(v.Pieces) > maxID {
		return nil, fmt.Errorf("tokenizer: a vocabulary of %d pieces", len(v.Pieces))
	}
	b := &BPE{name: v.Name, unknown: -1, vocab: newVocab(len(v.Pieces), 8*len(v.Pieces))}
	if len(v.Merges) == 0 && len(v.Scores) == len(v.Pieces) {
		return b.fromScores(v)
	}
	var err error
	if b.split, err = preTokenizer(v.Pre); err != nil {
		return nil, err
	}
	var piece, left, right []byte
	for id, spelled := range v.Pieces {
		piece = unspell(piece[:0], []byte(spelled))
		b.vocab.add(piece, int32(id))
	}
	b.pairs = newPairTable(len(v.Merges))
	for rank, m := range v.Merges {
		l, r, _ := strings.Cut(m, " ")
		left, right = unspell(left[:0], []byte(l)), unspell(right[:0], []byte(r))
		if err := b.merge(left, right, rank); err != nil {
			return nil, fmt.Errorf("tokenizer: %w", err)
		}
	}
	b.added = newAddedTokens(v.added())
	b.findSingles(false)
	return b.seal(), nil
}

func preTokenizer(name string) ([]splitter, error) {
	if split, ok := preTokenizers[name]; ok {
		return split, nil
	}
	if expr, ok := prePatterns[name]; ok {
		split, err := newRegexSplit(stage{Pattern: pattern{Regex: expr}, Behavior: "Isolated"})
		return []splitter{split}, err
	}
	return nil, fmt.Errorf("tokenizer: pre-tokenizer %q is not known", name)
}

// added are the pieces that are recognised in the text before it is cut.
func (v Vocabulary) added() []addedToken {
	var out []addedToken
	for id, kind := range v.Kinds {
		if id < len(v.Pieces) && (kind == KindControl || kind == KindUser) {
			out = append(out, addedToken{id: int32(id), content: []byte(v.Pieces[id])})
		}
	}
	return out
}

// fromScores builds a BPE of code points. Two neighbours merge if their join is a piece, and the piece with the
// highest score first, so the merges are all the ways to cut a piece in two, ranked by its score.
func (b *BPE) fromScores(v Vocabulary) (*BPE, error) {
	b.chars, b.fuse, b.strip = true, true, v.Prefix
	steps := normalizers{replace{[]byte(" "), []byte(spaceMark)}}
	if v.Prefix {
		steps = append(steps, prepend{prefix: []byte(spaceMark)})
	}
	b.prepare, b.unknown = steps, v.Unknown
	for id, piece := range v.Pieces {
		b.vocab.add([]byte(piece), int32(id))
	}
	b.added = newAddedTokens(v.added())
	b.findSingles(true)
	b.pairs = newPairTable(4 * len(v.Pieces))
	for rank, id := range byScore(v) {
		piece := []byte(v.Pieces[id])
		for cut := range v.Pieces[id] {
			l, ok1 := b.vocab.find(piece[:cut])
			r, ok2 := b.vocab.find(piece[cut:])
			if cut > 0 && ok1 && ok2 {
				b.pairs.set(l, r, uint32(rank), id)
			}
		}
	}
	return b.seal(), nil
}

// byScore lists the ordinary pieces, the highest score first.
func byScore(v Vocabulary) []int32 {
	var ids []int32
	for id := range v.Pieces {
		ordinary := id >= len(v.Kinds) || v.Kinds[id] == KindNormal || v.Kinds[id] == KindUser
		if ordinary && !math.IsNaN(float64(v.Scores[id])) {
			ids = append(ids, int32(id))
		}
	}
	slices.SortStableFunc(ids, func(x, y int32) int {
		switch {
		case v.Scores[x] > v.Scores[y]:
			return -1
		case v.Scores[x] < v.Scores[y]:
			return 1
		}
		return 0
	})
	return ids
}
