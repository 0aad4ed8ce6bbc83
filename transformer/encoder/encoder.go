package encoder

import (
	"errors"
	"fmt"
	"slices"

	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/transformer/hub"
)

// Encoder is a model with its tokenizer.
type Encoder struct {
	model     *Model
	tokenizer token.Tokenizer
	marks     [2]int32 // before and behind every text
	marked    bool     // the tokenizer puts them there itself
}

// Open loads an encoder by name, as `sputnik models` lists them (minilm-l6), or from a folder. What the folder's
// tokenizer.json says of cutting and padding is not heeded.
func Open(nameOrDir string) (*Encoder, error) {
	dir, err := hub.Find(nameOrDir)
	if err != nil {
		return nil, err
	}
	tokenizer, err := token.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("open encoder %s: %w", nameOrDir, err)
	}
	e := &Encoder{tokenizer: tokenizer}
	if err := e.findMarks(); err != nil {
		return nil, fmt.Errorf("open encoder %s: %w", nameOrDir, err)
	}
	if e.model, err = Load(dir); err != nil {
		return nil, err
	}
	if have, known := e.model.Config.Vocabulary, tokenizer.VocabSize(); known > have {
		e.Close()
		return nil, fmt.Errorf("open encoder %s: the tokenizer has %d tokens, the model %d", nameOrDir, known, have)
	}
	return e, nil
}

// findMarks looks up what stands around a text: BERT's marks or RoBERTa's.
func (e *Encoder) findMarks() error {
	for _, pair := range [][2]string{{"[CLS]", "[SEP]"}, {"<s>", "</s>"}} {
		first, ok1 := e.tokenizer.ID(pair[0])
		last, ok2 := e.tokenizer.ID(pair[1])
		if !ok1 || !ok2 {
			continue
		}
		e.marks = [2]int32{first, last}
		around := token.IDs(nil, e.tokenizer.Encode(nil, nil))
		e.marked = slices.Equal(around, e.marks[:])
		if !e.marked && len(around) > 0 {
			return fmt.Errorf("the tokenizer puts the tokens %v around a text, want %v", around, e.marks)
		}
		return nil
	}
	return errors.New("the tokenizer has neither [CLS] and [SEP] nor <s> and </s>")
}

// Tokenizer is the one that the model reads with.
func (e *Encoder) Tokenizer() token.Tokenizer { return e.tokenizer }

// Model is the model itself.
func (e *Encoder) Model() *Model { return e.model }

// Close frees the weights.
func (e *Encoder) Close() { e.model.Close() }

// windows of a text of any bytes.
func (e *Encoder) windows(i int, text string) []window {
	ids := token.IDs(nil, e.tokenizer.Encode(nil, []byte(text)))
	if e.marked {
		ids = ids[1 : len(ids)-1]
	}
	return windows(i, ids, e.marks, e.model.Config.Positions)
}
