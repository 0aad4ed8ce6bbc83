package token

import (
	"bytes"
	"fmt"
)

const endOfText = "<|endoftext|>"

// readGPT2 builds GPT-2's tokenizer from encoder.json and vocab.bpe. Its one special token has an id, and is
// ordinary text when it stands in the input.
func readGPT2(name string, encoder, merges []byte) (*BPE, error) {
	b := &BPE{name: name, unknown: -1, split: []splitter{gpt2Split{}}}
	var err error
	if b.vocab, err = readVocab(encoder, true); err != nil {
		return nil, fmt.Errorf("encoder.json: %w", err)
	}
	if id, ok := b.vocab.find([]byte(endOfText)); ok {
		b.added = newAddedTokens([]addedToken{{id: id, content: []byte(endOfText), silent: true}})
	}
	if err := b.readMergeLines(merges); err != nil {
		return nil, fmt.Errorf("vocab.bpe: %w", err)
	}
	b.findSingles(false)
	return b.seal(), nil
}

// readMergeLines reads "a b" lines, after an optional "#version" line.
func (b *BPE) readMergeLines(lines []byte) error {
	b.pairs = newPairTable(bytes.Count(lines, []byte{'\n'}) + 1)
	var left, right []byte
	for rank := 0; len(lines) > 0; {
		var line []byte
		line, lines, _ = bytes.Cut(lines, []byte{'\n'})
		line = bytes.TrimSuffix(line, []byte{'\r'})
		l, r, ok := bytes.Cut(line, []byte{' '})
		if !ok || rank == 0 && bytes.HasPrefix(line, []byte("#version")) {
			continue
		}
		left, right = unspell(left[:0], l), unspell(right[:0], r)
		if err := b.merge(left, right, rank); err != nil {
			return err
		}
		rank++
	}
	return nil
}
