package token

import (
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// A packed tokenizer is what a BPE tokenizer.json says, in a form that takes a tenth of the time to read: what is small as
// JSON, the pieces by id, and the merges as ids. All numbers and lengths are uvarints.
//
//	length JSON, count (length piece)..., count (left right joined)...

// pack makes a packed tokenizer of a BPE tokenizer.json. TestThePackedVocabularyIsTheJSONs -update writes the one in vocab.
func pack(data []byte) ([]byte, error) {
	top, err := fields(data)
	if err != nil {
		return nil, err
	}
	model, err := fields(top["model"])
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	t, err := parseTokenizerJSON("", data)
	if err != nil {
		return nil, err
	}
	b, is := t.(*BPE)
	if !is {
		return nil, errors.New("only BPE can be packed")
	}
	small, err := withoutLists(top, model)
	if err != nil {
		return nil, err
	}
	number := func(out []byte, n int) []byte { return binary.AppendUvarint(out, uint64(n)) }
	out := append(number(nil, len(small)), small...)
	out = number(out, b.vocab.size())
	for id := range b.vocab.size() {
		piece := b.vocab.piece(int32(id))
		out = append(number(out, len(piece)), piece...)
	}
	merges := slices.DeleteFunc(slices.Clone(b.pairs.slots), func(m pairSlot) bool { return m.pair == 0 })
	slices.SortFunc(merges, func(a, b pairSlot) int { return cmp.Compare(a.rank, b.rank) })
	out = number(out, len(merges))
	for _, m := range merges {
		pair := m.pair - 1
		out = number(number(number(out, int(pair>>32)), int(uint32(pair))), int(m.id))
	}
	return out, nil
}

// unpacker reads numbers and lengths; after the end it fails for good.
type unpacker struct {
	rest []byte
	err  error
}

func (u *unpacker) number() int {
	n, size := binary.Uvarint(u.rest)
	if size <= 0 || n > maxID {
		u.fail()
		return 0
	}
	u.rest = u.rest[size:]
	return int(n)
}

func (u *unpacker) bytes() []byte {
	n := u.number()
	if n > len(u.rest) {
		u.fail()
		return nil
	}
	out := u.rest[:n]
	u.rest = u.rest[n:]
	return out
}

func (u *unpacker) fail() { u.rest, u.err = nil, errors.New("the packed tokenizer is cut short") }

// readPacked opens a packed tokenizer.
func readPacked(name string, data []byte) (Tokenizer, error) {
	u := unpacker{rest: data}
	top, err := fields(u.bytes())
	if err != nil {
		return nil, err
	}
	model, err := fields(top["model"])
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	return readBPE(name, top, model, func(b *BPE, _ bool) error {
		pieces := u.number()
		listed := u
		for id := 0; id < pieces && u.err == nil; id++ {
			u.bytes()
		}
		size := len(listed.rest) - len(u.rest)
		var vocabulary sync.WaitGroup
		vocabulary.Go(func() {
			b.vocab = newVocab(pieces, size)
			for id := 0; id < pieces && listed.err == nil; id++ {
				b.vocab.add(listed.bytes(), int32(id))
			}
		})
		merges := u.number()
		b.pairs = newPairTable(merges)
		for rank := 0; rank < merges && u.err == nil; rank++ {
			left, right := u.number(), u.number()
			b.pairs.set(int32(left), int32(right), uint32(rank), int32(u.number()))
		}
		vocabulary.Wait()
		return u.err
	})
}

// withoutLists is a tokenizer.json without its vocabulary and merges.
func withoutLists(top, model map[string][]byte) ([]byte, error) {
	rest := func(all map[string][]byte, but ...string) map[string]json.RawMessage {
		out := map[string]json.RawMessage{}
		for k, v := range all {
			if !slices.Contains(but, k) {
				out[k] = v
			}
		}
		return out
	}
	small := rest(top, "model")
	var err error
	if small["model"], err = json.Marshal(rest(model, "vocab", "merges")); err != nil {
		return nil, err
	}
	return json.Marshal(small)
}
