package token

import (
	"errors"
	"fmt"
	"math"
	"strconv"
)

// unknownPenalty is how far below the least likely piece a code point is that no piece stands for.
const unknownPenalty = 10

func readUnigram(name string, top, model map[string][]byte) (*Unigram, error) {
	var opt struct {
		Unknown  *int32 `json:"unk_id"`
		Fallback bool   `json:"byte_fallback"`
	}
	if err := small(model, &opt); err != nil {
		return nil, err
	}
	u := &Unigram{name: name, unknown: -1, fallback: opt.Fallback, mark: []byte(spaceMark), pieces: newTrie()}
	if err := u.readPieces(model["vocab"]); err != nil {
		return nil, fmt.Errorf("vocab: %w", err)
	}
	if opt.Unknown != nil {
		if u.unknown = *opt.Unknown; u.unknown < 0 || int(u.unknown) >= len(u.scores) {
			return nil, fmt.Errorf("unk_id %d is not in the vocabulary", u.unknown)
		}
	}
	var err error
	if u.added, err = readAdded(top["added_tokens"]); err != nil {
		return nil, err
	}
	if u.prepare, err = readNormalizer(top["normalizer"]); err != nil {
		return nil, err
	}
	if err := u.readCuts(top["pre_tokenizer"]); err != nil {
		return nil, err
	}
	if u.head, u.tail, err = readTemplate(top["post_processor"]); err != nil {
		return nil, err
	}
	u.findSingles()
	loadClasses()
	return u, nil
}

// readPieces reads [["piece", log p], ...]; ids are places.
func (u *Unigram) readPieces(raw []byte) error {
	s := jsonScanner{data: raw}
	u.vocab = newVocab(len(raw)/16, len(raw)/2)
	least := math.Inf(1)
	var piece []byte
	err := s.list('[', ']', func() error {
		n := 0
		return s.list('[', ']', func() (err error) {
			if n++; n == 1 {
				piece, err = s.appendString(piece[:0])
				return err
			}
			text, err := s.skip()
			if err != nil || n > 2 {
				return errors.Join(err, s.fail())
			}
			score, err := strconv.ParseFloat(string(text), 64)
			if err != nil {
				return fmt.Errorf("the score of %q: %w", piece, err)
			}
			id := int32(len(u.scores))
			u.vocab.add(piece, id)
			u.pieces.add(piece, id)
			u.scores = append(u.scores, score)
			least = min(least, score)
			return nil
		})
	})
	u.penalty = least - unknownPenalty
	if err == nil && len(u.scores) == 0 {
		err = errors.New("it is empty")
	}
	return err
}

// readCuts reads the pre-tokenizer, one or a sequence.
func (u *Unigram) readCuts(raw []byte) error {
	if isNull(raw) {
		return nil
	}
	s, err := readStage(raw)
	if err != nil {
		return err
	}
	switch s.Type {
	case "Sequence":
		for _, each := range s.Pretokenizers {
			if err := u.readCuts(each); err != nil {
				return err
			}
		}
		return nil
	case "Metaspace":
		u.cuts = append(u.cuts, u.metaspace(s))
		return nil
	case "ByteLevel":
		return errors.New("pre-tokenizer ByteLevel is not one that Unigram is read with")
	}
	var p pretokenizer
	if err := p.read(raw); err != nil {
		return err
	}
	for _, split := range p.split {
		u.cuts = append(u.cuts, cutter{split: split})
	}
	return nil
}

// metaspace writes spaces as marks and puts one in front of every word, or of the first.
func (u *Unigram) metaspace(s stage) cutter {
	u.mark = []byte(s.Replacement)
	scheme := s.PrependScheme
	if scheme == "" && s.AddPrefixSpace != nil && !*s.AddPrefixSpace {
		scheme = "never"
	}
	spaces, front := replace{[]byte(" "), u.mark}, prepend{prefix: u.mark, unique: true}
	c := cutter{rewrite: func(word aligned, first bool) aligned {
		word = spaces.normalize(word)
		if scheme == "never" || scheme == "first" && !first {
			return word
		}
		return front.normalize(word)
	}}
	if s.Split == nil || *s.Split {
		c.split = markSplit{u.mark}
	}
	return c
}

// findSingles looks up how bytes are spelled.
func (u *Unigram) findSingles() {
	for c := range u.singles {
		u.singles[c] = -1
		if id, ok := u.vocab.find(fmt.Appendf(nil, "<0x%02X>", c)); ok {
			u.singles[c] = id
		}
	}
}

// nmt drops control characters and writes other white space as a space, as SentencePiece does for translation.
type nmt struct{}

func (nmt) normalize(in aligned) aligned {
	var out aligned
	for i, r := range string(in.text) {
		switch {
		case r >= 1 && r <= 8, r == 0x0B, r >= 0x0E && r <= 0x1F, r == 0x7F, r == 0x8F, r == 0x9F:
		case r == '\t', r == '\n', r == 0x0C, r == '\r', r == 0x1680, r >= 0x200B && r <= 0x200F, r == 0x2028, r == 0x2029,
			r == 0x2581, r == 0xFEFF, r == 0xFFFD:
			out.put(in.at(i), ' ')
		default:
			out.put(in.at(i), []byte(string(r))...)
		}
	}
	return out.end(in)
}
