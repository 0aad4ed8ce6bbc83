package encoder

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/project-sputnik/sputnik/token"
	"github.com/project-sputnik/sputnik/transformer/hub"
)

// Encoder is a model with its tokenizer.
type Encoder struct {
	model     *Model
	dir       string // that both were read from
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
	e := &Encoder{dir: dir, tokenizer: tokenizer}
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

// Marks are what stands before and behind a text.
func (e *Encoder) Marks() (before, behind int32) { return e.marks[0], e.marks[1] }

// MaskID is the id that stands for a masked word, where the tokenizer has one.
func (e *Encoder) MaskID() (id int32, known bool) {
	for _, piece := range []string{"[MASK]", "<mask>"} {
		if id, known = e.tokenizer.ID(piece); known {
			break
		}
	}
	return id, known
}

// Model is the model itself.
func (e *Encoder) Model() *Model { return e.model }

// Close frees the weights.
func (e *Encoder) Close() { e.model.Close() }

// Encode returns the tokens of a text of any bytes without the marks around it.
func (e *Encoder) Encode(text []byte) []token.Token {
	tokens := e.tokenizer.Encode(nil, text)
	if e.marked {
		return tokens[1 : len(tokens)-1]
	}
	return tokens
}

func (e *Encoder) windows(i int, text string) []window {
	return windows(i, token.IDs(nil, e.Encode([]byte(text))), e.marks, e.model.Config.Positions)
}

// Average returns a number a token of a text of any length: the mean over the windows that hold it of what read says.
// read is given the ids of a window, with a mark before and behind, and returns a number for each; what it wants to put
// behind them is reserved in the model's positions.
func (e *Encoder) Average(ctx context.Context, tokens []token.Token, reserved int, read func(ids []int32) ([]float32, error)) ([]float32, error) {
	values := make([]float32, len(tokens))
	if len(tokens) == 0 {
		return values, ctx.Err()
	}
	for _, w := range windows(0, token.IDs(nil, tokens), e.marks, e.model.Config.Positions-reserved) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		each, err := read(w.ids)
		if err != nil {
			return nil, fmt.Errorf("read %d tokens: %w", len(w.ids), err)
		}
		for i := 1; i < len(w.ids)-1; i++ {
			values[w.first+i-1] += w.weights[i] * each[i]
		}
	}
	return values, nil
}
